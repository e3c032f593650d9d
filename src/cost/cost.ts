/**
 * A package -> what an inference and programming cost: energy by part and by layer, latency with and without layers that work side by
 * side, area, and what papers give as TOPS. Plain data, without a chip.
 */
import { defined } from '../defined.ts';
import { inspectPackage, type PackageLook } from '../inspect/inspect-package.ts';
import type { Graph, Node, QuantizedMvmNode } from '../ir/graph.ts';
import { layerName } from '../ir/graph.ts';
import { blockCells, blocksByLayer, layerIndexOf, type SlicedLayer } from '../ir/mapping.ts';
import { arraysOnChip, isOf, runsOf } from '../ir/passes.ts';
import type { Account } from '../ledger.ts';
import { sumOf } from '../math/sum.ts';
import { inferDims } from '../onnx/dims.ts';
import { placedMappingOf } from '../package/mapping-of.ts';
import type { Package } from '../package/open.ts';
import type { Circuits } from '../target/circuits.ts';
import { arrayArea } from './areas.ts';
import type { CountedCircuits } from './circuits-of.ts';
import { type CostedLayer, costLayer, timeOfUse } from './cost-layer.ts';
import { operationsOf } from './digital-work.ts';
import { type Assumed, assumedIn } from './origins.ts';
import { addedParts, type ByPart, byPart, totalOf } from './parts.ts';
import { costPasses, type PassesCost, usualBatch } from './passes.ts';
import { type Peak, peakOf } from './peak.ts';
import { networkLatency } from './pipeline.ts';
import { stepsOf } from './steps.ts';

export interface LayerCost extends CostedLayer {
  /** Share of what programming takes, by its cells (J, s). */
  readonly programming: { readonly energy: number; readonly time: number };
}

export interface DigitalCost {
  readonly operations: number;
  /** J */
  readonly energy: number;
  /** s */
  readonly time: number;
  /** Nodes with the most operations first. */
  readonly nodes: readonly { readonly name: string; readonly op: string; readonly operations: number }[];
}

/** Operations are 2 for every product of a weight and an input. */
export interface Efficiency {
  /** Operations per second. */
  readonly rate: number;
  /** Operations per joule: those per second and watt. */
  readonly perJoule: number;
  /** Operations per second and square metre. */
  readonly perArea: number;
}

export interface Cost {
  /** Target whose circuits are counted: the package's own, or one that lends what this does not state. */
  readonly circuits: string;
  readonly layers: readonly LayerCost[];
  readonly digital: DigitalCost;
  /** One inference. */
  readonly inference: {
    readonly macs: number;
    readonly energy: number;
    readonly parts: ByPart;
    /** Each layer beginning when all of its inputs are there (s). */
    readonly latency: number;
    /** Each layer beginning as soon as it has what its first output needs (s). */
    readonly pipelined: number;
    /** From one inference to the next where layers work on several of them: that of the busiest array (s). */
    readonly interval: number;
  };
  readonly area: {
    readonly arrays: number;
    readonly chips: number;
    /** Of one array with its share of all circuits (m2). */
    readonly perArray: number;
    readonly parts: ByPart;
    readonly transfer: number;
    /** Of the arrays that are used, and of whole chips (m2). */
    readonly used: number;
    readonly whole: number;
  };
  readonly programming: {
    readonly energy: number;
    /** One array after the other (s). */
    readonly time: number;
    readonly parts: Readonly<Account>;
    /** Arrays that were programmed for it, of how many. */
    readonly programmed: number;
  };
  readonly efficiency: {
    /** Of the network, at the interval of the pipeline and on the arrays that are used. */
    readonly network: Efficiency;
    /** Of a chip all of whose arrays are full and always at work. */
    readonly peak: Efficiency;
    readonly weightBits: number;
    readonly inputBits: number;
  };
  readonly assumed: Assumed;
  /** Where layers take passes. */
  readonly passes?: PassesCost;
}

export interface CostOptions {
  /** Of the package's target or of another, as `circuitsOf` has them. */
  readonly circuits: CountedCircuits;
  /** Of the chip from which the cost of programming is expected. */
  readonly seed: number;
  readonly onArray?: (done: number, total: number) => void;
  /** Inputs that go through a pass before the next, where layers take passes. Default: usualBatch. */
  readonly batch?: number;
  /** What is in the package, with the same seed, where that is known: arrays are not read again. */
  readonly look?: PackageLook;
}

