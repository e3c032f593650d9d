/**
 * What rounding to integers costs, before there is a chip: of every layer alone at its own output, with the inputs that
 * floating point gives it; and of all layers together at the network's output. One network computes every layer four ways, as
 * it is, with rounded inputs, with rounded weights and with both, and sums of squares leave it instead of values.
 *
 *   signal = Var(y),   error = Var(y' - y), over the positions of all samples, summed over the layer's outputs
 *
 * Variances, because means are made up for by the biases.
 */
import { type Graph, int, type MvmNode, type QuantizedMvmNode } from '../ir/graph.ts';
import { createEmitter, type Emitter } from '../lower/emit.ts';
import { withFloatSums } from '../lower/float-sums.ts';
import { lowerGraph } from '../lower/graph.ts';
import { lowerFloat, lowerInteger } from '../lower/reference.ts';
import { emitRounded, lowerRoundedInputs, lowerRoundedWeights } from '../lower/rounded.ts';
import { decibels } from '../math/decibels.ts';
import { int64, type Tensor, toDoubles } from '../math/tensor.ts';
import { openNetwork, type Values } from './network.ts';
import type { SampleSource } from './sample-source.ts';

/** Signal to noise, dB. */
export interface LayerLoss {
  readonly layer: QuantizedMvmNode;
  /** With integers; with the inputs alone rounded; with the weights alone. */
  readonly all: number;
  readonly inputs: number;
  readonly weights: number;
}

/** Signal to noise at the network's outputs, dB. */
export interface OutputLoss {
  readonly all: number;
  readonly inputs: number;
  readonly weights: number;
}

/** Bytes of weights that are in memory at a time. */
const weightBytes = 2 ** 28;
const variants = ['all', 'inputs', 'weights'] as const;

type Outputs = readonly ReadonlyMap<string, Float64Array>[];

/** A network before and after its layers became integers, and samples that run through both. */
export interface Rounded {
  /** With `mvm` nodes. */
  readonly real: Graph;
  /** The same graph with these in integers. */
  readonly quantized: Graph;
  readonly samples: SampleSource;
}

/**
 * What integers leave of the network's outputs, of what goes into a softmax instead of what comes out.
 * @returns nothing where all of them together leave `enough` (dB)
 */
export async function outputLoss(rounded: Rounded, enough: number): Promise<OutputLoss | undefined> {
  const wanted = await outputsOf(rounded, eachLayer(rounded, lowerFloat));
  const of = async (graph: Graph) => compare(wanted, await outputsOf(rounded, graph));
  const all = await of(integersOf(rounded));
  if (all >= enough) return undefined;
  const inputs = await of(eachLayer(rounded, lowerRoundedInputs));
  return { all, inputs, weights: await of(eachLayer(rounded, lowerRoundedWeights)) };
}

function integersOf({ quantized, real }: Rounded): Graph {
  const integers = lowerGraph(
    quantized,
    (node) => (node.kind === 'quantized-mvm' ? (emit) => lowerInteger(emit, node) : undefined),
    scoresOf(real),
  );
  return withFloatSums(integers, scoresOf(real));
}

function eachLayer(
  { real, quantized }: Pick<Rounded, 'real' | 'quantized'>,
  lower: (emit: Emitter, node: MvmNode, rounded: QuantizedMvmNode) => void,
  taps: readonly string[] = [],
): Graph {
  const layers = new Map(layersOf(quantized).map((layer) => [layer.output, layer]));
  return lowerGraph(
    real,
    (node) => (node.kind === 'mvm' ? (emit) => lower(emit, node, layers.get(node.output)!) : undefined),
    [...scoresOf(real), ...taps],
  );
}

const layersOf = ({ nodes }: Graph) => nodes.filter((node) => node.kind === 'quantized-mvm');
const scoresOf = (real: Graph) => real.outputs.map(({ name }) => scoreOf(real, name));

/** What goes into a softmax tells errors apart that its result hides. */
export function scoreOf({ nodes }: Pick<Graph, 'nodes'>, output: string): string {
  const producer = nodes.find((n) => n.kind === 'onnx' && n.outputs.includes(output));
  return producer?.kind === 'onnx' && producer.op === 'Softmax' ? producer.inputs[0]! : output;
}

/** By sample, the values that are compared. */
async function outputsOf({ real, samples }: Rounded, graph: Graph): Promise<Outputs> {
  const scores = scoresOf(real);
  const outputs = Array.from({ length: samples.length }, () => new Map<string, Float64Array>());
  await runSamples(graph, samples, (sample, values) => {
    for (const name of scores) {
      const score = values[name] && toDoubles(values[name]);
      if (score) outputs[sample]!.set(name, score);
    }
  });
  return outputs;
}

