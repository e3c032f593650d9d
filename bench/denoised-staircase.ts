/**
 * What denoising does: the staircase of 2,048 levels of one device, with it and without, on the devices that free parameters were chosen on
 * and on others; the same at half and at twice of what is assumed; and arrays of 64 blocks with one of 64 levels each.
 */
import { fluctuations } from '../src/conditions/cells.ts';
import { openStream } from '../src/math/random.ts';
import { meanOf, sigmaOfSample } from '../src/math/statistics.ts';
import { formatTable } from '../src/report/table.ts';
import { openCells } from '../src/schemes/cells.ts';
import { climb, type Step, undenoised } from '../src/schemes/denoise/staircase.ts';
import type { ProgrammingOf } from '../src/schemes/models.ts';
import { levelConductance, levelStepOf } from '../src/target/cell.ts';
import { loadTarget } from '../src/target/load.ts';
import type { Target } from '../src/target/target.ts';
import { formatQuantity } from '../src/text/units.ts';

const targetName = 'tetramem-256-denoised';
/** What was published of every reading (S). */
const limit = 1e-6;

const seeds = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);
/** Devices that free parameters were chosen on, others, and those of the table of assumed values. */
const [training, fresh, others] = [seeds(1, 20), seeds(301, 40), seeds(201, 5)];

type Denoised = Target & { readonly programming: ProgrammingOf<'denoise'> };

async function targetOf(set: readonly string[] = []): Promise<Denoised> {
  return (await loadTarget(targetName, set)).target as Denoised;
}

const fails = ({ worst }: Step) => Math.abs(worst) >= limit;

/** Share of the levels that fail, in percent. */
const failing = (steps: readonly Step[]) => (100 * steps.filter(fails).length) / steps.length;

/** Two-sided 95 % quantiles of Student's t for 19 and for 39 degrees of freedom. */
const studentT: Readonly<Record<number, number>> = { 20: 2.093, 40: 2.023 };

/** Mean over devices, with what 95 % of such means would lie in; the number itself where that is small. */
function shareText(devices: readonly (readonly Step[])[]): string {
  const count = devices.flat().filter(fails).length;
  const all = devices.flat().length;
  if (count < 10) return `${count} of ${all.toLocaleString('en')}`;
  const shares = devices.map(failing);
  const half = (studentT[devices.length]! * sigmaOfSample(shares)) / Math.sqrt(devices.length);
  return `${meanOf(shares).toFixed(1)} +- ${half.toFixed(1)} %`;
}

const perLevel = (steps: readonly Step[], of: (step: Step) => number) => meanOf(steps.map(of));

function staircaseRow(name: string, target: Denoised, devices: readonly number[]): string[] {
  const runs = devices.map((seed) => climb(target, seed));
  const steps = runs.flat();
  const worst = Math.max(...steps.map((step) => Math.abs(step.worst)));
  return [
    name,
    shareText(runs),
    (1e6 * worst).toFixed(2),
    perLevel(steps, (s) => s.pulses).toFixed(2),
    perLevel(steps, (s) => s.weakPulses).toFixed(3),
    perLevel(steps, (s) => s.reads).toFixed(0),
    formatQuantity(
      perLevel(steps, (s) => s.time),
      's',
      3,
    ),
  ];
}

async function staircases(): Promise<string> {
  const target = await targetOf();
  const rows = [
    ['training', training],
    ['fresh', fresh],
  ].flatMap(([name, devices]) => [
    staircaseRow(
      `without, ${devices!.length} ${name} devices`,
      undenoised(target) as Denoised,
      devices as number[],
    ),
    staircaseRow(`denoised, ${devices!.length} ${name} devices`, target, devices as number[]),
  ]);
  const right = (header: string) => ({ header, align: 'right' as const });
  return formatTable(
    [
      { header: '2,048 levels of one device' },
      right('levels that fail 1 uS'),
      right('worst reading, uS'),
      right('write pulses'),
      right('weak pulses'),
      right('readings'),
      right('time per level'),
    ],
    rows,
  );
}

/** Assumed values: their name, and the overrides of both rows, or fewer where the target check refuses one. */
const half = (field: string, value: number, unit: string): [string, string[]][] =>
  [value / 2, 2 * value].map((own) => [`${field} ${own}${unit}`, [`${field}=${own}${unit}`]]);
const assumed: readonly (readonly [name: string, set: readonly string[]])[] = [
  ...half('traps.perCell', 0.25, ''),
  ...half('traps.amplitude', 4, ' uS'),
  ...half('traps.dwellShortest', 3, ' us'),
  ...half('traps.dwellLongest', 100, ' us'),
  ...half('programming.coarse', 4, ' uS'),
  ...half('programming.aim', 0.25, ' uS'),
  ...half('programming.restarts', 10, ''),
  ['programming.stepGain 0.4', ['programming.stepGain=0.4']],
  ['programming.stepGain 1', ['programming.stepGain=1']],
  ...half('programming.minStep', 0.2, ' uS'),
  ...half('programming.cycleToCycle', 0.3, ''),
  ...half('programming.deviceToDevice', 0.2, ''),
  ...half('programming.renewal', 50, ' uS'),
  ['programming.readNoise 0.1 uS', ['programming.readNoise=0.1 uS']],
  [
    'programming.readNoise 0.4 uS, look.quiet 0.48 uS',
    ['programming.readNoise=0.4 uS', 'programming.look.quiet=0.48 uS'],
  ],
  [
    'programming.look.reads 128, quiet 0.25 uS',
    ['programming.look.reads=128', 'programming.look.quiet=0.25 uS'],
  ],
  ['programming.look.reads 512', ['programming.look.reads=512']],
  ...half('programming.look.interval', 5, ' us'),
  ['programming.look.quiet 0.48 uS', ['programming.look.quiet=0.48 uS']],
  ['programming.weak.vMin 0.15 V', ['programming.weak.vMin=0.15 V']],
  ['programming.weak.vMin 0.6 V', ['programming.weak.vMin=0.6 V']],
  ['programming.weak.vMax 0.4 V', ['programming.weak.vMax=0.4 V']],
  ['programming.weak.vMax 1.6 V', ['programming.weak.vMax=1.6 V']],
  ...half('programming.weak.amplitudes', 6, ''),
  ...half('programming.weak.vFreeze', 0.6, ' V'),
  ...half('programming.weak.vScale', 0.1, ' V'),
  ...half('programming.weak.shift', 0.5, ' uS'),
];

