/**
 * `npm run reproduce -- disturb`: what half-select pulses of parallel updates do to cells of `cmo-hfox-350nm`, at both ends of their
 * window and beside a pattern that is written in parallel on 5 x 5 cells; everything is executed from the bytes of a bitstream.
 */
import { decodeBytes } from '../src/bitstream/decode.ts';
import { encodeBitstream } from '../src/bitstream/encode.ts';
import type { Chip } from '../src/chip/chip.ts';
import { executeBitstream } from '../src/chip/execute.ts';
import type { Instruction, UpdateBitsInstruction } from '../src/ir/schedule.ts';
import { formatTable, numbers, texts } from '../src/report/table.ts';
import type { ProgrammingOf } from '../src/schemes/models.ts';
import { loadTarget } from '../src/target/load.ts';
import type { LoadedTarget } from '../src/target/target.ts';
import { meanOf } from './mean-of.ts';

const targetName = 'cmo-hfox-350nm';
const seeds = [1, 2, 3, 4, 5];
/** Cells of a side whose drift is measured, and those of the published pattern. */
const [side, patternSide] = [16, 5];
const slots = 32;
/** Trains that bring every cell to its end: 640 steps of 27 that there are. */
const trainsToEnd = 20;

type Direction = UpdateBitsInstruction['direction'];

interface Bench {
  readonly loaded: LoadedTarget;
  readonly law: ProgrammingOf<'parallel-update'>;
  readonly size: number;
  /** Conductance of a step at the middle of the window (S). */
  readonly step: number;
}

async function benchOf(size: number, set: readonly string[]): Promise<Bench> {
  const array = ['array.rows', 'array.columns', 'driver.rowsAtOnce'].map((field) => `${field}=${size}`);
  // Nothing is mapped here: an odd number of columns is as good as an even one.
  const loaded = await loadTarget(targetName, ['cell.encoding=offset', ...array, ...set]);
  const law = loaded.target.programming as ProgrammingOf<'parallel-update'>;
  const { gMin, gMax } = loaded.target.cell;
  const { stepSize } = law.pulse as { readonly stepSize: number };
  return { loaded, law, size, step: (stepSize * (gMax - gMin)) / 2 };
}

/** What an array of cells conducts, row by row, behind instructions that went through the bytes of a bitstream. */
async function conductances(
  { loaded, size }: Bench,
  instructions: readonly Instruction[],
  seed: number,
): Promise<Chip['conductances'][number]> {
  const { target, fingerprint } = loaded;
  const header = {
    ...{ target: target.name, fingerprint, rows: size, columns: size, levels: target.cell.levels },
    ...{ hiddenBits: 0, updates: true as const, arrays: 1 },
  };
  const bytes = Buffer.concat([...encodeBitstream(header, [{ array: 0, instructions }])]);
  const { header: decoded, programs } = decodeBytes(bytes, 'program.xbs');
  const chip = await executeBitstream(decoded, programs, loaded, { seed, bitstream: '' });
  return chip.conductances[0]!;
}

function formed(size: number): Instruction[] {
  const mask = new Uint8Array(Math.ceil(size / 8));
  for (let column = 0; column < size; column++) mask[column >> 3]! |= 1 << (column & 7);
  return Array.from({ length: size }, (_, row): Instruction[] => [
    { op: 'form', row, mask },
    { op: 'reset', row, mask },
  ]).flat();
}

