/**
 * Records what sample inputs tell about every crossbar layer: the range of its input, sampled input vectors, and mean
 * inputs before and after quantization. Runs the floating-point network twice: once for the ranges, and once, with
 * the codes known, for the vectors.
 */
import { defined } from '../defined.ts';
import type { CalibrationRecord, KnownAnswer, LayerRecord, RangePolicy } from '../ir/calibration-record.ts';
import type { Centres } from '../ir/centres.ts';
import type { Graph, InputQuantization, MvmNode } from '../ir/graph.ts';
import { createCodes, type InputCodes } from '../ir/input-codes.ts';
import { openStream, type Stream } from '../math/random.ts';
import type { Tensor } from '../math/tensor.ts';
import { openFloat } from './float-network.ts';
import { floatInputs, keepInputs } from './kept-inputs.ts';
import type { Network } from './network.ts';
import { createFiniteCheck } from './not-finite.ts';
import { ownOfLayer } from './own-range.ts';
import { createPatchReader, type PatchReader } from './patch.ts';
import { addValues, chooseBits, chooseRange, createHistogram, quantizeInto, realsOf } from './range.ts';
import type { SampleSource } from './sample-source.ts';

export interface RecordOptions {
  readonly policy: RangePolicy;
  readonly signed: boolean;
  /** Bits of a layer's input codes, where the model does not quantize the input itself. */
  readonly bitsOf: (layer: MvmNode) => number | 'auto';
  /** Whether the graph's channels were evened out. */
  readonly equalized: boolean;
  /** What the layers' inputs are centred by in the graph; absent where that was not asked for. */
  readonly centres: Centres | undefined;
  /** Input vectors kept per layer. */
  readonly vectors: number;
  readonly onSample?: (done: number, total: number) => void;
}

/** Values of one tap that count for the histogram at most. */
const histogramValues = 1 << 15;
/** Bytes of input vectors that a layer keeps before it makes do with fewer. */
const layerBytes = 4.5 * 2 ** 20;
const fewestVectors = 256;
/** Input vectors per sample and layer that count for the means. */
const meanVectors = 16;

/** @param graph whose crossbar layers are still in floating point */
export async function recordCalibration(
  graph: Graph,
  model: string,
  samples: SampleSource,
  options: RecordOptions,
): Promise<CalibrationRecord> {
  const layers = graph.nodes.filter((n) => n.kind === 'mvm');
  const network = await openFloat(
    graph,
    layers.map((l) => l.input),
  );
  const ranges = await recordRanges(graph, layers, network, samples, options);
  const states = layers.map((layer, index) =>
    createState(layer, index, ranges.get(layer)!, samples.length, options),
  );
  const hashes: string[] = [];
  let knownAnswer: KnownAnswer = { inputs: {} };
  const kept = keepInputs(samples.length);
  const feedsOf = async (i: number) => {
    const { feeds, hash } = await samples.sample(i);
    if (hash !== undefined) {
      hashes[i] = hash;
      kept.look(i, feeds);
    }
    if (i === 0) knownAnswer = { inputs: floatInputs(feeds) };
    return feeds;
  };
  const runs = samples.length * network.pieces;
  const ownRanges = createFiniteCheck(
    layers.filter((layer) => ownOfLayer(graph, layer)),
    samples,
  );
  let done = runs;
  await network.run(samples.length, feedsOf, (sample, values) => {
    ownRanges.look(sample, values);
    for (const state of states) {
      const value = values[state.layer.input];
      if (value) addSample(state, value);
    }
    options.onSample?.(++done, 2 * runs);
  });
  await network.release();
  ownRanges.raise();
  return {
    model,
    activations: {
      policy: options.policy,
      signed: options.signed,
      equalized: options.equalized,
      centred: options.centres !== undefined,
    },
    layers: new Map(
      states.map((state) => {
        const { output } = state.layer;
        return [output, { ...finishState(state), ...defined({ centre: options.centres?.get(output) }) }];
      }),
    ),
    samples: hashes,
    knownAnswer,
    inputs: kept.inputs,
  };
}

