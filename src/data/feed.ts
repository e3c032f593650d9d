/** One sample of a source -> the values and dims that a model's input is fed, or why it cannot be. */

import { dataLayout, dataNotFinite, dataShape } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { formatInputDims, type InputDims } from './fit.ts';
import { applicableReadings, checkPrepared, type PreparedSample, prepareSample } from './prepare.ts';
import type { Preprocessing } from './preprocessing.ts';
import { chooseReading, type Fed, preparedDims } from './readings.ts';
import type { Source } from './source.ts';

export interface FedSample extends PreparedSample {
  /** SHA-256 of the raw sample: of the file for images, else of the stored elements. */
  readonly hash: string;
}

/**
 * @param limit bytes that the sample may take after any step
 * @param input of the model; where none is given, the likeliest reading of the axes is taken
 * Raises dataShape, dataLayout, dataNotFinite, dataTooLarge, and what readers and preprocessing raise.
 */
export async function feedSample(
  source: Source,
  index: number,
  preprocessing: Preprocessing,
  limit: number,
  input: InputDims | undefined,
): Promise<FedSample> {
  const place = source.placeOf(index);
  const raw = await source.read(index);
  const { reading, dims } = readingOf(source, place, raw.dims, preprocessing, input);
  checkPrepared(place, raw.dims, reading, preprocessing, limit);
  const { values } = await prepareSample(raw, preprocessing, reading, place);
  checkFinite(place, raw.values, values);
  return { dims, values, hash: raw.hash };
}

/** How the sample is read, and the dims with which it is fed. Raises dataShape and dataLayout. */
function readingOf(
  source: Source,
  place: string,
  dims: readonly number[],
  preprocessing: Preprocessing,
  input: InputDims | undefined,
): Fed {
  const readings = applicableReadings(place, preprocessing, dims, source.axes, source.bytes);
  const likeliest = preparedDims(dims, readings[0]!, preprocessing);
  if (!input) return { reading: readings[0]!, dims: likeliest };
  const chosen = chooseReading(dims, readings, source.axes, preprocessing, input);
  if (chosen === 'none')
    throw new DiagnosticError([dataShape(place, shapeText(likeliest), formatInputDims(input))]);
  if (chosen === 'several')
    throw new DiagnosticError([dataLayout(source.path, shapeText(dims), formatInputDims(input))]);
  return chosen;
}

function shapeText(dims: readonly number[]): string {
  return dims.length === 0 ? '[]' : dims.join('x');
}

/** Raises dataNotFinite for a sample with NaN or infinity, which may come of its preprocessing or of 32 bits. */
function checkFinite(place: string, raw: ArrayLike<number>, values: Float32Array): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const stored = Array.prototype.find.call(raw, (value: number) => !Number.isFinite(value));
  const what =
    stored === undefined
      ? `value ${at} of the preprocessed sample is ${values[at]}: its preprocessing, or its size, is beyond 32-bit numbers`
      : `this sample has values that are ${stored}`;
  throw new DiagnosticError([dataNotFinite(place, what)]);
}
