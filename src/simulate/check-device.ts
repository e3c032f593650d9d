/**
 * A device against the processor, before it is believed: what converters round on it, bit for bit; and every layer of a programmed
 * chip, given what the integer reference gives it of samples that the package has. Sums of products of real numbers come out in
 * another order there, and differ in their last bits: a conversion that lies so close to the middle between two codes can then give
 * the other one.
 */
import type { Chip } from '../chip/chip.ts';
import type { ReadArrays } from '../chip/read.ts';
import type { Corrections } from '../correct/compensate.ts';
import { defined } from '../defined.ts';
import { deviceDisagrees } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import type { Graph } from '../ir/graph.ts';
import { emitConversion, emitWeightedConversion, roundingOffset } from '../lower/converter.ts';
import { createEmitter } from '../lower/emit.ts';
import { withFloatCodes } from '../lower/float-codes.ts';
import { withFloatSums } from '../lower/float-sums.ts';
import { withReading } from '../lower/noise.ts';
import { evenlySpread } from '../math/evenly-spread.ts';
import { float32, type Tensor } from '../math/tensor.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Package } from '../package/open.ts';
import { type Accelerator, type Device, findAdapter, isAccelerator } from '../runtime/device.ts';
import { openSession } from '../runtime/session.ts';
import { givenAs, lowerLayersApart } from './layers-apart.ts';

/** What was found of a device, as plain data. */
export interface DeviceReport {
  readonly name: Accelerator;
  readonly adapter: string;
  /** Absent where nothing had to run there. */
  readonly check?: LayerCheck;
}

export interface LayerCheck {
  /** Samples of the package that went through every layer. */
  readonly samples: number;
  /** Outputs of all layers, and how many of them came out otherwise than on the processor. */
  readonly values: number;
  readonly differing: number;
}

/** A device that is there and rounds as converters do. */
export interface OpenDevice {
  readonly name: Accelerator;
  /**
   * Compares a chip's layers; only those of the first chip that it is asked about.
   * @throws DiagnosticError device/disagrees
   */
  prove(
    pkg: Package,
    chip: Pick<Chip, 'seed'>,
    arrays: ReadArrays,
    corrections: Corrections,
  ): Promise<LayerCheck>;
  /** What is known by now. */
  report(): DeviceReport;
}

/** Samples at most. */
const mostSamples = 4;
/** Of a layer's largest output: less is the rounding of sums behind the converters. */
const sameUpTo = 2 ** -18;
/** Share of the outputs that may differ: conversions next to a tie are rarer by far. */
const mostDiffering = 1e-3;
/** So many may differ in any case: of few outputs, one is a large share. */
const fewDiffering = 2;

/**
 * @returns undefined for the processor, which needs no proof
 * @throws DiagnosticError device/not-there, device/disagrees
 */
export async function openDevice(name: Device | undefined): Promise<OpenDevice | undefined> {
  if (!isAccelerator(name)) return undefined;
  const graph = roundingGraph();
  const adapter = await findAdapter(name, encodeModel(graph));
  const wrong = await countWronglyRounded(graph, name);
  if (wrong > 0)
    raise([
      deviceDisagrees(
        name,
        adapter,
        `${wrong} of ${2 * sums.length} conversions of exact sums are rounded otherwise`,
      ),
    ]);
  let check: LayerCheck | undefined;
  return {
    name,
    async prove(pkg, chip, arrays, corrections) {
      if (check) return check;
      const found = await compareLayers(pkg, chip, arrays, corrections, name);
      raiseDisagreement(name, adapter, found);
      check = found;
      return found;
    },
    report: () => ({ name, adapter, ...defined({ check }) }),
  };
}

/** @throws DiagnosticError device/disagrees where more outputs differ than may */
export function raiseDisagreement(
  name: Accelerator,
  adapter: string,
  { values, differing }: LayerCheck,
): void {
  if (differing <= Math.max(fewDiffering, mostDiffering * values)) return;
  const found = `${differing} of ${values} outputs of layers differ; ${100 * mostDiffering} % may`;
  raise([deviceDisagrees(name, adapter, found)]);
}

const bits = 6;
/** Eighths of codes, of which every fourth is a tie; those at the ends saturate. */
const sums = Float32Array.from({ length: 1024 }, (_, i) => (i - 512) / 8);
const weight = 4;
const channels = 16;

