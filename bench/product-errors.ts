/**
 * `npm run reproduce -- mvm`: products of 64 x 64 weights with one CMO/HfOx device each, from the lowest conductance for -1 to the highest
 * for 1, weights and inputs uniform in [-1, 1]: root mean square error of the outputs in weight units against floating point, at the
 * times of the group's study; the same on `cmo-hfox-350nm` with its assumed values at half and at twice; and an MNIST network
 * whose weights are told to devices that do not reach 0.
 */
import { join } from 'node:path';
import { sha256 } from '../src/files/hash.ts';
import {
  type CompileOptions,
  compile,
  encodeModel,
  loadTarget,
  openPackage,
  type Package,
  parseOptions,
  programChip,
  type SimulateOptions,
  simulate,
  type Tensor,
  writePackage,
} from '../src/index.ts';
import type { Graph } from '../src/ir/graph.ts';
import { openStream } from '../src/math/random.ts';
import { float32 } from '../src/math/tensor.ts';
import { formatTable, texts } from '../src/report/table.ts';
import { literalMap } from './literal-map.ts';
import { meanOf } from './mean-of.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

const size = 64;
/** Input vectors of a batch, and batches to calibrate with and to measure. */
const [vectors, batches] = [200, 4];
const seeds = [1, 2, 3, 4, 5];
const times = [
  ['right after programming', 0],
  ['1 s', 1],
  ['1 h', 3600],
  ['1 d', 86_400],
  ['10 years', 3.1536e8],
] as const;

/**
 * One device per weight and a reference beside them, 6-bit inputs that drive their rows at once, 8-bit outputs of one range for all
 * columns, which nothing that was seen leaves.
 */
const options: Partial<CompileOptions> = {
  ...{ encoding: 'offset', inputBits: 6, slices: 1, copies: 1, repeats: 1 },
  ...{ wireCorrection: 'none', centredInputs: false, converterRange: 'max', columnsPerRange: size },
};
const periphery = ['cell.encoding=offset', `array.columns=${size + 1}`, 'driver.bits=6', 'adc.bits=8'];

const uniform = (name: string, seed: number, count: number) => {
  const stream = openStream(seed, name, 0);
  return Float32Array.from({ length: count }, () => 2 * stream.uniform() - 1);
};

function graphOf(weights: Float32Array): Graph {
  const origin = { name: 'product', op: 'MatMul', index: 0 };
  const value = (name: string) => ({ name, elementType: 1, dims: [vectors, size] });
  return {
    ...{ name: 'product', irVersion: 10, opsets: { '': 21 }, functions: [] },
    inputs: [value('x')],
    outputs: [value('y')],
    nodes: [
      {
        ...{ kind: 'onnx', op: 'MatMul', domain: '', attributes: {}, origin },
        ...{ inputs: ['x', 'w'], outputs: ['y'] },
      },
    ],
    constants: new Map([['w', float32([size, size], weights)]]),
  };
}

const batchOf = (seed: number, batch: number): Tensor =>
  float32([vectors, size], uniform(`inputs ${batch}`, seed, vectors * size));

interface Product {
  readonly pkg: Package;
  readonly weights: Float32Array;
  readonly seed: number;
}

/** Compiles one matrix for a target, and hands its package to `use`. */
async function withProduct<T>(
  targetName: string,
  set: readonly string[],
  seed: number,
  use: (product: Product) => Promise<T>,
): Promise<T> {
  const weights = uniform('weights', seed, size * size);
  const graph = graphOf(weights);
  const model = { graph, sha256: sha256(encodeModel(graph)), file: 'product.onnx' };
  const samples = {
    length: batches,
    sample: async (i: number) => ({ feeds: { x: batchOf(seed, i) }, hash: sha256(`${seed} ${i}`) }),
  };
  const loaded = await loadTarget(targetName, [...periphery, ...set]);
  const compiled = await compile(model, loaded, parseOptions({ target: targetName, ...options }), {
    kind: 'samples',
    samples,
  });
  return withTemporaryFolder(async (folder) => {
    const place = join(folder, 'product.xbar');
    await writePackage(compiled, place);
    return use({ pkg: await openPackage(place), weights, seed });
  });
}