export async function costPackage(
  pkg: Package,
  { circuits: counted, seed, onArray, look: seen, batch = usualBatch }: CostOptions,
): Promise<Cost> {
  const { target } = pkg.loaded;
  const { circuits } = counted;
  const mapping = placedMappingOf(pkg);
  const blocks = blocksByLayer(mapping).map((own) => own.map((index) => mapping.blocks[index]!));
  const made = mapping.layers.map((layer, i) => costLayer(layer, blocks[i]!, pkg, circuits));
  const digital = costDigital(pkg, networkOf(pkg, mapping.layers), circuits);
  const look = seen ?? (await inspectPackage(pkg, { seed, ...defined({ onArray }) }));
  const programming = costProgramming(look);
  const cells = mapping.layers.map((layer, i) => sumOf(blocks[i]!.map((b) => blockCells(b, layer.encoding))));
  const allCells = sumOf(cells);
  const layers = made.map(
    ({ layer }, i): LayerCost => ({
      ...layer,
      programming: {
        energy: (programming.energy * cells[i]!) / allCells,
        time: (programming.time * cells[i]!) / allCells,
      },
    }),
  );
  const parts = addedParts([...layers.map((layer) => layer.parts), digital.parts]);
  const macs = sumOf(layers.map((layer) => layer.macs));
  const busy = new Map<number, number>();
  for (const { busyTimes } of made)
    for (const [array, time] of busyTimes) busy.set(array, (busy.get(array) ?? 0) + time);
  const epilogues = circuits.digital.time * sumOf(made.map(({ outputs }) => outputs));
  const digitalTime = digital.cost.time + epilogues;
  const working = mapping.passes
    ? sumOf(runsOf(mapping.passes).map((run) => busiest([...busy].filter(([array]) => isOf(run, array)))))
    : busiest([...busy]);
  const interval = Math.max(working, digitalTime);
  const timeOf = (use: QuantizedMvmNode) => timeOfUse(made, use, circuits);
  const timeWithout = (off: ReadonlySet<number>) => (use: QuantizedMvmNode) => {
    const layer = layerIndexOf(mapping, use.output);
    const { macs: products, uses } = { ...layers[layer]!, ...mapping.layers[layer]! };
    return off.has(layer) ? (circuits.digital.time * products) / uses.length : timeOf(use);
  };
  const energy = totalOf(parts);
  const area = arrayArea(target, circuits);
  const onChip = arraysOnChip(mapping.passes, mapping.arrays);
  const used = onChip * area.total;
  const { chips } = pkg.manifest.summary;
  const passes =
    mapping.passes &&
    (await costPasses(pkg, mapping.passes, {
      ...{ layers, energy, batch, seed, arrays: look.arrays, product: circuits.digital.energy },
      latencyWithout: (off) => digital.latency(timeWithout(off), 'whole'),
    }));
  const inputBits = Math.max(...mapping.layers.map(({ node }) => node.quantization.bits));
  return {
    circuits: counted.from,
    layers,
    digital: digital.cost,
    inference: {
      macs,
      energy,
      parts,
      // What shares an array does not overlap.
      latency: Math.max(interval, digital.latency(timeOf, 'whole')),
      pipelined: Math.max(interval, digital.latency(timeOf, 'early')),
      interval,
    },
    area: {
      arrays: onChip,
      chips,
      perArray: area.total,
      parts: area.parts,
      transfer: area.transfer,
      used,
      whole: chips * target.array.arraysPerChip * area.total,
    },
    programming,
    efficiency: {
      network: {
        rate: (2 * macs) / interval,
        perJoule: (2 * macs) / energy,
        perArea: (2 * macs) / interval / used,
      },
      peak: peakEfficiency(
        peakOf(target, circuits, inputBits, parts.cells / sumOf(made.map(({ cells: n }) => n))),
        target.array.arraysPerChip,
        area.total,
      ),
      weightBits: weightBitsOf(mapping.layers),
      inputBits,
    },
    assumed: assumedIn(pkg.loaded, counted),
    ...defined({ passes }),
  };
}

/** Time of the busiest of some arrays (s). */
const busiest = (arrays: readonly (readonly [array: number, time: number])[]) =>
  arrays.reduce((most, [, time]) => Math.max(most, time), 0);

/** The digital program, its layers as the mapping has them, and its inputs with the dims of one sample. */
function networkOf({ host, record }: Package, layers: readonly SlicedLayer[]): Graph {
  const uses = new Map(layers.flatMap((layer) => layer.uses.map((use) => [use.output, use] as const)));
  const { inputs } = record.knownAnswer;
  return {
    ...host,
    inputs: host.inputs.map((value) => ({ ...value, dims: inputs[value.name]?.dims ?? value.dims })),
    nodes: host.nodes.map((node): Node => (node.kind === 'onnx' && uses.get(node.outputs[0] ?? '')) || node),
  };
}

function costDigital({ record }: Package, network: Graph, circuits: Circuits) {
  const known = inferDims(network);
  const dims = (name: string) => known.get(name);
  const nodes = network.nodes
    .flatMap((node) =>
      node.kind === 'onnx'
        ? [{ name: layerName(node.origin), op: node.op, operations: operationsOf(node, dims) }]
        : [],
    )
    .filter(({ operations }) => operations > 0)
    .sort((a, b) => b.operations - a.operations);
  const operations = sumOf(nodes.map((node) => node.operations));
  const energy = operations * circuits.digital.energy;
  return {
    cost: { operations, energy, time: operations * circuits.digital.time, nodes },
    parts: byPart((part) => (part === 'digital' ? energy : 0)),
    /** @param begin with all of the inputs, or with those of the first output */
    latency: (time: (use: QuantizedMvmNode) => number, begin: 'whole' | 'early') => {
      const steps = stepsOf(record, dims, time, circuits.digital.time);
      return networkLatency(
        network.nodes,
        begin === 'early' ? steps : (node) => ({ ...steps(node), share: 1 }),
      );
    },
  };
}

function costProgramming({ programming, spent }: PackageLook): Cost['programming'] {
  const { counters, programmed } = programming;
  return { energy: counters.energy, time: counters.time, parts: spent, programmed };
}

/** @param arrays of a chip @param area of one of them (m2) */
function peakEfficiency({ rate, power }: Peak, arrays: number, area: number): Efficiency {
  return { rate: arrays * rate, perJoule: rate / totalOf(power), perArea: rate / area };
}

/** Bits of a signed weight, of the layer that has most. */
function weightBitsOf(layers: readonly SlicedLayer[]): number {
  return Math.max(...layers.map(({ node }) => 1 + Math.ceil(Math.log2(node.weightMax + 1))));
}
