/**
 * What it costs that layers take passes over a chip, for batches of some size, beside the two other ways: to keep digital what does not
 * fit, and to have as many chips as all layers need.
 */
import { type ExpectedBatch, expectBatch } from '../inspect/expect-batch.ts';
import type { ArrayLook } from '../inspect/inspect-package.ts';
import { type CompileOptions, parseOptions } from '../ir/options.ts';
import { arraysOnChip, type PlannedPasses } from '../ir/passes.ts';
import { sumOf } from '../math/sum.ts';
import type { Package } from '../package/open.ts';
import type { Target } from '../target/target.ts';
import type { CostedLayer } from './cost-layer.ts';

/** Inputs that go through a pass before the next. */
export const usualBatch = 1000;

/** One way to run the network. */
export interface Way {
  readonly arrays: number;
  readonly chips: number;
  /** Share of the products that arrays compute. */
  readonly onArrays: number;
  /** Of one inference, with its share of what is written for every batch (J). */
  readonly energy: number;
  /** The same, one inference after the other and layers as well (s). */
  readonly time: number;
}

export interface PassesCost extends PlannedPasses {
  readonly batch: number;
  /** Written for every batch, and what that takes and wears. */
  readonly writing: ExpectedBatch & { readonly cells: number };
  /** Bytes that a batch keeps between passes, all of them together. */
  readonly waiting: number;
  /** Batch from which on writing takes a tenth of the time at most. */
  readonly batchForTenth: number;
  /** Batches until cells have had all writes that the target says they endure; absent where it does not. */
  readonly batches?: number;
  readonly ways: { readonly passes: Way; readonly digital: Way; readonly enough: Way };
  /** Layers that the digital way has off the arrays. */
  readonly digitalLayers: readonly string[];
}

interface Known {
  readonly layers: readonly CostedLayer[];
  /** Of one inference on as many chips as are needed. */
  readonly energy: number;
  /** Of one inference where some layers, by number, are computed digitally (s). */
  readonly latencyWithout: (digital: ReadonlySet<number>) => number;
  /** Of a digital product (J). */
  readonly product: number;
  readonly arrays: readonly ArrayLook[];
  readonly batch: number;
  readonly seed: number;
}

export async function costPasses(pkg: Package, passes: PlannedPasses, known: Known): Promise<PassesCost> {
  const { layers, energy, latencyWithout, product, batch, seed } = known;
  const { target } = pkg.loaded;
  const { arrays } = pkg.manifest.summary;
  const cellsOf = (array: number) => {
    const { cellsProgrammed, pairsWritten } = known.arrays[array]!;
    return cellsProgrammed + 2 * pairsWritten;
  };
  const expected = await expectBatch(pkg, passes, { seed, cellsOf });
  const written = known.arrays.slice(passes.kept).map(({ array }) => cellsOf(array));
  const available = availableArrays(parseOptions(pkg.manifest.options, 'the options of the package'), target);
  const kept = mostProducts(layers, available);
  const digital = new Set([...layers.keys()].filter((layer) => !kept.has(layer)));
  const macs = sumOf(layers.map((layer) => layer.macs));
  const off = [...digital].map((layer) => layers[layer]!);
  const latency = latencyWithout(new Set());
  const chipsFor = (count: number) => Math.ceil(count / target.array.arraysPerChip);
  const wayOf = (count: number, own: Omit<Way, 'arrays' | 'chips'>): Way => ({
    ...{ arrays: count, chips: chipsFor(count) },
    ...own,
  });
  const batches = batchesLeft(target, expected.wear);
  return {
    ...passes,
    batch,
    writing: { ...expected, cells: sumOf(written) },
    waiting: batch * passes.bytes,
    batchForTenth: Math.ceil((9 * expected.time) / latency),
    ...(batches !== undefined && { batches }),
    ways: {
      passes: wayOf(arraysOnChip(passes, arrays), {
        onArrays: 1,
        energy: energy + expected.energy / batch,
        time: latency + expected.time / batch,
      }),
      digital: wayOf(sumOf([...kept].map((layer) => layers[layer]!.arrays)), {
        onArrays: 1 - sumOf(off.map((layer) => layer.macs)) / macs,
        energy: energy + sumOf(off.map((layer) => layer.macs * product - layer.energy)),
        time: latencyWithout(digital),
      }),
      enough: wayOf(arrays, { onArrays: 1, energy, time: latency }),
    },
    digitalLayers: off.map(({ name }) => name),
  };
}

function availableArrays({ arrays, chips = 1 }: CompileOptions, { array }: Target): number {
  return Math.min(arrays, chips * array.arraysPerChip);
}

/** The layers whose products are most on so many arrays, each on arrays of its own: by number, a knapsack. */
export function mostProducts(
  layers: readonly Pick<CostedLayer, 'arrays' | 'macs'>[],
  available: number,
): ReadonlySet<number> {
  // By arrays: the most products of the layers so far.
  let most = new Float64Array(available + 1);
  const taken = layers.map(({ arrays, macs }) => {
    const before = most;
    most = before.slice();
    const own = new Uint8Array(available + 1);
    for (let room = arrays; room <= available; room++) {
      const products = before[room - arrays]! + macs;
      if (products <= before[room]!) continue;
      most[room] = products;
      own[room] = 1;
    }
    return own;
  });
  const chosen = new Set<number>();
  let room = available;
  for (let layer = layers.length - 1; layer >= 0; layer--)
    if (taken[layer]![room]) {
      chosen.add(layer);
      room -= layers[layer]!.arrays;
    }
  return chosen;
}

/** Batches until the cell with the most writes has had all that it endures; a fresh chip's first batch forms cells besides. */
function batchesLeft({ faults, hidden }: Target, wear: ExpectedBatch['wear']): number | undefined {
  const ageing = hidden?.ageing;
  const left = [
    ...(faults && wear.memristor > 0 ? [(faults.endurance - faults.spent) / wear.memristor] : []),
    ...(ageing && wear.fecap > 0 ? [(ageing.endurance - ageing.spent) / wear.fecap] : []),
  ];
  return left.length > 0 ? Math.floor(Math.min(...left)) : undefined;
}
