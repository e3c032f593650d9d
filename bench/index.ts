/**
 * `npm run bench`: the figures of docs/speed.md, as a table that is written row by row: first for this processor, then for the
 * same without AVX-512 and VNNI, where that can be had. `npm run bench -- speed` measures the first alone, with `--json` as
 * one object per line; `npm run bench -- NAME` runs one of the others instead.
 */
import { benchBig } from './big.ts';
import { benchConverters } from './converters.ts';
import { benchOnOlderProcessor } from './older-processor.ts';
import { measureSpeed, type SpeedRow } from './speed.ts';
import { tableHead, tableRow } from './speed-table.ts';
import { benchTrain } from './train.ts';
import { benchWires } from './wires.ts';

const benches: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  speed: benchSpeed,
  big: benchBig,
  wires: benchWires,
  converters: benchConverters,
  train: benchTrain,
};

async function benchSpeed(args: readonly string[]): Promise<void> {
  const print = (text: string) => void process.stdout.write(`${text}\n`);
  if (args.includes('--json')) return measureSpeed((row: SpeedRow) => print(JSON.stringify(row)));
  print(tableHead());
  await measureSpeed((row) => print(tableRow(row)));
}

const [name, ...args] = process.argv.slice(2);
if (name === undefined) {
  await benchSpeed([]);
  process.stdout.write('\n');
  await benchOnOlderProcessor();
} else {
  const bench = benches[name];
  if (!bench) throw new Error(`no bench '${name}'; there are ${Object.keys(benches).join(', ')}`);
  await bench(args);
}
process.exit();
