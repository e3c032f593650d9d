/**
 * Writes a programmed chip against what is measured on it: a chip of a scheme that reads back -> the same chip after some passes.
 * Before each the host waits, so that cells relax, reads all of them, chooses for every column those whose next write takes most of
 * the expected error of its outputs away (choose-writes.ts), and has the chip execute a delta that tells them other level codes.
 */
import { decodeBytes } from '../bitstream/decode.ts';
import { leadsOf } from '../chip/ages.ts';
import { applyDelta } from '../chip/apply-delta.ts';
import { type Chip, countsSince, totalCounts } from '../chip/chip.ts';
import { readBack, readingTime } from '../chip/read-back.ts';
import type { Rewriting } from '../chip/rewriting.ts';
import { sha256 } from '../files/hash.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import type { Package } from '../package/open.ts';
import { instructionTolerance } from '../schemes/models.ts';
import { availableThreads, collect } from '../threads/pool.ts';
import { encodeWrites } from './encode-writes.ts';
import { foresee, programmedCells } from './foresight.ts';
import { job, type LayerWrites, type RewriteContext, type RewrittenLayer } from './rewrite-layer.ts';

export interface RewriteOptions {
  /** Passes over the chip after it was programmed. */
  readonly rounds: number;
  /** Seconds from the end of a pass to the reading that the next one follows. Default: 1. */
  readonly wait?: number;
  /** Seconds after programming at which errors are to be least. Default: the wait. */
  readonly at?: number;
  /** Readings of every cell, which are averaged. Default: 1. */
  readonly reads?: number;
  /** Whether they have noise. Default: true. */
  readonly noise?: boolean;
}

export interface RewriteRun {
  /** Default: as many as this machine runs at once. The chip is the same for any number. */
  readonly threads?: number;
  /** Called at the start, and after every layer of every round. */
  readonly onLayer?: (done: number, total: number) => void;
}

export const usualWait = 1;

/**
 * @param chip with its history, on which nothing but its program was executed; of a target that reads back
 * @returns with the history still
 */
export async function rewriteChip(
  pkg: Package,
  chip: Chip,
  { rounds, wait = usualWait, at = wait, reads = 1, noise = true }: RewriteOptions,
  { threads = availableThreads(), onLayer }: RewriteRun = {},
): Promise<Chip> {
  const { target } = pkg.loaded;
  const layers = layersOf(pkg);
  const first = chip.history!.map(({ levels }) => levels);
  const programmed = programmedCells(target);
  const readings = { count: reads, time: readingTime(target, reads), noise };
  const deltas: Uint8Array[] = [];
  const writes = first.map((levels) => Uint8Array.from(levels, (level) => (level < 0 ? 0 : 1)));
  let now = withPasses(chip, wait, at);
  const errors: { before: readonly number[]; after: readonly number[] } = { before: [], after: [] };
  onLayer?.(0, rounds * layers.length);
  for (let round = 1; round <= rounds; round++) {
    const read = await readBack(now, target, { at: wait, reads, noise, threads });
    const ages = leadsOf(now).map((lead) => ({
      read: wait + lead,
      used: lead + (rounds - round + 1) * wait + at,
    }));
    const later = at + (rounds - round) * wait;
    const context: RewriteContext = {
      pkg: { reference: pkg.reference, record: pkg.record },
      ...{ layers, cell: target.cell, width: chip.header.columns, readings: read.readings, first },
      last: now.history!.map(({ levels }) => levels),
      passes: now.rewritten!.passes,
      foresights: ages.map((age) => foresee(target, programmed, age, readings)),
      written: foresee(target, programmed, { read: later, used: later }, readings),
    };
    const chosen = await collect(job, context, layers.keys(), {
      threads,
      count: layers.length,
      onDone: (done) => onLayer?.((round - 1) * layers.length + done, rounds * layers.length),
    });
    if (round === 1) errors.before = chosen.map(({ before, signal }) => shareOf(before, signal));
    errors.after = chosen.map(({ after, signal }) => shareOf(after, signal));
    const base = now.rewritten!.rounds.at(-1)?.bitstream ?? now.bitstream;
    const header = { ...chip.header, base };
    const delta = encodeWrites(header, byArray(chosen), instructionTolerance(target));
    deltas.push(delta);
    now = await executed(now, read, delta, pkg, { reads, threads, writes });
  }
  const told = layers.map(({ uses: [layer] }, i) => {
    return { output: layer.output, before: errors.before[i]!, after: errors.after[i]! };
  });
  return { ...now, rewritten: { ...now.rewritten!, writes: totalOf(writes), layers: told, deltas } };
}

