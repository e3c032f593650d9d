/** `crossloom fit`: a file of measurements becomes a target, or all that is wrong with it is told with its lines. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../src/files/hash.ts';
import { loadTarget } from '../../src/target/load.ts';
import { drawLoops, loopLaw, loopsCsv } from '../fit/draw-loops.ts';
import { drawTraces, tracesCsv } from '../fit/draw-traces.ts';
import { drawTrains } from '../fit/draw-trains.ts';
import { trainsCsv } from '../fit/measured-csv.ts';
import { stepBenches } from '../fit/step-benches.ts';
import { runCli } from './run-cli.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-fit-'));
});
afterEach(() => rm(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

async function documented(): Promise<string> {
  const page = await readFile('docs/fit.md', 'utf8');
  return /```csv\n([\s\S]*?)```/.exec(page)![1]!;
}

/** Steps of one device that end before they tell whether they become smaller. */
const [law, bench] = stepBenches['linear-step, multiplicative noise']!;
const shortTrain = { law: { ...law, stepSize: 0.05 }, bench: { ...bench, devices: 1, runs: [9, 9] } };

/** Codes and places of what is told of such a file, with the line alone. */
async function refused(text: string, ...flags: readonly string[]): Promise<readonly string[]> {
  await writeFile(at('m.csv'), text);
  const { err, exit } = await runCli(['fit', at('m.csv'), '-o', at('chip.yaml'), '--json', ...flags]);
  expect(exit).not.toBe(0);
  expect(existsSync(at('chip.yaml'))).toBe(false);
  const { errors } = JSON.parse(err) as { errors: { code: string; at: string; message: string }[] };
  return errors.map(
    ({ code, at: place, message }) => `${code} ${place.split('m.csv')[1] ?? place}: ${message}`,
  );
}

