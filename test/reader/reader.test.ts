/**
 * The FORMAT documents suffice: a reader of packages and saved chips in Python and NumPy, which was written from them and
 * shares no code with the project, finds the same header, instructions and weights in packages of every target, and
 * computes the same outputs as the direct product, cell by cell.
 */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { decodeBytes } from '../../src/bitstream/decode.ts';
import type { Chip } from '../../src/chip/chip.ts';
import { saveChip } from '../../src/chip/save.ts';
import type { ColumnCorrection } from '../../src/column-correction.ts';
import type { CrossbarLayer } from '../../src/ir/crossbar.ts';
import type { CompileOptions } from '../../src/ir/options.ts';
import { readIntegers } from '../../src/lower/reference.ts';
import { openStream } from '../../src/math/random.ts';
import { float32, sizeOf } from '../../src/math/tensor.ts';
import { pathIn } from '../../src/package/open.ts';
import { loadTarget } from '../../src/target/load.ts';
import { correctOutputs } from '../oracle/correct-outputs.ts';
import { directMvm } from '../oracle/direct-mvm.ts';
import { quantize } from '../oracle/input-codes.ts';
import { compileModel, drawFeeds, modelOf, programPackage, withPackage } from '../support/build.ts';
import { drawFaults } from '../support/draw-faults.ts';
import { model, node } from '../support/onnx-model.ts';
import { hasModule, python } from './python.ts';

interface Found {
  readonly header: { readonly target: string };
  readonly operations: Readonly<Record<string, number>>;
  readonly layers: readonly {
    readonly output: string;
    readonly integers: readonly number[];
    readonly reference: readonly number[];
    readonly codes: readonly (readonly number[])[];
    readonly outputs: readonly (readonly number[])[];
    readonly saturated: number;
  }[];
  /** Codes of the known input, which is the input of the first layer. */
  readonly first: readonly number[];
  readonly hidden: readonly number[];
}

async function readByPython(folder: string, chip: string): Promise<Found> {
  const args = ['-B', join(import.meta.dirname, 'read.py'), folder, chip];
  const { stdout } = await promisify(execFile)(python, args, { maxBuffer: 1 << 28 });
  return JSON.parse(stdout);
}

function drawn(seed: number, ...dims: number[]) {
  const stream = openStream(seed, 'reader-test', 0);
  return float32(
    dims,
    Float32Array.from({ length: sizeOf(dims) }, () => stream.normal()),
  );
}

/** A convolution whose inputs have both signs, a depthwise one, and a matrix product. */
const graph = model({
  inputs: { x: [1, 3, 6, 6] },
  outputs: { y: [1, 10] },
  constants: {
    w1: drawn(1, 8, 3, 3, 3),
    b1: drawn(2, 8),
    w2: drawn(3, 8, 1, 3, 3),
    w3: drawn(4, 72, 10),
    shape: { type: 'int64', dims: [2], data: BigInt64Array.of(1n, -1n) },
  },
  nodes: [
    node('Conv', ['x', 'w1', 'b1'], ['c1'], { pads: [1, 1, 1, 1], strides: [2, 2] }, 'first'),
    node('Relu', ['c1'], ['r1']),
    node('Conv', ['r1', 'w2'], ['c2'], { pads: [1, 1, 1, 1], group: 8 }, 'depthwise'),
    node('Reshape', ['c2', 'shape'], ['f']),
    node('MatMul', ['f', 'w3'], ['y'], {}, 'last'),
  ],
});

const targets = readdirSync('targets').map((file) => basename(file, '.yaml'));

/** A chip whose layers have gains and biases; the second adds the sum of its inputs, the third two sums along directions. */
function withCorrections(chip: Chip, layers: readonly CrossbarLayer[]): Chip {
  const columns = layers.map(({ output, groups, rows, columns }, i): [string, ColumnCorrection] => {
    const values = (seed: number, ...dims: number[]) =>
      drawn(20 + 4 * i + seed, ...dims).data as Float32Array;
    const gain = values(0, groups * columns).map((x) => 1 + 0.1 * x);
    const coefficients = values(1, groups * columns * Math.max(1, i));
    const directions = i === 2 ? { directions: values(2, groups * i * rows) } : {};
    const terms = i === 0 ? {} : { terms: { rank: i, coefficients, ...directions } };
    return [output, { gain, bias: values(3, groups * columns), ...terms }];
  });
  return {
    ...chip,
    calibration: { at: 0, wires: true, correction: 'low-rank', sequential: false, columns: new Map(columns) },
  };
}

