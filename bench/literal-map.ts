/**
 * Weights of an MNIST network on devices that conduct at least `gUseMin`: a literal map asks devices for the weight's share of
 * `gUseMax` and clips what lies below, an affine one puts weight 0 on `gUseMin`. Everything else stays in floating point. Cells err as
 * those of `cmo-hfox-130nm` do a second after programming.
 */
import { join } from 'node:path';
import { openDataset } from '../src/data/open.ts';
import type { Graph } from '../src/ir/graph.ts';
import { evenlySpread } from '../src/math/evenly-spread.ts';
import { polynomial } from '../src/math/polynomial.ts';
import { openStream, type Stream } from '../src/math/random.ts';
import { readModel } from '../src/onnx/decode.ts';
import { encodeModel } from '../src/onnx/encode.ts';
import { fedInputs } from '../src/record/samples.ts';
import { formatTable, texts } from '../src/report/table.ts';
import { openSession } from '../src/runtime/session.ts';
import type { ProgrammingOf } from '../src/schemes/models.ts';
import { loadTarget } from '../src/target/load.ts';
import type { Target } from '../src/target/target.ts';
import { chooseClasses } from '../src/verify/choose-classes.ts';
import { meanOf } from './mean-of.ts';

const targetName = 'cmo-hfox-130nm';
const seeds = [1, 2, 3, 4, 5];
const images = 10_000;

/** What a weight in [-1, 1] becomes. @param told a conductance asked of a device (S) -> what it conducts */
type WeightMap = (cell: Target['cell'], weight: number, told: (g: number) => number) => number;

const maps: readonly (readonly [name: string, map: WeightMap])[] = [
  [
    'pairs, literal: |w| gMax',
    ({ gUseMax }, w, told) => (told(Math.max(w, 0) * gUseMax) - told(Math.max(-w, 0) * gUseMax)) / gUseMax,
  ],
  [
    'pairs, affine: gMin + |w| (gMax - gMin)',
    ({ gUseMin, gUseMax }, w, told) => {
      const reach = gUseMax - gUseMin;
      return (told(gUseMin + Math.max(w, 0) * reach) - told(gUseMin + Math.max(-w, 0) * reach)) / reach;
    },
  ],
  [
    'one device, literal: (1 + w) gMax / 2',
    ({ gUseMax }, w, told) => (2 * told(((1 + w) * gUseMax) / 2)) / gUseMax - 1,
  ],
  [
    'one device, affine: gMin + (1 + w) (gMax - gMin) / 2',
    ({ gUseMin, gUseMax }, w, told) =>
      (2 * (told(gUseMin + ((1 + w) * (gUseMax - gUseMin)) / 2) - gUseMin)) / (gUseMax - gUseMin) - 1,
  ],
];

/** A network whose matrices went through a map, each in units of its largest weight. */
function mapped(graph: Graph, target: Target, map: WeightMap, erring: Stream | undefined): Graph {
  const { programming, relaxation, cell } = target;
  const { sigma } = programming as ProgrammingOf<'error-law'>;
  const told = (wanted: number): number => {
    const g = Math.max(wanted, cell.gUseMin);
    if (!erring) return g;
    return g + Math.hypot(polynomial(sigma, g), relaxation!.spread) * erring.normal();
  };
  const constants = new Map(graph.constants);
  for (const [name, tensor] of graph.constants) {
    if (!(tensor.data instanceof Float32Array) || tensor.dims.length < 2) continue;
    const most = tensor.data.reduce((largest, w) => Math.max(largest, Math.abs(w)), 0);
    constants.set(name, { ...tensor, data: tensor.data.map((w) => most * map(cell, w / most, told)) });
  }
  return { ...graph, constants };
}

export async function literalMap(shared: string): Promise<string> {
  const file = join(shared, 'models/mnist-mlp-256x2.onnx');
  const { graph } = await readModel(file);
  const { target } = await loadTarget(targetName);
  const dataset = await openDataset(join(shared, 'mnist'), { flags: { scale: 1 / 255 } });
  const indices = evenlySpread(dataset.length, images);
  const plan = { inputs: fedInputs(graph, file), output: graph.outputs[0]!.name, batchSize: 1 };
  const accuracyOf = async (own: Graph): Promise<number> => {
    const session = await openSession(encodeModel(own));
    let [right, at] = [0, 0];
    for await (const chosen of chooseClasses(session, plan, 10, dataset, indices))
      for (const choice of chosen) if (choice === dataset.labels![indices[at++]!]!) right++;
    await session.release();
    return (100 * right) / indices.length;
  };
  const rows: string[][] = [['floating point', (await accuracyOf(graph)).toFixed(2), '']];
  for (const [name, map] of maps) {
    const erring: number[] = [];
    for (const seed of seeds)
      erring.push(await accuracyOf(mapped(graph, target, map, openStream(seed, 'literal-map', 0))));
    rows.push([name, (await accuracyOf(mapped(graph, target, map, undefined))).toFixed(2), meanOf(erring)]);
  }
  return `mnist-mlp-256x2 on ${targetName}, top-1 % of ${images} test images\n\n${formatTable(texts('weights', 'clipped alone', 'cells of 1 s'), rows)}`;
}
