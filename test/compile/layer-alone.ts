/** Layers of a package, each alone on a programmed chip: calibration vectors through its arrays and converters, against its integers. */

import type { Chip } from '../../src/chip/chip.ts';
import { readArrays } from '../../src/chip/read.ts';
import { fitTerms } from '../../src/correct/fit-terms.ts';
import { noSums } from '../../src/correct/input-sums.ts';
import { lowerCrossbar } from '../../src/lower/crossbar.ts';
import { createEmitter } from '../../src/lower/emit.ts';
import { foldLayer } from '../../src/lower/fold.ts';
import { dequantized, lowerFloat, readIntegers } from '../../src/lower/reference.ts';
import { float32 } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Package } from '../../src/package/open.ts';
import { realsOf } from '../../src/record/range.ts';
import { openSession } from '../../src/runtime/session.ts';

/** Signal-to-noise ratio of every matrix product, gain and bias of its columns fitted (dB). */
export async function snrsAlone(pkg: Package, chip: Chip, wires: boolean): Promise<number[]> {
  const arrays = await readArrays(chip, pkg.loaded.target, { wires, noise: false }, { threads: 1 });
  const snrs: number[] = [];
  for (const given of pkg.layers) {
    const layer = { ...given, input: 'vectors', output: 'outputs' };
    const ones = (axes: readonly number[]) => axes.map(() => 1);
    const single =
      layer.geometry.kind === 'matmul'
        ? layer
        : {
            ...layer,
            geometry: {
              ...layer.geometry,
              strides: ones(layer.geometry.strides),
              dilations: ones(layer.geometry.dilations),
              pads: layer.geometry.pads.map(() => 0),
            },
          };
    const emit = createEmitter(single.output, layer.origin);
    lowerCrossbar(emit, single, foldLayer(single, arrays));
    const plain = { ...single, output: 'wanted' };
    lowerFloat(createEmitter(plain.output, layer.origin, emit.nodes, emit.constants), {
      ...plain,
      kind: 'mvm',
      weights: () => dequantized(layer, readIntegers(pkg.reference, given)),
      bias: Float64Array.from(layer.bias),
      folded: [],
    });
    const session = await openSession(
      encodeModel({
        name: 'alone',
        irVersion: pkg.reference.irVersion,
        opsets: pkg.reference.opsets,
        inputs: [{ name: 'vectors', elementType: 1, dims: undefined }],
        outputs: ['outputs', 'wanted'].map((name) => ({ name, elementType: 1, dims: undefined })),
        nodes: emit.nodes,
        constants: emit.constants,
        functions: [],
      }),
      { threads: 1 },
    );
    const record = pkg.record.layers.get(given.output)!;
    const space = single.geometry.kind === 'conv' ? single.geometry.kernel : [];
    const channels = (layer.groups * layer.rows) / space.reduce((a, b) => a * b, 1);
    const reals = realsOf(layer.quantization);
    const input = Float32Array.from(record.vectors, (code) => reals[code]!);
    const result = await session.run({ vectors: float32([record.count, channels, ...space], input) });
    await session.release();
    const [measured, wanted] = ['outputs', 'wanted'].map((name) => result[name]!.data as Float32Array);
    snrs.push(snrOf(layer, measured!, wanted!));
  }
  return snrs;
}

/** Energy of the outputs about their means over that of what a gain and a bias per column leave (dB). */
function snrOf(layer: Parameters<typeof fitTerms>[0], measured: Float32Array, wanted: Float32Array): number {
  const { gain, bias } = fitTerms(layer, { measured, wanted }, noSums, new Float32Array(0));
  const outputs = gain.length;
  const count = wanted.length / outputs;
  const means = new Float64Array(outputs);
  for (const [i, value] of wanted.entries()) means[i % outputs]! += value / count;
  let [signal, noise] = [0, 0];
  for (const [i, value] of wanted.entries()) {
    const o = i % outputs;
    signal += (value - means[o]!) ** 2;
    noise += (value - gain[o]! * measured[i]! - bias[o]!) ** 2;
  }
  return 10 * Math.log10(signal / noise);
}
