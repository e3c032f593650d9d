/**
 * The calibration record as a file: a zip in the manner of NumPy's .npz, whose record.json holds the choices and whose
 * arrays hold the vectors and means. The same record gives the same bytes.
 */
import { z } from 'zod';
import { calibrationMismatch } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { decodeNpy, encodeNpy, type NpyArray } from '../files/npy.ts';
import { readZip, writeZip } from '../files/zip.ts';
import type { CalibrationRecord, LayerRecord } from '../ir/calibration-record.ts';
import { usualBits } from '../ir/input-codes.ts';
import { inputsIn, putInputs } from './input-file.ts';

/** Samples whose inputs a file may have. */
const mostInputs = 4096;

/** Of numbers whose products with weights are still floats. */
const largest = 1e30;

const schema = z.strictObject({
  /** 4 where inputs are centred, or may be; without, 3 with inputs of samples; without, 2 where codes of a layer have other than 8 bits. */
  format: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]),
  model: z.string(),
  activations: z.strictObject({
    policy: z.enum(['minmax', 'percentile', 'mse']),
    signed: z.boolean(),
    equalized: z.boolean(),
    centred: z.boolean().default(false),
  }),
  samples: z.array(z.string()),
  knownAnswer: z.array(z.string()),
  /** Samples whose inputs there are. */
  inputs: z.int().nonnegative().max(mostInputs).default(0),
  layers: z.array(
    z
      .strictObject({
        output: z.string(),
        scale: z
          .number()
          .min(1 / largest)
          .max(largest),
        zero: z.int().min(0).max(65535),
        signed: z.boolean(),
        bits: z.int().min(4).max(16).default(usualBits),
        positions: z.int().nonnegative(),
        space: z.array(z.int().positive()),
        centred: z.boolean().default(false),
      })
      .refine(({ signed, zero }) => !signed || zero === 0, 'signed codes have their zero at 0')
      .refine(({ bits, zero }) => zero < 2 ** bits, 'zero is no code'),
  ),
});

export function encodeRecord(record: CalibrationRecord): Uint8Array {
  const layers = [...record.layers];
  const inputs = Object.entries(record.knownAnswer.inputs);
  const json: z.input<typeof schema> = {
    format: formatOf(record),
    model: record.model,
    activations: activationsOf(record.activations),
    samples: [...record.samples],
    knownAnswer: inputs.map(([name]) => name),
    ...(record.inputs.length > 0 && { inputs: record.inputs.length }),
    layers: layers.map(
      ([
        output,
        {
          quantization: { bits, ...grid },
          positions,
          space,
          centre,
        },
      ]) => ({
        output,
        ...grid,
        ...(bits === usualBits ? {} : { bits }),
        positions,
        space: [...space],
        ...(centre && { centred: true }),
      }),
    ),
  };
  const files = new Map<string, Uint8Array>([['record.json', Buffer.from(JSON.stringify(json, null, 1))]]);
  const put = (name: string, array: NpyArray) => files.set(`${name}.npy`, encodeNpy(array));
  layers.forEach(([, layer], i) => {
    const rows = layer.inputMean.length;
    const type = layer.vectors instanceof Uint16Array ? 'uint16' : 'uint8';
    put(`vectors_${i}`, { type, dims: [layer.count, rows], data: layer.vectors });
    put(`input_mean_${i}`, { type: 'float32', dims: [rows], data: layer.inputMean });
    if (layer.centre) put(`centre_${i}`, { type: 'float32', dims: [rows], data: layer.centre });
    put(`quantized_mean_${i}`, { type: 'float32', dims: [rows], data: layer.quantizedMean });
  });
  inputs.forEach(([, { dims, data }], i) => {
    put(`known_input_${i}`, { type: 'float32', dims, data });
  });
  putInputs(
    record.inputs,
    inputs.map(([name]) => name),
    put,
  );
  return writeZip(files);
}

/** As formats before 4 have them, where inputs are not centred. */
function activationsOf({ centred, ...rest }: CalibrationRecord['activations']) {
  return centred ? { ...rest, centred } : rest;
}