async function runSamples(
  graph: Graph,
  samples: SampleSource,
  visit: (sample: number, values: Values) => void,
): Promise<void> {
  const network = await openNetwork(graph, weightBytes);
  await network.run(samples.length, async (i) => (await samples.sample(i)).feeds, visit);
  await network.release();
}

function compare(wanted: Outputs, got: Outputs): number {
  let [signal, noise] = [0, 0];
  for (const [sample, scores] of wanted.entries())
    for (const [name, reference] of scores) {
      const values = got[sample]!.get(name);
      signal += reference.reduce((sum, value) => sum + value ** 2, 0);
      noise += reference.reduce((sum, value, i) => sum + (value - values![i]!) ** 2, 0);
    }
  return ratio(signal, noise);
}

/** What rounding leaves of every layer alone. */
export async function layerLosses(rounded: Rounded): Promise<readonly LayerLoss[]> {
  const layers = layersOf(rounded.quantized);
  const sums = new Map<string, Moments>();
  const names = layers.flatMap(({ output }) =>
    ['signal', ...variants].map((what) => momentsOf(output, what)),
  );
  await runSamples(eachLayer(rounded, emitFourWays, names), rounded.samples, (_, values) => {
    for (const name of names) {
      const own = values[name];
      if (own) sums.set(name, addMoments(sums.get(name), own));
    }
  });
  return layers.map((layer) => {
    const of = (what: string) => varianceOf(sums.get(momentsOf(layer.output, what)));
    const [all, inputs, weights] = variants.map((what) => ratio(of('signal'), of(what)));
    return { layer, all: all!, inputs: inputs!, weights: weights! };
  });
}

const ratio = (signal: number, noise: number) =>
  noise === 0 ? Number.POSITIVE_INFINITY : decibels(signal / noise);

const momentsOf = (output: string, what: string) => `${output}/moments_${what}`;

function emitFourWays(emit: Emitter, node: MvmNode, rounded: QuantizedMvmNode): void {
  const way = (name: string, lower: (own: Emitter, output: string) => void) => {
    const output = `${node.output}/${name}`;
    lower(createEmitter(output, node.origin, emit.nodes, emit.constants), output);
    return output;
  };
  lowerFloat(emit, node);
  const ways = {
    all: way('rounded', (own, output) => {
      const { input, quantization } = rounded;
      lowerRoundedWeights(
        own,
        { ...node, output, input: emitRounded(own, { input, quantization }) },
        rounded,
      );
    }),
    inputs: way('rounded_inputs', (own, output) => lowerRoundedInputs(own, { ...node, output }, rounded)),
    weights: way('rounded_weights', (own, output) => lowerRoundedWeights(own, { ...node, output }, rounded)),
  };
  emitMoments(emit, node, node.output, 'signal');
  for (const what of variants) emitMoments(emit, node, emit.op('Sub', [ways[what], node.output]), what);
}

/** Emits how many values there are, and of every output of the layer their sum and that of their squares. */
function emitMoments(emit: Emitter, node: MvmNode, values: string, what: string): void {
  const { geometry, groups, columns, output } = node;
  const outputs = groups * columns;
  const conv = geometry.kind === 'conv';
  const shape = emit.constant('moments_shape', int64([3], conv ? [0, outputs, -1] : [1, -1, outputs]));
  const flat = emit.op('Reshape', [values, shape]);
  const axes = emit.constant('moments_axes', int64([2], conv ? [0, 2] : [0, 1]));
  const [sum, squares] = ['ReduceSum', 'ReduceSumSquare'].map((op) =>
    emit.op(op, [flat, axes], { keepdims: int(0) }),
  );
  const size = emit.op('Cast', [emit.op('Size', [values])], { to: int(1) });
  const one = emit.constant('one_value', int64([1], [1]));
  const parts = [emit.op('Reshape', [size, one]), sum!, squares!];
  emit.op('Concat', parts, { axis: int(0) }, momentsOf(output, what));
}

/** Of all samples so far: the number of values, then the sum of every output, then that of its squares. */
type Moments = Float64Array;

function addMoments(sums: Moments | undefined, { data }: Tensor): Moments {
  const own = Float64Array.from(data as Float32Array);
  return sums ? sums.map((sum, i) => sum + own[i]!) : own;
}

/** Summed over the outputs. */
function varianceOf(moments: Moments | undefined): number {
  if (!moments) return 0;
  const outputs = (moments.length - 1) / 2;
  const count = moments[0]! / outputs;
  let variance = 0;
  for (let o = 1; o <= outputs; o++)
    variance += Math.max(0, moments[outputs + o]! / count - (moments[o]! / count) ** 2);
  return variance;
}
