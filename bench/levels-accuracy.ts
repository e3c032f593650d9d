/**
 * Levels against accuracy: networks in floating point whose weights lie on N states of a device, with a Gaussian error in units of the
 * step between them. The states of an output channel are even between the largest weight and its negative; nothing else is
 * quantized, and nothing is calibrated: this is about the levels alone, as the study of Diao et al. (Nanoscale Horizons 10,
 * 780, 2025) is said to be.
 */
import { openDataset } from '../src/data/open.ts';
import type { Graph, OnnxNode } from '../src/ir/graph.ts';
import { evenlySpread } from '../src/math/evenly-spread.ts';
import { openStream, type Stream } from '../src/math/random.ts';
import { sizeOf, type Tensor } from '../src/math/tensor.ts';
import { readModel } from '../src/onnx/decode.ts';
import { encodeModel } from '../src/onnx/encode.ts';
import { fedInputs } from '../src/record/samples.ts';
import { formatTable } from '../src/report/table.ts';
import { openSession } from '../src/runtime/session.ts';
import { chooseClasses } from '../src/verify/choose-classes.ts';
import { isThere, mobilenetV2, resnet20, resnet32 } from './accuracy-cases.ts';

const states = [2, 4, 8, 16, 32, 64, 128, 256, 512];
/** Standard deviations of the error, in steps: none, three of them half a step, half a step and a whole one. */
const errors = [0, 1 / 6, 1 / 2, 1];
const models = [
  { ...resnet20, images: 300 },
  { ...resnet32, images: 300 },
  { ...mobilenetV2, images: 30 },
];

/** @param args part of a model's name, and how many of its images; without them all models and as many as above */
export async function levelsAccuracy([name = '', images]: readonly string[]): Promise<string> {
  const tables: string[] = [];
  const chosen = models.filter((item) => item.model.includes(name) && isThere(item));
  for (const item of chosen) {
    const { graph } = await readModel(item.file);
    const dataset = await openDataset(item.data, { flags: item.preprocessing });
    const indices = evenlySpread(dataset.length, Number(images ?? item.images));
    const inputs = fedInputs(graph, item.file);
    const output = graph.outputs[0]!;
    const classes = Number(output.dims!.at(-1));
    const plan = { inputs, output: output.name, batchSize: 10 };
    const accuracyOf = async (own: Graph): Promise<string> => {
      const session = await openSession(encodeModel(own));
      const { labelOffset } = dataset.preprocessing;
      let right = 0;
      let at = 0;
      for await (const batch of chooseClasses(session, plan, classes, dataset, indices))
        for (const choice of batch) if (choice === dataset.labels![indices[at++]!]! + labelOffset) right++;
      await session.release();
      return ((100 * right) / indices.length).toFixed(1);
    };
    const rows: string[][] = [];
    for (const count of states) {
      const row = [String(count)];
      for (const error of errors) row.push(await accuracyOf(onStates(graph, count, error)));
      rows.push(row);
      process.stderr.write(`${item.model}: ${row.join('  ')}\n`);
    }
    rows.push(['floating point', await accuracyOf(graph), '', '', '']);
    const headers = ['no error', '1/6 of a step', '1/2', '1'].map((header) => ({
      header,
      align: 'right' as const,
    }));
    const table = formatTable([{ header: 'states', align: 'right' }, ...headers], rows);
    tables.push(`${item.model}, top-1 % of ${indices.length} images\n\n${table}`);
  }
  return `\n\n${tables.join('\n')}`;
}

/** Axis of the output channels of a layer's weights; undefined for nodes without constant weights. */
function channelAxis({ op, attributes }: OnnxNode, rank: number): number | undefined {
  if (op === 'Conv') return 0;
  if (op === 'MatMul') return rank - 1;
  if (op === 'Gemm') return attributes.transB?.type === 'int' && attributes.transB.value === 1 ? 0 : 1;
  return undefined;
}

/** A network with the weights of its linear layers on `count` states, off by `error` steps. */
function onStates(graph: Graph, count: number, error: number): Graph {
  const constants = new Map(graph.constants);
  for (const [layer, node] of graph.nodes.entries()) {
    const name = node.kind === 'onnx' ? node.inputs[1] : undefined;
    const weights = name === undefined ? undefined : graph.constants.get(name);
    if (!name || !weights || !(weights.data instanceof Float32Array)) continue;
    const axis = channelAxis(node as OnnxNode, weights.dims.length);
    if (axis === undefined) continue;
    constants.set(
      name,
      stated(weights, weights.data, axis, count, error, openStream(1, 'state-error', layer)),
    );
  }
  return { ...graph, constants };
}

function stated(
  tensor: Tensor,
  weights: Float32Array,
  axis: number,
  count: number,
  error: number,
  stream: Stream,
): Tensor {
  const inner = sizeOf(tensor.dims.slice(axis + 1));
  const channels = tensor.dims[axis]!;
  const channelOf = (i: number) => Math.floor(i / inner) % channels;
  const largest = new Float64Array(channels);
  weights.forEach((w, i) => {
    largest[channelOf(i)] = Math.max(largest[channelOf(i)]!, Math.abs(w));
  });
  const data = weights.map((w, i) => {
    const most = largest[channelOf(i)]!;
    if (most === 0) return 0;
    const step = (2 * most) / (count - 1);
    const state = Math.round((w + most) / step);
    return step * (state + (error === 0 ? 0 : error * stream.normal())) - most;
  });
  return { ...tensor, data };
}
