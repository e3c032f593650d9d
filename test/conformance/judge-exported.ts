/** A model of fixtures/exporters -> the layers that it has on the ideal chip, and how close the integers come to floating point. */
import { readFile } from 'node:fs/promises';
import { listOperators } from '../../src/compile/operators.ts';
import { layerName } from '../../src/ir/graph.ts';
import { toDoubles } from '../../src/math/tensor.ts';
import { readModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openSession } from '../../src/runtime/session.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import type { LoadedTarget } from '../../src/target/target.ts';
import { addSignal, decibels } from '../../src/verify/metrics.ts';
import {
  compileModel,
  drawFeeds,
  type Feeds,
  type Model,
  programPackage,
  withPackage,
} from '../support/build.ts';
import { firstDifference } from '../support/same-bits.ts';

export interface Judged {
  /** Names of layers: what `ops` says, and what was compiled. */
  readonly listed: readonly string[];
  readonly compiled: readonly string[];
  /** Operators of the listed layers, each once. */
  readonly operators: readonly string[];
  /** Where the chip differs from the integer reference; undefined where it does not. */
  readonly difference: string | undefined;
  /** Signal to error against onnxruntime on the original model, of the worst output (dB). */
  readonly snr: number;
}

export const pathOf = (name: string): string => `fixtures/exporters/${name}.onnx`;

export async function readExported(name: string): Promise<Model> {
  return { ...(await readModel(pathOf(name))), file: pathOf(name) };
}

/** @returns names and operators of layers that are not folded into others, and why the rest stays digital */
export async function listed(model: Model) {
  const all = await listOperators(model.graph);
  const layers = all.filter(({ crossbar, rule }) => crossbar && !rule.startsWith('folded into'));
  return {
    names: layers.map(({ origin }) => layerName(origin)),
    operators: [...new Set(layers.map(({ origin }) => origin.op))],
    reasons: all.filter(({ rule }) => rule.startsWith('digital: ')).map(({ rule }) => rule.slice(9)),
  };
}

export async function judgeExported(name: string, ideal: LoadedTarget): Promise<Judged> {
  const model = await readExported(name);
  const samples = [1, 2, 3, 4].map((seed) => drawFeeds(model.graph.inputs, seed));
  const { names, operators } = await listed(model);
  const compiled = await compileModel(model, ideal, samples, { activationRange: 'minmax' });
  const layers = compiled.graph.nodes.flatMap((n) => (n.kind === 'quantized-mvm' ? layerName(n.origin) : []));
  return withPackage(compiled, async (pkg) => {
    // A map of classes is no tensor: what the model as it is read gives beside the file's own outputs counts too.
    const read = await runAll(encodeModel(model.graph), samples);
    const own = await runAll(await readFile(pathOf(name)), samples);
    const wanted = read.map((results, i) => ({ ...results, ...own[i] }));
    const reference = await runAll(encodeModel(pkg.reference), samples);
    const session = await simulate(pkg, await programPackage(pkg, ideal));
    const differences: (string | undefined)[] = [];
    for (const [i, feeds] of samples.entries())
      differences.push(firstDifference(await session.run(feeds), reference[i]!));
    await session.release();
    return {
      listed: names,
      compiled: [...new Set(layers)],
      operators,
      difference: differences.find((d) => d !== undefined),
      snr: worstSnr(wanted, reference),
    };
  });
}

/** Of the outputs that `wanted` has, over all samples. */
function worstSnr(wanted: readonly Results[], got: readonly Results[]): number {
  const ratios = Object.keys(wanted[0]!).map((output) =>
    decibels(
      wanted.reduce((sum, results, i) => addSignal(sum, numbers(results, output), numbers(got[i]!, output)), {
        signal: 0,
        noise: 0,
      }),
    ),
  );
  return Math.min(...ratios);
}

type Results = Feeds;

function numbers(results: Results, output: string): Float64Array {
  return Float64Array.from(toDoubles(results[output]!)!);
}

async function runAll(bytes: Uint8Array, samples: readonly Feeds[]): Promise<Results[]> {
  const session = await openSession(bytes);
  const results: Results[] = [];
  for (const feeds of samples) results.push(await session.run(feeds));
  await session.release();
  return results;
}