/** Pulses of one direction in all slots: of the rows, and of columns too or of none. */
function pulses({ law, size }: Bench, direction: Direction, meeting: boolean): UpdateBitsInstruction {
  const voltage = Math.fround(direction === 'set' ? law.update.vSet : law.update.vReset);
  const all = new Uint32Array(size).fill(0xffffffff);
  const columnTrains = meeting ? all : new Uint32Array(size);
  const shape = { row: 0, column: 0, length: slots, bias: 'half' } as const;
  return { op: 'update-bits', ...shape, direction, voltage, rowTrains: all, columnTrains };
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

/** Mean and worst change of cells at an end of the window by half-select pulses, in steps. */
async function driftOf(bench: Bench, end: Direction, pulse: Direction, count: number, seed: number) {
  const start = [...formed(bench.size), ...times(trainsToEnd, pulses(bench, end, true))];
  const halves = times(count / slots, pulses(bench, pulse, false));
  const before = await conductances(bench, start, seed);
  const after = await conductances(bench, [...start, ...halves], seed);
  const moved = Array.from(after, (g, i) => Math.abs(g - before[i]!) / bench.step);
  const mean = moved.reduce((a, b) => a + b, 0) / moved.length;
  return { mean, worst: Math.max(...moved) };
}

const ends = [
  ['Gmin, pulses up', 'reset', 'set'],
  ['Gmin, pulses down', 'reset', 'reset'],
  ['Gmax, pulses up', 'set', 'set'],
  ['Gmax, pulses down', 'set', 'reset'],
] as const;

async function driftTable(): Promise<string> {
  const bench = await benchOf(side, []);
  const rows: string[][] = [];
  for (const count of [100_000, 1_000_000])
    for (const [name, end, pulse] of ends) {
      const runs = [];
      for (const seed of seeds) runs.push(await driftOf(bench, end, pulse, count, seed));
      const worst = Math.max(...runs.map((run) => run.worst));
      const means = runs.map(({ mean }) => mean);
      rows.push([count.toLocaleString('en'), name, meanOf(means, 5), worst.toFixed(5)]);
      process.stderr.write(`${rows.at(-1)!.join('  ')}\n`);
    }
  return formatTable(
    [...numbers('half-select pulses'), ...texts('cells at', 'drift, steps', 'worst cell')],
    rows,
  );
}

/** An X, column by column: its rows. */
const pattern = [[0, 4], [1, 3], [2], [1, 3], [0, 4]];
const patternPulses = 18;

/** How far the cells of a pattern rise (S), and the others at most, in steps. */
async function patternOf(bench: Bench, seed: number): Promise<{ rise: number; moved: number }> {
  const { size, step } = bench;
  const train = 2 ** patternPulses - 1;
  const writes = pattern.map((marked, column): Instruction => {
    const trains = (of: (line: number) => boolean) =>
      Uint32Array.from({ length: size }, (_, line) => (of(line) ? train : 0));
    return {
      ...pulses(bench, 'set', false),
      rowTrains: trains((row) => marked.includes(row)),
      columnTrains: trains((own) => own === column),
    };
  });
  const before = await conductances(bench, formed(size), seed);
  const after = await conductances(bench, [...formed(size), ...writes], seed);
  const changes = Array.from(after, (g, i) => g - before[i]!);
  const isMarked = (i: number) => pattern[i % size]!.includes(Math.floor(i / size));
  const marked = changes.filter((_, i) => isMarked(i));
  const others = changes.filter((_, i) => !isMarked(i));
  const rise = marked.reduce((a, b) => a + b, 0) / marked.length;
  return { rise, moved: Math.max(...others.map(Math.abs)) / step };
}

/** What is assumed or derived, at half and at twice; where nothing is assumed there is no half of it. */
const variants: readonly (readonly string[])[] = [
  [],
  ...[0.15, 0.6].map((c) => [`programming.pulse.cycleToCycle=${c}`]),
  ...[0.005, 0.02].map((r) => [`programming.pulse.upDownSpread=${r}`]),
  ...[0.5, 2].map((g) => [`programming.resetSpread=${g} uS`]),
  ...[0.5, 2].map((k) => [
    `programming.update.disturbUp=${1.7e-8 * k}`,
    `programming.update.disturbDown=${1.1e-8 * k}`,
  ]),
  ...[1e-6, 1e-5, 1e-4].map((s) => [`programming.update.disturbSpread=${s}`]),
  ['programming.update.disturbUp=0.005', 'programming.update.disturbDown=0.005'],
];

async function variantTable(): Promise<string> {
  const rows: string[][] = [];
  for (const set of variants) {
    const bench = await benchOf(side, set);
    const small = await benchOf(patternSide, set);
    const drifts: string[] = [];
    for (const [, end, pulse] of [ends[0], ends[3]]) {
      const { mean } = await driftOf(bench, end, pulse, 100_000, 1);
      drifts.push(mean.toFixed(mean < 1 ? 5 : 1));
    }
    const runs = [];
    for (const seed of seeds) runs.push(await patternOf(small, seed));
    const rise = meanOf(runs.map((run) => 1e6 * run.rise));
    const moved = Math.max(...runs.map((run) => run.moved));
    const name =
      set.length === 0
        ? 'as the target has it'
        : set.map((field) => field.replace(/^programming\.(pulse\.|update\.)?/, '')).join(', ');
    rows.push([name, ...drifts, rise, moved.toExponential(1)]);
    process.stderr.write(`${rows.at(-1)!.join('  ')}\n`);
  }
  return formatTable(
    [...texts('values'), ...numbers('Gmin, up', 'Gmax, down', 'pattern, uS', 'beside it, worst')],
    rows,
  );
}

export async function updateDisturb(): Promise<string> {
  return [
    `\n\n${side} x ${side} cells, steps of the middle of the window\n`,
    await driftTable(),
    `100,000 half-select pulses, one chip; a pattern of 9 of 5 x 5 cells, ${seeds.length} chips\n`,
    await variantTable(),
  ].join('\n');
}
