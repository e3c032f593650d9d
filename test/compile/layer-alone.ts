/** Layers of a package, each alone on a programmed and calibrated chip: calibration vectors through its arrays and converters, against its integers. */

import { imagesSince } from '../../passes/program/layer-times.ts';
import type { Chip } from '../../src/chip/chip.ts';
import { readArrays } from '../../src/chip/read.ts';
import { calibratedChip, correctionsFor } from '../../src/correct/compensate.ts';
import { withReading } from '../../src/lower/noise.ts';
import { dequantized, readIntegers } from '../../src/lower/reference.ts';
import { float32 } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Package } from '../../src/package/open.ts';
import { realsOf } from '../../src/record/range.ts';
import { openSession } from '../../src/runtime/session.ts';
import { givenAs, lowerLayersApart } from '../../src/simulate/layers-apart.ts';

/** Under which a chip is calibrated and read. */
interface Conditions {
  readonly at: number;
  readonly noise: boolean;
}

/** Signal-to-noise ratio of every matrix product: energy of its outputs about their means over that of what errs (dB). */
export async function snrsAlone(pkg: Package, chip: Chip, { at, noise }: Conditions): Promise<number[]> {
  const conditions = { at, noise, wires: true };
  const corrections = await correctionsFor(pkg, chip, conditions, { threads: 1 });
  const image = pkg.manifest.summary.conversionTime;
  const reading = { ...conditions, image, interval: 2 * imagesSince * image };
  const { target } = pkg.loaded;
  const arrays = await readArrays(calibratedChip(chip, corrections), target, reading, { threads: 1 });
  const session = await openSession(encodeModel(lowerLayersApart(pkg, chip, arrays, corrections)), {
    threads: 1,
  });
  const inputs = pkg.layers.map((layer) => {
    const reals = realsOf(layer.quantization);
    return Float32Array.from(pkg.record.layers.get(layer.output)!.vectors, (code) => reals[code]!);
  });
  const feeds = pkg.layers.map((layer, i) => {
    const rows = layer.groups * layer.rows;
    return [givenAs(layer.input), float32([inputs[i]!.length / rows, rows], inputs[i]!)] as const;
  });
  const count = feeds[0]![1].dims[0]!;
  const numbers = Array.from({ length: count }, (_, i) => i);
  const given = withReading(session, Object.fromEntries(feeds), numbers, count);
  const outputs = await session.run(given);
  await session.release();
  return pkg.layers.map((layer, i) => {
    const wanted = product(inputs[i]!, dequantized(layer, readIntegers(pkg.reference, layer)), layer);
    return snrOf(outputs[layer.output]!.data as Float32Array, wanted, layer.columns);
  });
}

/** x W + b of a matrix product. */
function product(
  x: Float32Array,
  weights: ArrayLike<number>,
  { rows, columns, bias }: Pick<Package['layers'][number], 'rows' | 'columns' | 'bias'>,
): Float64Array {
  return Float64Array.from({ length: (x.length / rows) * columns }, (_, at) => {
    const [vector, column] = [Math.floor(at / columns), at % columns];
    let sum = bias[column]!;
    for (let row = 0; row < rows; row++) sum += x[vector * rows + row]! * weights[row * columns + column]!;
    return sum;
  });
}

function snrOf(measured: Float32Array, wanted: Float64Array, columns: number): number {
  const means = new Float64Array(columns);
  for (const [i, value] of wanted.entries()) means[i % columns]! += (value * columns) / wanted.length;
  let [signal, noise] = [0, 0];
  for (const [i, value] of wanted.entries()) {
    signal += (value - means[i % columns]!) ** 2;
    noise += (value - measured[i]!) ** 2;
  }
  return 10 * Math.log10(signal / noise);
}
