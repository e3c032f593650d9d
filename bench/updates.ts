/**
 * `npm run bench -- updates`: processor time of parallel updates of one array, with the spread of devices and the noise of
 * cycles: a rank-one update by trains of 31 slots, and 100,000 half-select pulses. Beside them, as a ratio in the same process,
 * what is written down from the equations at once: cell by cell and pulse by pulse in doubles, with a normal for each step.
 */
import { cpus } from 'node:os';
import { longestTrain } from '../src/ir/schedule.ts';
import { openStream } from '../src/math/random.ts';
import { formatTable, numbers, texts } from '../src/report/table.ts';
import type { ProgrammingOf } from '../src/schemes/models.ts';
import { type ArrayUpdate, drawTrains, givenTrains } from '../src/schemes/parallel-update/trains.ts';
import { openUpdatedArray } from '../src/schemes/parallel-update/updated-array.ts';
import { loadTarget } from '../src/target/load.ts';

const targetName = 'cmo-hfox-350nm';
const slots = 31;
const [rows, columns] = [784, 256];
const side = 256;
const halfPulses = 100_000;
/** Fewer of them pulse by pulse, which takes as long for each. */
const slowPulses = 64;

/** Devices of an array, in doubles. */
interface Devices {
  readonly w: Float64Array;
  readonly upper: ArrayLike<number>;
  readonly lower: ArrayLike<number>;
  readonly shareUp: ArrayLike<number>;
  readonly shareDown: ArrayLike<number>;
  readonly noise: number;
  /** Numbers from one row to the next. */
  readonly stride: number;
}

/** Box and Muller's. */
const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

/** One pulse of a device, `size` of a step; half-selected ones have no noise. */
function pulse(devices: Devices, at: number, up: boolean, size: number): void {
  const { w, upper, lower, shareUp, shareDown, noise } = devices;
  const off = size === 1 ? noise * normal() : 0;
  const bound = up ? upper[at]! : lower[at]!;
  const share = size * (up ? shareUp[at]! : shareDown[at]!);
  const next = w[at]! + share * (bound - w[at]! + off * bound);
  w[at] = Math.min(upper[at]!, Math.max(lower[at]!, next));
}

/** Steps where pulses meet, and half-selected steps of `ratio` where one meets none; none of these where it is 0. */
function slowUpdate(
  devices: Devices,
  { rows: across, columns: down, length }: ArrayUpdate,
  ratio: number,
): void {
  for (const [i, rowTrain] of across.words.entries())
    for (const [j, columnTrain] of down.words.entries()) {
      const up = across.signs[i] === down.signs[j];
      for (let slot = 0; slot < length; slot++) {
        const pulses = ((rowTrain >>> slot) & 1) + ((columnTrain >>> slot) & 1);
        if (pulses === 2) pulse(devices, i * devices.stride + j, up, 1);
        else if (pulses === 1 && ratio > 0) pulse(devices, i * devices.stride + j, up, ratio);
      }
    }
}

async function openBoth(rowCount: number, columnCount: number, set: readonly string[]) {
  const { target } = await loadTarget(targetName, set);
  const law = target.programming as ProgrammingOf<'parallel-update'>;
  const array = openUpdatedArray(law, target.cell, { rows: rowCount, columns: columnCount }, 1, 0);
  const { bounds, shares, w, stride } = array.cells;
  const { cycleToCycle } = law.pulse as { readonly cycleToCycle: number };
  const devices: Devices = {
    ...{ w: Float64Array.from(w), upper: bounds.up, lower: bounds.down },
    ...{ shareUp: shares.up, shareDown: shares.down, noise: cycleToCycle, stride },
  };
  const { vSet, vReset, disturbUp } = law.update;
  const lines = { bias: 'half', vSet, vReset, row: 0, column: 0 } as const;
  return { array, devices, lines, disturbUp };
}

/** Least processor time of one of `times` runs of so many calls each (s), after one to warm up: other work on the machine does not count. */
function processorTime(times: number, calls: number, work: () => void): number {
  work();
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < times; run++) {
    const start = process.cpuUsage();
    for (let call = 0; call < calls; call++) work();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1e6 / calls);
  }
  return least;
}

const ms = (seconds: number) => `${(1000 * seconds).toFixed(seconds < 0.01 ? 2 : 1)} ms`;

export async function benchUpdates(): Promise<void> {
  const table: string[][] = [];
  const row = (what: string, fast: number, slow: number) =>
    table.push([what, ms(fast), ms(slow), `${(slow / fast).toFixed(0)} times`]);

  const uniform = openStream(1, 'bench-updates', 0);
  const values = (count: number) => Float64Array.from({ length: count }, () => 2 * uniform.uniform() - 1);
  const [x, d] = [values(rows), values(columns)];
  const { array, devices, lines } = await openBoth(rows, columns, []);
  const drawn = (key: number): ArrayUpdate => ({
    ...{ ...lines, length: slots },
    rows: drawTrains(key, 'rows', x, 1, slots),
    columns: drawTrains(key, 'columns', d, 1, slots),
  });
  let number = 0;
  const fast = processorTime(10, 20, () => array.update(drawn(number), number++));
  const slow = processorTime(2, 1, () => slowUpdate(devices, drawn(number), 0));
  row(`rank-one update, ${rows} x ${columns}, ${slots} slots, trains drawn`, fast, slow);

  for (const [what, set] of [
    ['1.7e-8 of a step each', []],
    ['0.005 of a step each', ['programming.update.disturbUp=0.005']],
  ] as const) {
    const both = await openBoth(side, side, set);
    const halves: ArrayUpdate = {
      ...{ ...both.lines, length: longestTrain },
      rows: givenTrains(new Uint32Array(side).fill(0xffffffff), 1),
      columns: givenTrains(new Uint32Array(side), 1),
    };
    let event = 0;
    const quick = processorTime(2, 1, () => {
      for (let given = 0; given < halfPulses; given += longestTrain) both.array.update(halves, event++);
      both.array.settle();
    });
    const each = processorTime(1, 1, () => {
      for (let given = 0; given < slowPulses; given += longestTrain)
        slowUpdate(both.devices, halves, both.disturbUp);
    });
    const name = `${halfPulses.toLocaleString('en')} half-select pulses, ${side} x ${side}, ${what}`;
    row(name, quick, (each * halfPulses) / slowPulses);
  }
  process.stdout.write(
    `${cpus()[0]!.model}, Node ${process.version}; processor time, device spread and cycle noise on\n\n`,
  );
  const headers = [...texts('what'), ...numbers('here', 'pulse by pulse', 'ratio')];
  process.stdout.write(`${formatTable(headers, table)}\n`);
  process.stdout.write(
    `Pulse by pulse, half-select pulses are ${slowPulses} that were measured, scaled up.\n`,
  );
}
