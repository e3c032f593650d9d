/** Layers corrected one after the other: two layers by hand, branches and residuals, and what packages without samples do. */
import { describe, expect, it } from 'vitest';
import type { Chip } from '../../src/chip/chip.ts';
import { correctChip } from '../../src/correct/correct-chip.ts';
import { openStream } from '../../src/math/random.ts';
import { float32, sizeOf } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Package } from '../../src/package/open.ts';
import { openSession } from '../../src/runtime/session.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { loaded } from '../chip/bench.ts';
import { exact } from '../lower/against-direct.ts';
import {
  compileModel,
  drawFeeds,
  type Feeds,
  modelOf,
  programPackage,
  withPackage,
} from '../support/build.ts';
import { model, node } from '../support/onnx-model.ts';

function normals(seed: number, ...dims: number[]) {
  const stream = openStream(seed, 'follow-layers-test', 0);
  return float32(
    dims,
    Float32Array.from({ length: sizeOf(dims) }, () => stream.normal()),
  );
}

/** Every cell errs by so much of what it conducts. */
function wrong(chip: Chip, error: number): Chip {
  const conductances = chip.conductances.map((cells, array) => {
    const errors = normals(500 + array, cells.length).data as Float32Array;
    return cells.map((g, cell) => g * (1 + error * errors[cell]!));
  });
  return { ...chip, conductances };
}

type Use = (pkg: Package, chip: Chip) => Promise<void>;

async function withWrongChip(graph: ReturnType<typeof model>, error: number, use: Use): Promise<void> {
  const target = exact({ adc: { bits: 16 }, array: { rows: 128, columns: 128 } });
  const feeds = Array.from({ length: 40 }, (_, i) => drawFeeds(graph.inputs, i + 1));
  const compiled = await compileModel(modelOf(graph), loaded(target), feeds);
  await withPackage(compiled, async (pkg) =>
    use(pkg, wrong(await programPackage(pkg, loaded(target)), error)),
  );
}

/** Values of `tap`, on the chip and as they should be, sample after sample. */
async function outputsOf(pkg: Package, chip: Chip, feeds: readonly Feeds[], tap: string) {
  const outputs = [{ name: tap, elementType: 1, dims: undefined }];
  const reference = await openSession(encodeModel({ ...pkg.reference, outputs }));
  const session = await simulate(pkg, chip, { taps: [tap], compensate: 'none', threads: 1 });
  const made: { wanted: Float32Array; got: Float32Array }[] = [];
  for (const feed of feeds) {
    const wanted = (await reference.run(feed, [tap]))[tap]!.data as Float32Array;
    made.push({ wanted, got: (await session.run(feed, [tap]))[tap]!.data as Float32Array });
  }
  for (const s of [reference, session]) await s.release();
  return made;
}

type Made = Awaited<ReturnType<typeof outputsOf>>;

/** Slope of what a column gives over what it should, over all samples. */
function slopeOf(made: Made, columns: number, column: number): number {
  const pairs = made.flatMap(({ wanted, got }) =>
    [...wanted].flatMap((w, i) => (i % columns === column ? [[w, got[i]!] as const] : [])),
  );
  const mean = (of: (pair: readonly [number, number]) => number) =>
    pairs.reduce((sum, pair) => sum + of(pair), 0) / pairs.length;
  const [w, y] = [mean((p) => p[0]), mean((p) => p[1])];
  return mean((p) => (p[0] - w) * (p[1] - y)) / mean((p) => (p[0] - w) ** 2);
}

const meanSlope = (made: Made, columns: number) =>
  Array.from({ length: columns }, (_, o) => slopeOf(made, columns, o)).reduce((a, b) => a + b) / columns;

/** Vectors of some positions through two matrices. */
const columns = 24;
const chain = model({
  inputs: { x: [1, 20, 16] },
  outputs: { y: undefined },
  constants: { w: normals(1, 16, 40), v: normals(2, 40, columns) },
  nodes: [node('MatMul', ['x', 'w'], ['h']), node('Relu', ['h'], ['r']), node('MatMul', ['r', 'v'], ['y'])],
});