function formatOf({ inputs, layers, activations }: CalibrationRecord): 1 | 2 | 3 | 4 {
  if (activations.centred) return 4;
  if (inputs.length > 0) return 3;
  return [...layers.values()].every(({ quantization }) => quantization.bits === usualBits) ? 1 : 2;
}

/**
 * @param file as messages name it
 * @throws DiagnosticError calibration/mismatch where the bytes are no record, or its arrays do not fit each other
 */
export function decodeRecord(bytes: Uint8Array, file: string): CalibrationRecord {
  try {
    return decode(readZip(bytes));
  } catch (error) {
    const reason = error instanceof z.ZodError ? firstIssue(error) : String((error as Error).message);
    throw new DiagnosticError([calibrationMismatch(file, `this is not a calibration record (${reason})`)]);
  }
}

function firstIssue({ issues: [issue] }: z.ZodError): string {
  return `record.json: ${issue!.path.join('.') || 'the file'}: ${issue!.message}`;
}

/** @throws Error with what is wrong */
function decode(files: ReadonlyMap<string, Uint8Array>): CalibrationRecord {
  const json = schema.parse(JSON.parse(new TextDecoder().decode(fileIn(files, 'record.json'))));
  const layers = json.layers.map(({ output, centred, ...own }, i) => {
    const { scale, zero, signed, bits, positions, space } = own;
    const vectors = codesIn(files, `vectors_${i}`, bits);
    const [count, rows] = vectors.dims;
    if (vectors.dims.length !== 2 || !count || !rows) throw new Error(`vectors_${i} are none`);
    const layer: LayerRecord = {
      quantization: { scale, zero, signed, bits },
      positions,
      space,
      vectors: vectors.data,
      count,
      inputMean: meansIn(files, `input_mean_${i}`, rows),
      quantizedMean: meansIn(files, `quantized_mean_${i}`, rows),
      ...(centred && { centre: meansIn(files, `centre_${i}`, rows) }),
    };
    return [output, layer] as const;
  });
  const inputs = json.knownAnswer.map((name, i) => [name, floatsIn(files, `known_input_${i}`)] as const);
  for (const names of [layers, inputs])
    if (new Map<string, unknown>(names).size < names.length) throw new Error('a name is listed twice');
  return {
    model: json.model,
    activations: json.activations,
    samples: json.samples,
    layers: new Map(layers),
    knownAnswer: { inputs: Object.fromEntries(inputs) },
    inputs: inputsIn(json.inputs, json.knownAnswer, (name) => {
      const bytes = files.get(`${name}.npy`);
      return bytes && decodeNpy(bytes);
    }),
  };
}

function fileIn(files: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  const bytes = files.get(name);
  if (!bytes) throw new Error(`it has no ${name}`);
  return bytes;
}

function codesIn(files: ReadonlyMap<string, Uint8Array>, name: string, bits: number) {
  const { dims, data } = decodeNpy(fileIn(files, `${name}.npy`), SharedArrayBuffer);
  const isWide = data instanceof Uint16Array;
  if (!(isWide || data instanceof Uint8Array) || isWide !== bits > 8)
    throw new Error(`${name} does not hold codes of ${bits} bits`);
  if (bits < 8 * data.BYTES_PER_ELEMENT && data.some((code) => code >= 2 ** bits))
    throw new Error(`${name} holds codes beyond ${bits} bits`);
  return { dims, data };
}

function floatsIn(files: ReadonlyMap<string, Uint8Array>, name: string) {
  const { dims, data } = decodeNpy(fileIn(files, `${name}.npy`));
  if (!(data instanceof Float32Array)) throw new Error(`${name} does not hold 32-bit floats`);
  if (!data.every(Number.isFinite)) throw new Error(`${name} holds what is no number`);
  return { dims, data };
}

function meansIn(files: ReadonlyMap<string, Uint8Array>, name: string, rows: number): Float32Array {
  const { dims, data } = floatsIn(files, name);
  if (dims.length !== 1 || data.length !== rows) throw new Error(`${name} does not hold ${rows} means`);
  if (!data.every((mean) => Math.abs(mean) <= largest))
    throw new Error(`${name} holds numbers beyond ${largest}`);
  return data;
}