test('writes what the documentation shows', async () => {
  const csv = await documented();
  await writeFile(at('pulses.csv'), csv);
  const made = await runCli(['fit', at('pulses.csv'), '-o', at('my-chip.yaml')]);
  expect(made).toMatchObject({ exit: 0, err: '' });
  const page = await readFile('docs/fit.md', 'utf8');
  const shown = /-o my-chip.yaml\n(pulses\.csv:[\s\S]*?)```/.exec(page)![1]!;
  expect(made.out.replaceAll(`${folder}/`, '')).toBe(shown);
  expect((await runCli(['targets', 'check', at('my-chip.yaml')])).exit).toBe(0);
  expect(await readFile(at('my-chip-steps.svg'), 'utf8')).toContain('<svg');
  const { provenance } = await loadTarget(at('my-chip.yaml'));
  const model = provenance.find(({ field }) => field === 'programming.pulse.model')!;
  expect(model).toMatchObject({ text: 'cmo-hfox', from: 'measured' });
  expect(model.source).toContain(sha256(csv));
  expect(provenance.find(({ field }) => field === 'array.rows')).toMatchObject({ from: 'assumed' });
});

test('--json has the same', async () => {
  await writeFile(at('pulses.csv'), await documented());
  const made = await runCli(['fit', at('pulses.csv'), '-o', at('my-chip.yaml'), '--json']);
  const report = JSON.parse(made.out) as { schema: string; fits: { law: string; candidates: unknown[] }[] };
  expect(report).toMatchObject({ schema: 'crossloom/fit/1', fits: [{ law: 'cmo-hfox', form: 'steps' }] });
});

test('loops and traces make one target', async () => {
  await writeFile(at('loops.csv'), loopsCsv(drawLoops(7, 60)));
  await writeFile(at('traces.csv'), tracesCsv(drawTraces(5, 60, 0.02)));
  const made = await runCli(['fit', at('loops.csv'), at('traces.csv'), '-o', at('my-chip.yaml')]);
  expect(made).toMatchObject({ exit: 0, err: '' });
  expect((await runCli(['targets', 'check', at('my-chip.yaml')])).exit).toBe(0);
  const { provenance } = await loadTarget(at('my-chip.yaml'));
  for (const field of [
    'programming.tolerance',
    'programming.stepGain',
    'readNoise.sigma',
    'flicker.amplitude',
  ])
    expect(
      provenance.find((one) => one.field === field),
      field,
    ).toMatchObject({ from: 'measured' });
  const most = provenance.find(({ field }) => field === 'programming.maxPulses')!;
  expect(Number(most.text)).toBe(loopLaw.maxPulses);
  for (const plot of ['loops', 'traces'])
    expect(await readFile(at(`my-chip-${plot}.svg`), 'utf8')).toContain('<svg');
});

describe('bad input', () => {
  const head = 'device,pulse,polarity,conductance (uS)';

  test('columns and units', async () => {
    expect(await refused('device,pulse,polarty,conductance (uF)\na,0,,1')).toEqual([
      "fit/column :1: there is no column 'polarty'",
      "fit/unit :1: 'uF' is no unit of conductance",
    ]);
    expect(await refused('device,pulse,conductance\na,0,1')).toEqual([
      'fit/unit :1: conductance has no unit',
    ]);
    expect(await refused('pulse,pulse,polarity\n0,1,up')).toEqual([
      "fit/column :1: there are two columns 'pulse'",
      'fit/column :1: no column says what was measured: conductance or current',
    ]);
    expect(await refused('pulse,polarity,current (uA)\n0,up,1')).toEqual([
      'fit/column :1: a current needs the voltage at which it was read, as column vread',
    ]);
  });

  test('cells, all at once', async () => {
    expect(await refused(`${head}\na,0,,NaN\na,1,sideways,2\na,2,up,Infinity\na,1.5,up,3\na,4,up`)).toEqual([
      "fit/value :2: conductance: 'NaN' is no number",
      "fit/value :3: polarity: 'sideways' is no polarity: write up or down",
      "fit/value :4: conductance: 'Infinity' is no number",
      "fit/value :5: pulse: '1.5' is no whole number from 0 on",
      'fit/value :6: this row has 3 cells, and the header has 4',
    ]);
  });

  test('an order, and two devices with one name', async () => {
    expect(
      await refused(
        `${head}\na,0,,1\na,2,up,2\na,1,up,3\nb,0,,1\nb,1,up,2\na,0,,1\na,1,up,2\nc,0,,1\nc,1,up,2\nc,0,,1`,
      ),
    ).toEqual([
      "fit/order :4: pulse 1 of 'a' follows pulse 2",
      "fit/device :7: two devices seem to be called 'a': pulse 0 follows pulse 1 of line 4",
      "fit/device :11: two devices seem to be called 'c': pulse 0 follows pulse 1 of line 10",
    ]);
  });

  test('nothing, too little, other forms', async () => {
    expect(await refused('')).toEqual(['fit/unreadable : these are no measurements: it is empty']);
    expect(await refused(`${head}\na,0,,1\na,1,up,2`)).toEqual([
      'fit/too-few : there are 1 pulses up behind a reading, and a law of steps takes 8 or more in either direction',
      'fit/too-few : there are 0 pulses down behind a reading, and a law of steps takes 8 or more in either direction',
    ]);
    expect(await refused('device,conductance (uS)\na,1')).toEqual([expect.stringContaining('fit/form')]);
    expect(await refused(`${head}\na,0,,1\na,1,up,2`, '--law', 'hard-bounds')).toEqual([
      'options/invalid --law hard-bounds: no law has this name',
    ]);
  });

  test('one kind of measurement twice', async () => {
    await writeFile(at('pulses.csv'), await documented());
    const both = await runCli(['fit', at('pulses.csv'), at('pulses.csv'), '-o', at('chip.yaml')]);
    expect(both.err).toContain('error[fit/twice]');
    expect(both.exit).toBe(40);
  });

  test('laws that the data do not tell apart, until one is chosen', async () => {
    const csv = trainsCsv(drawTrains(shortTrain.law, shortTrain.bench, 5));
    const told = await refused(csv);
    expect(told).toEqual([expect.stringContaining('fit/ambiguous')]);
    expect(told[0]).toContain('constant-step');
    const made = await runCli(['fit', at('m.csv'), '--law', 'constant-step', '-o', at('chip.yaml')]);
    expect(made).toMatchObject({ exit: 0, err: '' });
  });

  test('times that go back, and no reading right after programming', async () => {
    const times = 'device,time (s),conductance (uS)';
    expect(await refused(`${times}\na,0,10\na,10,9\na,5,8\nb,1,10\nb,2,9`)).toEqual([
      "fit/order :4: time 5 s follows 10 s of line 3 in the rows of 'a'",
      "fit/order :5: the first row of 'b' is at 1 s, and not at 0, right after programming",
    ]);
    expect(await refused(`${times}\na,0,10\na,1,9`)).toEqual([
      'fit/too-few : there are 1 devices and 1 times after programming, and a law of ageing takes 4 and 3 or more',
    ]);
    expect(await refused('target (uS),conductance (uS)\n10,11\n,12')).toEqual([
      'fit/value :3: this row has no target above zero, or no conductance',
    ]);
  });

  test('loops without a beginning, with gaps or two targets, and too few', async () => {
    const loops = 'device,target (uS),pulse,conductance (uS)';
    expect(await refused(`${loops}\na,60,1,5\na,60,3,9\na,70,4,9\nb,60,0,5\na,60,0,4`)).toEqual([
      "fit/order :2: pulse 1 of 'a' follows none: a loop begins at pulse 0, has one target, and a reading after every pulse",
      "fit/order :3: pulse 3 of 'a' follows pulse 1: a loop begins at pulse 0, has one target, and a reading after every pulse",
      "fit/order :4: pulse 4 of 'a' follows pulse 3: a loop begins at pulse 0, has one target, and a reading after every pulse",
      "fit/device :6: two devices seem to be called 'a': its rows go on behind those of another device",
    ]);
    expect(await refused(`${loops}\na,60,0,5\na,60,1,9`)).toEqual([
      'fit/too-few : there are 1 devices and 1 pulses, and a law of write loops takes 4 and 30 or more',
    ]);
  });

  test('traces that are uneven or short', async () => {
    const traces = 'device,reading,time (s),conductance (uS)';
    expect(await refused(`${traces}\na,0,0,5\na,1,1,5\na,2,3,5\nb,0,0,5\nb,1,1,0`)).toEqual([
      "fit/order :4: 2 s after the reading before, where readings of 'a' are to follow each other evenly, by 1 s",
      'fit/value :6: this row has no time, or no conductance above zero',
    ]);
    expect(await refused(`${traces}\na,0,0,5\na,1,1,5`)).toEqual([
      'fit/too-few : there are 1 devices, with 2 readings or more, and a law of noise takes 4 and 32',
    ]);
  });

  test('pulses of several amplitudes', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${i},${i % 2 ? 1.3 : 1.2},${10 + i}`).join('\n');
    expect(await refused(`pulse,voltage (V),conductance (uS)\n${rows}`)).toContainEqual(
      expect.stringContaining('pulses up have 2 amplitudes'),
    );
  });
});