async function sensitivities(): Promise<string> {
  const row = async (name: string, set: readonly string[]) => {
    const target = await targetOf(set);
    const without = others.map((seed) => climb(undenoised(target) as Denoised, seed));
    const runs = others.map((seed) => climb(target, seed));
    const steps = runs.flat();
    const worst = Math.max(...steps.map((step) => Math.abs(step.worst)));
    return [
      name,
      meanOf(without.map(failing)).toFixed(1),
      String(steps.filter(fails).length),
      (1e6 * worst).toFixed(2),
      perLevel(steps, (s) => s.pulses).toFixed(2),
      perLevel(steps, (s) => s.weakPulses).toFixed(3),
      perLevel(steps, (s) => s.reads).toFixed(0),
    ];
  };
  const rows = [await row('as assumed', [])];
  for (const [name, set] of assumed) rows.push(await row(name, set));
  const right = (header: string) => ({ header, align: 'right' as const });
  return formatTable(
    [
      { header: `assumed (${others.length} other devices)` },
      right('fail without, %'),
      right('fail denoised, of 10,240'),
      right('worst, uS'),
      right('write pulses'),
      right('weak pulses'),
      right('readings'),
    ],
    rows,
  );
}

/** Blocks of cells, one level each, programmed after RESET and read once. */
function blocks(name: string, target: Target): string[] {
  const { rows, columns } = target.array;
  const count = rows * columns;
  const { programming } = target as Denoised;
  const errors: number[] = [];
  let [pulses, weak, reads, givenUp] = [0, 0, 0, 0];
  for (let array = 0; array < 3; array++) {
    const cells = openCells(target, { rows, columns, hiddenBits: 0 }, 1, array);
    const made = new Float64Array(count);
    for (let cell = 0; cell < count; cell++) {
      const [row, column] = [Math.floor(cell / columns), cell % columns];
      const code = 8 * Math.floor((8 * row) / rows) + Math.floor((8 * column) / columns);
      const level = levelConductance(target.cell, code);
      const from = cells.reset(cell, cell);
      const write = {
        cell,
        event: count + cell,
        from,
        level,
        tolerance: programming.tolerance,
        stuck: undefined,
      };
      const done = cells.program!(write);
      made[cell] = done.conductance;
      errors[array * count + cell] = -level;
      pulses += done.setPulses + done.resetPulses;
      weak += done.weakPulses;
      reads += done.reads + done.lookReads;
      if (!done.accepted) givenUp++;
    }
    const seen = fluctuations(target, { seed: 1, array, times: [0], traps: cells.traps });
    const noise = openStream(1, 'bench', array);
    for (let cell = 0; cell < count; cell++) {
      noise.seek(cell);
      const g = seen.reduce((now, move) => move(now, cell), made[cell]!);
      errors[array * count + cell]! += g + programming.readNoise * noise.normal();
    }
  }
  const sizes = errors.map(Math.abs).sort((a, b) => a - b);
  const step = levelStepOf(target.cell);
  const rms = Math.sqrt(meanOf(errors.map((e) => e * e)));
  const per = (sum: number) => sum / errors.length;
  return [
    name,
    (1e6 * rms).toFixed(2),
    (1e6 * sizes[Math.floor(0.99 * sizes.length)]!).toFixed(2),
    `${sizes.filter((size) => size > step / 2).length} of ${errors.length.toLocaleString('en')}`,
    String(givenUp),
    per(pulses).toFixed(2),
    per(weak).toFixed(2),
    per(reads).toFixed(0),
  ];
}

async function blockMaps(): Promise<string> {
  const six = ['cell.levels=64'];
  const denoised = await targetOf(six);
  const { target } = await loadTarget('tetramem-256-6bit');
  const right = (header: string) => ({ header, align: 'right' as const });
  return formatTable(
    [
      { header: '64 blocks of 32 x 32 cells, 3 arrays' },
      right('rms error, uS'),
      right('99 % within, uS'),
      right('beyond half a level'),
      right('given up'),
      right('write pulses per cell'),
      right('weak'),
      right('readings'),
    ],
    [
      blocks('tetramem-256-6bit', target),
      blocks(`${targetName} at 64 levels, without`, undenoised(denoised) as Denoised),
      blocks(`${targetName} at 64 levels, denoised`, denoised),
    ],
  );
}

export async function denoisedStaircase(): Promise<string> {
  return `\n\n${await staircases()}\n${await sensitivities()}\n${await blockMaps()}`;
}