async function recordRanges(
  graph: Graph,
  layers: readonly MvmNode[],
  network: Network,
  samples: SampleSource,
  options: RecordOptions,
): Promise<Map<MvmNode, InputQuantization>> {
  const ranges = new Map<MvmNode, InputQuantization>();
  for (const layer of layers) {
    const own = ownOfLayer(graph, layer);
    if (own) ranges.set(layer, own);
  }
  const measured = layers.filter((layer) => !ranges.has(layer));
  if (measured.length === 0) return ranges;
  const shared = new Map(measured.map((layer) => [rangeOf(layer), createHistogram()]));
  const histograms = new Map(measured.map((layer) => [layer.input, shared.get(rangeOf(layer))!]));
  const feedsOf = async (i: number) => (await samples.sample(i)).feeds;
  const finite = createFiniteCheck(measured, samples);
  let done = 0;
  await network.run(samples.length, feedsOf, (sample, values) => {
    finite.look(sample, values);
    for (const [name, histogram] of histograms) {
      const data = values[name]?.data as Float32Array | undefined;
      if (data) addValues(histogram, data, Math.max(1, Math.ceil(data.length / histogramValues)));
    }
    options.onSample?.(++done, 2 * samples.length * network.pieces);
  });
  finite.raise();
  for (const layer of measured) {
    const { policy, signed, bitsOf } = options;
    const histogram = shared.get(rangeOf(layer))!;
    const bits = bitsOf(layer);
    ranges.set(
      layer,
      bits === 'auto' ? chooseBits(histogram, policy, signed) : chooseRange(histogram, policy, signed, bits),
    );
  }
  return ranges;
}

/** What layers with one range have in common: their input, or for replicas the value whose positions they share. */
const rangeOf = ({ input, replica }: MvmNode) => (replica ? `${replica.of}\nreplicas` : input);

/** Wide layers keep fewer vectors, so that the record of a large network stays small. */
function vectorCount(length: number, wanted: number): number {
  return Math.min(wanted, Math.max(fewestVectors, Math.floor(layerBytes / length)));
}

interface LayerState {
  readonly layer: MvmNode;
  readonly quantization: InputQuantization;
  /** Real values of all codes. */
  readonly reals: Float64Array;
  readonly perSample: number;
  readonly stream: Stream;
  readonly vectors: InputCodes[];
  readonly inputSum: Float64Array;
  readonly quantizedSum: Float64Array;
  meanCount: number;
  sampleCount: number;
  reader: PatchReader | undefined;
}

function createState(
  layer: MvmNode,
  index: number,
  quantization: InputQuantization,
  samples: number,
  options: RecordOptions,
): LayerState {
  const length = layer.groups * layer.rows;
  return {
    layer,
    quantization,
    reals: realsOf(quantization),
    perSample: Math.ceil(vectorCount(length, options.vectors) / samples),
    stream: openStream(0, 'calibration-positions', index),
    vectors: [],
    inputSum: new Float64Array(length),
    quantizedSum: new Float64Array(length),
    meanCount: 0,
    sampleCount: 0,
    reader: undefined,
  };
}

function addSample(state: LayerState, value: Tensor): void {
  const { layer, quantization, reals, stream, inputSum, quantizedSum } = state;
  const length = layer.groups * layer.rows;
  state.reader ??= createPatchReader(layer.geometry, value.dims, length);
  const { reader } = state;
  const patch = new Float32Array(length);
  const codes = createCodes(quantization.bits, length);
  stream.seek(state.sampleCount++);
  const wanted = Math.min(reader.positions, Math.max(meanVectors, state.perSample));
  for (let i = 0; i < wanted; i++) {
    // Few positions are all taken; of many, a random one of each of `wanted` equal stretches.
    const position = Math.floor(
      ((i + (wanted < reader.positions ? stream.uniform() : 0)) * reader.positions) / wanted,
    );
    reader.read(value.data as Float32Array, position, patch);
    quantizeInto(codes, patch, quantization);
    for (let row = 0; row < length; row++) {
      inputSum[row]! += patch[row]!;
      quantizedSum[row]! += reals[codes[row]!]!;
    }
    state.meanCount++;
    // Vectors are kept evenly over the stretches.
    const keep = Math.min(state.perSample, wanted);
    if (Math.floor(((i + 1) * keep) / wanted) > Math.floor((i * keep) / wanted))
      state.vectors.push(codes.slice());
  }
}

function finishState(state: LayerState): LayerRecord {
  const { layer, reader, vectors } = state;
  const length = layer.groups * layer.rows;
  const all = createCodes(state.quantization.bits, vectors.length * length, SharedArrayBuffer);
  for (const [i, vector] of vectors.entries()) all.set(vector, i * length);
  return {
    quantization: state.quantization,
    positions: reader?.positions ?? 0,
    space: reader?.space ?? [],
    vectors: all,
    count: vectors.length,
    inputMean: Float32Array.from(state.inputSum, (s) => s / state.meanCount),
    quantizedMean: Float32Array.from(state.quantizedSum, (s) => s / state.meanCount),
  };
}