describe('layers that are corrected one after the other', () => {
  it('give signals of the right size, where layers apart lose what they err by, twice', async () => {
    await withWrongChip(chain, 0.35, async (pkg, chip) => {
      expect(pkg.record.inputs).toHaveLength(32);
      const fresh = Array.from({ length: 40 }, (_, i) => drawFeeds(chain.inputs, 1000 + i));
      const fitted = async (sequential: boolean) => {
        const corrected = await correctChip(pkg, chip, { sequential, correction: 'columns', threads: 1 });
        expect(corrected.calibration!.sequential).toBe(sequential);
        return meanSlope(await outputsOf(pkg, corrected, fresh, 'y'), columns);
      };
      const apart = await fitted(false);
      expect(apart).toBeLessThan(0.85);
      expect(Math.abs((await fitted(true)) - 1)).toBeLessThan(0.02);
    });
  });

  it('have the gain by hand: the inverse of the slope on the samples of the package, where columns differ', async () => {
    // One column: it has no others to be drawn to.
    const single = model({
      inputs: { x: [1, 20, 16] },
      outputs: { y: undefined },
      constants: { w: normals(1, 16, 40), v: normals(2, 40, 1) },
      nodes: [
        node('MatMul', ['x', 'w'], ['h']),
        node('Relu', ['h'], ['r']),
        node('MatMul', ['r', 'v'], ['y']),
      ],
    });
    await withWrongChip(single, 0.3, async (pkg, chip) => {
      const fit = (sequential: boolean) =>
        correctChip(pkg, chip, { sequential, correction: 'columns', threads: 1 });
      const [apart, followed] = [await fit(false), await fit(true)];
      // The first layer as it was corrected in sequence, the second as it was alone.
      const columnsOf = new Map(followed.calibration!.columns);
      columnsOf.set('y', apart.calibration!.columns.get('y')!);
      const half: Chip = { ...followed, calibration: { ...followed.calibration!, columns: columnsOf } };
      const samples = pkg.record.inputs.map(({ x }) => ({ x: float32(x!.dims, x!.data) }));
      const slope = slopeOf(await outputsOf(pkg, half, samples, 'y'), 1, 0);
      const gainOf = (of: Chip) => of.calibration!.columns.get('y')!.gain[0]!;
      expect(gainOf(followed) / gainOf(apart)).toBeCloseTo(1 / slope, 4);
    });
  });

  it('may branch, meet again, and use one matrix twice', async () => {
    const graph = model({
      inputs: { x: [1, 6, 5, 5] },
      outputs: { y: undefined },
      constants: { w: normals(1, 6, 6, 1, 1), v: normals(2, 8, 6, 3, 3) },
      nodes: [
        node('Conv', ['x', 'w'], ['a']),
        node('Relu', ['a'], ['p']),
        node('Conv', ['p', 'w'], ['b']),
        node('Add', ['b', 'x'], ['c']),
        node('Add', ['c', 'p'], ['d']),
        node('Conv', ['d', 'v'], ['e']),
        node('GlobalAveragePool', ['e'], ['y']),
      ],
    });
    await withWrongChip(graph, 0.2, async (pkg, chip) => {
      const corrected = await correctChip(pkg, chip, { sequential: true, threads: 1 });
      expect([...corrected.calibration!.columns.keys()]).toEqual(['a', 'b', 'e']);
      expect(corrected.calibration!.sequential).toBe(true);
      const fresh = [1001, 1002, 1003, 1004].map((seed) => drawFeeds(graph.inputs, seed));
      const errorOf = async (given: Chip) =>
        (await outputsOf(pkg, given, fresh, 'e')).reduce(
          (sum, { wanted, got }) => sum + wanted.reduce((own, w, i) => own + (w - got[i]!) ** 2, 0),
          0,
        );
      const bare = await errorOf(chip);
      expect(await errorOf(corrected)).toBeLessThan(bare);
    });
  });

  it('may be the steps of a recurrent layer', async () => {
    const graph = model({
      inputs: { x: [3, 1, 6] },
      outputs: { y: undefined },
      constants: { w: normals(1, 1, 20, 6), r: normals(2, 1, 20, 5) },
      nodes: [node('LSTM', ['x', 'w', 'r'], ['y'], { hidden_size: 5 })],
    });
    await withWrongChip(graph, 0.1, async (pkg, chip) => {
      const corrected = await correctChip(pkg, chip, { sequential: true, threads: 1 });
      const { columns, sequential } = corrected.calibration!;
      expect(sequential).toBe(true);
      // The inputs of all steps at once, and the state of every step but the first.
      expect([...columns.keys()]).toEqual(pkg.layers.map(({ output }) => output));
      expect(columns.size).toBe(3);
      const tap = pkg.layers.at(-1)!.output;
      const made = await outputsOf(
        pkg,
        corrected,
        [1001, 1002].map((seed) => drawFeeds(graph.inputs, seed)),
        tap,
      );
      for (const { got } of made) expect(got.every(Number.isFinite)).toBe(true);
    });
  });

  it('are calibrated apart where the package has no samples', async () => {
    await withWrongChip(chain, 0.2, async (pkg, chip) => {
      const older = { ...pkg, record: { ...pkg.record, inputs: [] } };
      const corrected = await correctChip(older, chip, { sequential: true, threads: 1 });
      expect(corrected.calibration!.sequential).toBe(false);
      expect(corrected).toEqual(await correctChip(pkg, chip, { threads: 1 }));
      // One that was corrected in sequence before is again.
      const followed = await correctChip(pkg, chip, { sequential: true, threads: 1 });
      expect(await correctChip(pkg, followed, { threads: 1 })).toEqual(followed);
    });
  });
});