/** A layer without a signal has no error by its cells either. */
const shareOf = (error: number, signal: number) => (signal > 0 ? error / signal : 0);

/** The matrices of a package, each with all layers that multiply by it. */
function layersOf({ layers, manifest }: Package): RewrittenLayer[] {
  const uses = new Map<number, CrossbarLayer[]>();
  for (const layer of layers) {
    const { block } = layer.tiles[0]!;
    uses.set(block, [...(uses.get(block) ?? []), layer]);
  }
  const { layers: stored } = manifest.summary;
  return [...uses.values()].map(([first, ...others], index) => {
    return { uses: [first!, ...others], residual: stored[index]!.residual };
  });
}

function withPasses(chip: Chip, wait: number, at: number): Chip {
  const { calibration: _, ...bare } = chip;
  const passes = chip.conductances.map(({ length }) => new Uint8Array(new SharedArrayBuffer(length)));
  const writes = { cells: 0, all: 0, most: 0 };
  return { ...bare, rewritten: { wait, at, rounds: [], passes, writes, layers: [] } };
}

function byArray(layers: readonly LayerWrites[]): Map<number, [number, number][]> {
  const writes = new Map<number, [number, number][]>();
  for (const { array, cell, code } of layers) {
    for (const [n, own] of array.entries()) {
      const cells = writes.get(own) ?? [];
      writes.set(own, cells);
      cells.push([cell[n]!, code[n]!]);
    }
  }
  return writes;
}

interface PassOptions {
  readonly reads: number;
  readonly threads: number;
  /** Writes of every cell that holds a weight, by array: counted on. */
  readonly writes: readonly Uint8Array[];
}

/** The chip after a pass. */
async function executed(
  before: Chip,
  read: Awaited<ReturnType<typeof readBack>>,
  delta: Uint8Array,
  { loaded }: Package,
  { reads, threads, writes }: PassOptions,
): Promise<Chip> {
  const { rounds, passes: earlier, ...rest } = before.rewritten!;
  const { header, programs } = decodeBytes(delta, 'delta.xbs');
  const passes = [...earlier];
  let cells = 0;
  const after = await applyDelta(read.chip, header, programs, loaded, {
    bitstream: before.bitstream,
    threads,
    present: read.present,
    onWritten(array, written) {
      const own = new Uint8Array(new SharedArrayBuffer(written.length));
      own.set(earlier[array]!);
      for (const [cell, flag] of written.entries()) {
        if (!flag) continue;
        own[cell] = rounds.length + 1;
        writes[array]![cell]!++;
        cells++;
      }
      passes[array] = own;
    },
  });
  const { time, energy } = totalCounts(countsSince(after, before));
  const pass = { cells, reads: reads * read.cells, time, energy, bitstream: sha256(delta) };
  return { ...after, rewritten: { ...rest, passes, rounds: [...rounds, pass] } };
}

function totalOf(arrays: readonly Uint8Array[]): Rewriting['writes'] {
  let [cells, all, most] = [0, 0, 0];
  for (const array of arrays) {
    for (const writes of array) {
      if (writes > 0) cells++;
      all += writes;
      most = Math.max(most, writes);
    }
  }
  return { cells, all, most };
}