/** Both ways of converting sums that are exact in whatever order they are added: y is stacked, z has an offset that rounds. */
export function roundingGraph(): Graph {
  const emit = createEmitter('rounding', { name: 'rounding', op: 'Conversion', index: 0 });
  // Every output adds up all channels, of which one has the sum and the others cancel.
  const ones = Float32Array.from({ length: channels }, (_, i) => (i > 0 && i % 2 === 0 ? -1 : 1));
  const product = emit.op('Conv', ['x', emit.constant('ones', float32([1, channels, 1, 1], ones))]);
  const stacked = emitConversion(emit, bits, product).value;
  emit.op('DequantizeLinear', [stacked, emit.constant('one_code', float32([], [1]))], {}, 'y');
  const weights = ones.map((one) => weight * one);
  const weighted = emit.op('Conv', ['x', emit.constant('weights', float32([1, channels, 1, 1], weights))]);
  const offset = roundingOffset(weight);
  const shift = emit.constant('offset', float32([], [offset]));
  const sum = emitWeightedConversion(emit, bits, weighted, { index: 0, weight, offset }, shift);
  emit.op('Sub', [sum, emit.constant('offset', float32([], [offset]))], {}, 'z');
  const output = (name: string) => ({ name, elementType: 1, dims: undefined });
  return withFloatCodes({
    ...{ name: 'rounding', irVersion: 10, opsets: { '': 21 }, functions: [] },
    inputs: [{ name: 'x', elementType: 1, dims: [1, channels, 32, 32] }],
    outputs: [output('y'), output('z')],
    nodes: emit.nodes,
    constants: emit.constants,
  });
}

/** Conversions of whose code arithmetic says otherwise: half to even, then saturated. */
export async function countWronglyRounded(graph: Graph, device: Device): Promise<number> {
  const x = new Float32Array(channels * sums.length);
  x.set(sums);
  for (let i = 1; i < channels - 1; i++) x.fill(Math.ceil(i / 2) * 3, i * sums.length, (i + 1) * sums.length);
  const session = await openSession(encodeModel(graph), { threads: 1, device });
  const { y, z } = await session.run({ x: float32([1, channels, 32, 32], x) });
  await session.release();
  const top = 2 ** (bits - 1);
  const wrong = (values: Tensor, factor: number) =>
    sums.filter((sum, i) => {
      const floor = Math.floor(sum);
      const up = sum - floor > 0.5 || (sum - floor === 0.5 && floor % 2 !== 0);
      const code = Math.max(-top, Math.min(top - 1, floor + (up ? 1 : 0)));
      return Number(values.data[i]) !== factor * code;
    }).length;
  return wrong(y!, 1) + wrong(z!, weight);
}

/** Every layer by itself, on the device and on the processor. */
async function compareLayers(
  pkg: Package,
  chip: Pick<Chip, 'seed'>,
  arrays: ReadArrays,
  corrections: Corrections,
  device: Accelerator,
): Promise<LayerCheck> {
  const { record, reference, layers } = pkg;
  const all = record.inputs.length > 0 ? record.inputs : [record.knownAnswer.inputs];
  const samples = evenlySpread(all.length, mostSamples).map((i) => all[i]!);
  const fed = new Set(reference.inputs.map(({ name }) => name));
  const inputs = [...new Set(layers.map(({ input }) => input))].filter((name) => !fed.has(name));
  const taps = layers.map(({ output }) => output);
  const open = async (on: Accelerator | undefined) => {
    const graph = lowerLayersApart(pkg, chip, arrays, corrections, on);
    return openSession(encodeModel(graph), { threads: 1, ...(on && { device: on }) });
  };
  const ideal = await openSession(encodeModel(withFloatSums(reference, inputs)), { threads: 1 });
  const [here, there] = [await open(undefined), await open(device)];
  let [values, differing] = [0, 0];
  for (const [number, sample] of samples.entries()) {
    const feeds = Object.fromEntries(
      Object.entries(sample).map(([name, { dims, data }]) => [name, float32(dims, data)]),
    );
    const known = { ...feeds, ...(inputs.length > 0 ? await ideal.run(feeds, inputs) : {}) };
    const given = Object.fromEntries(Object.entries(known).map(([name, value]) => [givenAs(name), value]));
    const own = Object.fromEntries(Object.entries(given).filter(([name]) => here.inputs.includes(name)));
    const images = Object.values(feeds)[0]!.dims[0]!;
    const run = (session: typeof here) =>
      session.run(withReading(session, own, Array(images).fill(number), images), taps);
    const [right, got] = [await run(here), await run(there)];
    for (const tap of taps) {
      values += right[tap]!.data.length;
      differing += countDiffering(right[tap]!.data as Float32Array, got[tap]!.data as Float32Array);
    }
  }
  for (const session of [there, here, ideal]) await session.release();
  return { samples: samples.length, values, differing };
}

/** @param right outputs of one layer on the processor */
function countDiffering(right: Float32Array, got: Float32Array): number {
  const largest = right.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // What is no number on both is the same.
  return right.filter(
    (value, i) => !(Math.abs(value - got[i]!) <= sameUpTo * largest) && !Object.is(value, got[i]),
  ).length;
}
