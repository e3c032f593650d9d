/**
 * One matrix of 300 x 64 on two tiles of 150 rows, 8-bit inputs bit by bit and 8-bit converters, as CrossSim 3.2 computed
 * it: our lowered graph and the direct MVM on the same cells. How the semantics differ is in docs/simulator.md.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readNpy } from '../../src/data/npy.ts';
import { memorySource } from '../../src/files/byte-source.ts';
import type { CrossbarLayer, Tile } from '../../src/ir/crossbar.ts';
import { lowerCrossbar } from '../../src/lower/crossbar.ts';
import { createEmitter } from '../../src/lower/emit.ts';
import { foldLayer } from '../../src/lower/fold.ts';
import { float32 } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openSession } from '../../src/runtime/session.ts';
import { directMvm, type ProgrammedCells } from '../oracle/direct-mvm.ts';

const file = join(process.env.CROSSLOOM_DATA ?? '../shared/data', 'circuits', 'crosssim-8bit-bitserial.npz');

/** Of its parameter file. */
const [gMin, gMax, range, largest] = [1e-6, 1e-4, 8, 0.4];
const [rows, columns, vectors, half] = [300, 64, 32, 150];

async function arrayOf(name: string): Promise<Float32Array> {
  const bytes = unzipSync(readFileSync(file))[`${name}.npy`]!;
  const { type, offset } = await readNpy(name, memorySource(bytes));
  expect(type).toBe('float32');
  return new Float32Array(Uint8Array.from(bytes.subarray(offset)).buffer);
}

function tile(block: number): Tile {
  const rowStart = block * half;
  const place = { array: block, row: 0, column: 0, groupStart: 0, groupEnd: 1, columnStart: 0 };
  return { block, ...place, columnEnd: columns, rowStart, rowEnd: rowStart + half, slice: 0, copy: 0 };
}

/** A code is 8/127 of what one cell at gMax gives; codes are symmetric there, and here reach one further down. */
const step = Math.fround((range / 127) * gMax);
const settings = { zero: new Int32Array(columns), step: new Float32Array(columns).fill(step) };
const layer: CrossbarLayer = {
  input: 'x',
  output: 'y',
  origin: { name: 'matrix', op: 'MatMul', index: 0 },
  geometry: { kind: 'matmul' },
  groups: 1,
  rows,
  columns,
  quantization: { scale: Math.fround(1 / 255), zero: 0, signed: false, bits: 8 },
  inputCoding: 'binary',
  driverBits: 1,
  encoding: 'differential',
  convert: 'pair',
  adcBits: 8,
  radix: 255,
  slices: 1,
  copies: 1,
  digitsPerOne: 1,
  repeats: 1,
  digitStep: Math.fround((gMax - gMin) / 127),
  tiles: [tile(0), tile(1)],
  converterZero: new Int32Array(2 * columns),
  converterStep: new Float32Array(2 * columns).fill(step),
  scales: new Float32Array(columns).fill(largest / 127),
  columnSums: new Int32Array(columns),
  bias: new Float32Array(columns),
};

/** Pairs of cells that hold the matrix as CrossSim programmed it, [output][input]. */
function cellsOf(programmed: Float32Array): ProgrammedCells {
  const conductances = [0, 1].map((array) => {
    const cells = new Float32Array(half * 2 * columns);
    for (let row = 0; row < half; row++) {
      for (let column = 0; column < columns; column++) {
        const weight = programmed[column * rows + array * half + row]! / largest;
        for (const [side, part] of [weight, -weight].entries())
          cells[row * 2 * columns + 2 * column + side] = gMin + Math.max(part, 0) * (gMax - gMin);
      }
    }
    return cells;
  });
  const programs = [0, 1].map((array) => ({
    array,
    instructions: [{ op: 'converter', block: array, bits: 8, convert: 'pair', ...settings } as const],
  }));
  return { programs, conductances, columns: 2 * columns };
}

describe.skipIf(!existsSync(file))('CrossSim (skipped where CROSSLOOM_DATA has none)', () => {
  it('is reproduced within one converter step, by the direct MVM and by the lowered graph', async () => {
    const [x, y, programmed] = [await arrayOf('X'), await arrayOf('Y'), await arrayOf('Wread')];
    const cells = cellsOf(programmed);
    const emit = createEmitter('y', layer.origin);
    const converters = new Map([
      [0, settings],
      [1, settings],
    ]);
    lowerCrossbar(emit, layer, foldLayer(layer, { ...cells, converters }));
    const session = await openSession(
      encodeModel({
        name: 'crosssim',
        irVersion: 10,
        opsets: { '': 21 },
        inputs: [{ name: 'x', elementType: 1, dims: undefined }],
        outputs: [{ name: 'y', elementType: 1, dims: undefined }],
        nodes: emit.nodes,
        constants: emit.constants,
        functions: [],
      }),
      { threads: 1 },
    );
    const inputs = Float32Array.from(
      { length: vectors * rows },
      (_, i) => x[(i % rows) * vectors + Math.floor(i / rows)]!,
    );
    const lowered = (await session.run({ x: float32([vectors, rows], inputs) })).y!.data as Float32Array;
    await session.release();
    /** One code of the highest input bit. */
    const oneStep = ((range / 127) * (gMax / (gMax - gMin)) * largest * 128) / 255;
    const differing = { lowered: 0, direct: 0 };
    for (let v = 0; v < vectors; v++) {
      const codes = Uint8Array.from({ length: rows }, (_, r) => Math.round(255 * inputs[v * rows + r]!));
      const { outputs } = directMvm(layer, cells, codes);
      for (let o = 0; o < columns; o++) {
        const wanted = y[o * vectors + v]!;
        const errors = {
          lowered: Math.abs(lowered[v * columns + o]! - wanted),
          direct: Math.abs(outputs[o]! - wanted),
        };
        for (const form of ['lowered', 'direct'] as const) {
          expect(errors[form]).toBeLessThan(1.001 * oneStep);
          if (errors[form] > 1e-5) differing[form]++;
        }
      }
    }
    // Of 2,048 outputs, those with a sum so close to half a code that 32-bit rounding decides.
    expect(differing.direct).toBeLessThan(20);
    expect(differing.lowered).toBeLessThan(20);
  });
});
