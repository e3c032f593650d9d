/**
 * `npm run bench`: the figures of docs/speed.md, as a table that is written row by row: first for this processor, then for the
 * same without AVX-512 and VNNI, where that can be had; `--svg FILE` plots both. `npm run bench -- speed` measures the first
 * alone, and with `--rows FILE` leaves its rows as data; `npm run bench -- NAME` runs one of the others instead.
 */
import { writeFile } from 'node:fs/promises';
import { benchBig } from './big.ts';
import { benchConverters } from './converters.ts';
import { benchDevice } from './device.ts';
import { benchNoiseShares } from './noise-shares.ts';
import { benchOnOlderProcessor } from './older-processor.ts';
import { benchPulsed } from './pulsed.ts';
import { benchQueue } from './queue/queue.ts';
import { measureSpeed, type SpeedRow } from './speed.ts';
import { plotSpeed } from './speed-plot.ts';
import { tableHead, tableRow } from './speed-table.ts';
import { benchStartUp } from './start-up.ts';
import { benchTrain } from './train.ts';
import { benchUpdates } from './updates.ts';
import { benchWires } from './wires.ts';

const benches: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  speed: benchSpeed,
  'start-up': benchStartUp,
  big: benchBig,
  wires: benchWires,
  converters: benchConverters,
  train: benchTrain,
  updates: benchUpdates,
  pulsed: benchPulsed,
  noise: benchNoiseShares,
  queue: benchQueue,
  device: benchDevice,
};

async function benchSpeed(args: readonly string[]): Promise<void> {
  const rows = await printSpeed();
  const [flag, file] = args;
  if (flag === '--rows' && file !== undefined) await writeFile(file, JSON.stringify(rows));
}

async function printSpeed(): Promise<readonly SpeedRow[]> {
  const print = (text: string) => void process.stdout.write(`${text}\n`);
  const rows: SpeedRow[] = [];
  print(tableHead());
  await measureSpeed((row) => {
    rows.push(row);
    print(tableRow(row));
  });
  return rows;
}

async function benchBoth(svg: string | undefined): Promise<void> {
  const rows = await printSpeed();
  process.stdout.write('\n');
  const older = await benchOnOlderProcessor();
  if (svg !== undefined) await writeFile(svg, plotSpeed(rows, older));
}

const [name, ...args] = process.argv.slice(2);
if (name === undefined || name === '--svg') await benchBoth(args[0]);
else {
  const bench = benches[name];
  if (!bench) throw new Error(`no bench '${name}'; there are ${Object.keys(benches).join(', ')}`);
  await bench(args);
}
process.exit();