/** Root mean square error of the outputs of one new chip, on inputs that nothing was calibrated with. */
async function errorOf(
  { pkg, weights, seed }: Product,
  calibrate: boolean,
  conditions: SimulateOptions['conditions'] & object,
): Promise<number> {
  const chip = await programChip(pkg, { seed, calibrate, threads: 1 });
  const session = await simulate(pkg, chip, { conditions, threads: 1 });
  let [sum, count] = [0, 0];
  for (let batch = batches; batch < 2 * batches; batch++) {
    const x = batchOf(seed, batch);
    const { y } = await session.run({ x });
    for (const [at, value] of (y!.data as Float32Array).entries()) {
      const [vector, column] = [Math.floor(at / size), at % size];
      let wanted = 0;
      for (let row = 0; row < size; row++)
        wanted += (x.data as Float32Array)[vector * size + row]! * weights[row * size + column]!;
      sum += (value - wanted) ** 2;
      count++;
    }
  }
  await session.release();
  return Math.sqrt(sum / count);
}

async function timesTable(): Promise<string> {
  const rows: string[][] = times.map(([name]) => [name]);
  const errors: number[][][] = times.map(() => [[], [], []]);
  for (const seed of seeds)
    await withProduct('cmo-hfox-130nm', [], seed, async (product) => {
      for (const [i, [, at]] of times.entries()) {
        errors[i]![0]!.push(await errorOf(product, false, { at }));
        errors[i]![1]!.push(await errorOf(product, false, { at, wires: false }));
        errors[i]![2]!.push(await errorOf(product, true, { at }));
      }
    });
  for (const [i, row] of rows.entries()) {
    row.push(...errors[i]!.map((runs) => meanOf(runs, 3)));
    process.stderr.write(`${row.join('  ')}\n`);
  }
  return formatTable(
    [...texts('read'), ...texts('as it is', 'without wires', 'columns calibrated then')],
    rows,
  );
}

/** Assumed values of cmo-hfox-350nm that a product feels, with the unit that halves and doubles of them are written in. */
const assumed: readonly (readonly [fields: readonly string[], values: readonly number[], unit: string])[] = [
  [['programming.tolerance'], [0.49, 1.96], ' uS'],
  [['programming.readNoise'], [0.025, 0.1], ' uS'],
  [['programming.maxPulses'], [150, 600], ''],
  [['programming.pulse.cycleToCycle'], [0.15, 0.6], ''],
  [['programming.pulse.upDownSpread'], [0.005, 0.02], ''],
  [['programming.resetSpread'], [0.5, 2], ' uS'],
  // Instead of a reserve of a tenth of the window at either end: half and twice of that.
  [['cell.gUseMin'], [28.5, 38], ' uS'],
  [['cell.gUseMax'], [86.5, 77], ' uS'],
  [['wires.driver', 'wires.sense'], [0.175, 0.7], ' ohm'],
];

async function assumedTable(): Promise<string> {
  const rows: string[][] = [];
  const row = async (name: string, set: readonly string[]) => {
    const errors: number[][] = [[], []];
    for (const seed of seeds.slice(0, 3))
      await withProduct('cmo-hfox-350nm', set, seed, async (product) => {
        errors[0]!.push(await errorOf(product, false, { at: 0 }));
        errors[1]!.push(await errorOf(product, true, { at: 0 }));
      });
    rows.push([name, ...errors.map((runs) => meanOf(runs, 3))]);
    process.stderr.write(`${rows.at(-1)!.join('  ')}\n`);
  };
  await row('as assumed', []);
  for (const [fields, values, unit] of assumed)
    for (const value of values)
      await row(
        `${fields.join(', ')} ${value}${unit}`,
        fields.map((field) => `${field}=${value}${unit}`),
      );
  return formatTable(texts('assumed', 'as it is', 'columns calibrated'), rows);
}

export async function productErrors(shared: string): Promise<string> {
  const heading = `${seeds.length} chips and matrices, ${batches * vectors} inputs each; rms error in weight units`;
  return [
    `\n\ncmo-hfox-130nm: ${heading}\n`,
    await timesTable(),
    `cmo-hfox-350nm, right after programming: three of them\n`,
    await assumedTable(),
    await literalMap(shared),
  ].join('\n');
}