interface Options extends Partial<CompileOptions> {
  /** Share of cells that are stuck at the lower end, or at the upper one by half of them. */
  readonly faults?: number;
}
const more: readonly (readonly [string, Options])[] = [
  ['tetramem-256-6bit', { encoding: 'offset' }],
  ['tetramem-256-6bit', { slices: 2, copies: 2, inputNumbers: 'binary' }],
  ['tetramem-256-6bit', { repeats: 3, rowOrder: 'magnitude' }],
  ['tetramem-256-6bit', { copies: 3 }],
  ['leti-fecap-130nm', { repeats: 2, copies: 2 }],
  ['pcm-256', { repeats: 3, set: ['adc.convert=column'] }],
  ['tetramem-256', { signedActivations: true, inputNumbers: 'binary' }],
  ['tetramem-256-6bit', { inputBits: 11 }],
  ['ideal', { inputBits: 5, set: ['driver.polarity=bipolar', 'driver.bits=2'] }],
  ['ideal', { inputBits: 16, signedActivations: true, inputNumbers: 'binary' }],
  ['tetramem-256-6bit', { faults: 0.02 }],
  ['tetramem-256-6bit', { faults: 0.02, encoding: 'offset', set: ['adc.convert=column'] }],
  ['tetramem-256-6bit', { rowOrder: 'magnitude', wireCorrection: 'levels' }],
  ['ideal', { set: ['adc.convert=column', 'driver.bits=3'] }],
  ['ideal', { set: ['driver.polarity=bipolar', 'adc.convert=column'], encoding: 'offset' }],
];

const cases = [...targets.map((target): readonly [string, Options] => [target, {}]), ...more];

describe.skipIf(!hasModule('numpy'))('a reader in Python', () => {
  test.each(cases)('%s %o', async (name, { faults, ...options }) => {
    const target = await loadTarget(name, options.set ?? []);
    const feeds = [1, 2, 3].map((seed) => drawFeeds(graph.inputs, seed, -1, 1));
    const map = faults === undefined ? undefined : drawFaults(target.target, 4, faults, 1);
    const compiled = await compileModel(modelOf(graph), target, feeds, options, map);
    await withPackage(compiled, async (pkg) => {
      const chip = withCorrections(await programPackage(pkg, compiled.loaded), pkg.layers);
      const file = pathIn(pkg, 'bitstream');
      const folder = `${file}.chip`;
      await saveChip(chip, folder);
      const found = await readByPython(join(file, '..'), folder);
      const { header, programs } = decodeBytes(await readFile(file), file);
      const { rows, columns, levels, hiddenBits, arrays, fingerprint } = header;
      expect(found.header).toMatchObject({ rows, columns, levels, hiddenBits, arrays, fingerprint });
      expect(found.header.target).toBe(header.target);
      const operations: Record<string, number> = {};
      for (const { op } of programs.flatMap((p) => p.instructions))
        operations[op] = (operations[op] ?? 0) + 1;
      expect(found.operations).toEqual(operations);
      expect(found.hidden).toEqual(chip.hidden.flatMap((own) => [...own]));
      expect(found.layers.map(({ output }) => output)).toEqual(pkg.layers.map(({ output }) => output));
      const known = [...(pkg.record.knownAnswer.inputs.x!.data as Float32Array)];
      expect(found.first).toEqual(known.map((value) => quantize(value, pkg.layers[0]!.quantization)));
      for (const [i, layer] of pkg.layers.entries()) {
        const own = found.layers[i]!;
        const integers = [...readIntegers(pkg.reference, layer)];
        expect(own.reference).toEqual(integers);
        // What residual parts hold follows from what reading the others back shows, and levels make up for wires.
        const plain = !operations['program-residual'] && compiled.options.wireCorrection !== 'levels';
        if (plain) expect(own.integers.map((v) => v + 0)).toEqual(integers);
        let saturated = 0;
        for (const [v, codes] of own.codes.entries()) {
          const cells = { programs, conductances: chip.conductances, columns };
          const direct = directMvm(layer, cells, codes);
          saturated += direct.saturated;
          const correction = chip.calibration!.columns.get(layer.output)!;
          const corrected = correctOutputs(layer, correction, direct.outputs, Uint16Array.from(codes));
          const largest = corrected.reduce((most, o) => Math.max(most, Math.abs(o)), 1);
          for (const [o, wanted] of corrected.entries()) {
            const error = Math.abs(own.outputs[v]![o]! - wanted);
            expect(error).toBeLessThanOrEqual(
              correction.gain[o]! * direct.slack[o]! * 1.0001 + 1e-12 * largest,
            );
          }
        }
        expect(own.saturated).toBe(saturated);
      }
    });
  });
});
