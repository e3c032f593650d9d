/**
 * Predicted pulses beside what else sets states: 512 states of one device, one after the other, by predicted pulses, by identical
 * ones and by write-verify; and what the assumed parameters of the target do at half and at twice their value.
 */
import { openStream } from '../src/math/random.ts';
import { formatTable } from '../src/report/table.ts';
import { openCells } from '../src/schemes/cells.ts';
import { afterDose, conductanceAt, crossed } from '../src/schemes/feedforward/dose.ts';
import {
  type Climb,
  type Device,
  deviceOf,
  evenDose,
  identical,
  levelsOf,
  predicted,
} from '../src/schemes/feedforward/one-device.ts';
import type { ProgrammingOf } from '../src/schemes/models.ts';
import { levelConductance, levelStepOf } from '../src/target/cell.ts';
import { loadTarget } from '../src/target/load.ts';

type Law = ProgrammingOf<'feedforward'>;
export const targetName = 'tio2-feedforward';
const devices = [1, 2, 3, 4, 5];

async function oneOf(number: number, set: readonly string[] = []): Promise<Device> {
  const { target } = await loadTarget(targetName, set);
  return deviceOf(target.programming as Law, target.cell, number);
}

/**
 * Write-verify with pulses that are all alike: read, and give one towards the level where it is outside of the tolerance.
 * @param share of an even pulse that each of them is
 * @param pulses that a level may take
 */
function verified(device: Device, share: number, most: number): Climb {
  const { law, cell, number } = device;
  const pulse = openStream(number, 'cycle-to-cycle', 0);
  const reading = openStream(number, 'read-noise', 0);
  const dose = share * evenDose(device);
  let g = cell.gMin;
  let pulses = 0;
  const errors = levelsOf(cell).map((level) => {
    for (let given = 0; given < most; given++) {
      const distance = level - g - law.readNoise * reading.normal();
      if (Math.abs(distance) <= law.tolerance) break;
      const up = distance > 0;
      const { gamma } = up ? law.potentiation : law.depression;
      const drawn = dose * (1 + law.cycleToCycle * pulse.normal());
      g = conductanceAt(cell, afterDose(gamma, crossed(cell, g, up), drawn), up);
      pulses++;
    }
    return (g - level) / levelStepOf(cell);
  });
  return { errors, pulses };
}

const rmsOf = (errors: readonly number[]) =>
  Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / errors.length);
const worstOf = (errors: readonly number[]) => Math.max(...errors.map(Math.abs));

/** Cells of one array, each told a level of its own at random. */
async function array(set: readonly string[]): Promise<{ rms: number; pulses: number; givenUp: number }> {
  const { target } = await loadTarget(targetName, set);
  const { rows, columns } = target.array;
  const count = rows * columns;
  const { tolerance } = target.programming as Law;
  const codes = openStream(1, 'levels', 0);
  const errors: number[] = [];
  let [pulses, givenUp] = [0, 0];
  for (let number = 0; number < 4; number++) {
    const cells = openCells(target, { rows, columns, hiddenBits: 0 }, 1, number);
    for (let cell = 0; cell < count; cell++) {
      const from = cells.reset(cell, cell);
      const level = levelConductance(target.cell, Math.floor(target.cell.levels * codes.uniform()));
      const outcome = cells.program!({ cell, event: count + cell, from, level, tolerance, stuck: undefined });
      errors.push((outcome.conductance - level) / levelStepOf(target.cell));
      pulses += outcome.setPulses + outcome.resetPulses;
      if (!outcome.accepted) givenUp++;
    }
  }
  const share = 100 / errors.length;
  return { rms: rmsOf(errors), pulses: pulses / errors.length, givenUp: share * givenUp };
}

/** Assumed values, with the unit that halves and doubles of them are written in. */
const assumed: readonly (readonly [fields: readonly string[], value: number, unit: string])[] = [
  [['cycleToCycle'], 3, '%'],
  [['deviceToDevice'], 0.2, ''],
  [['arrayToArray'], 0.1, ''],
  [['readNoise'], 0.0026, ' uS'],
  [['tolerance'], 0.0078, ' uS'],
  [['resetSpread'], 0.01, ' uS'],
  [['potentiation.gamma', 'depression.gamma'], 50, '%'],
  [['potentiation.vScale', 'depression.vScale'], 0.1, ' V'],
  [['training.swing'], 0.1, ' V'],
  [['training.pulses'], 32, ''],
  [['amplitude.bits'], 10, ''],
];

/**
 * Instead of half and twice their size, as far as the rest of the target goes: a rate that is not 0 at the end of the window, the
 * range of the driver, steps of the staircase that stand out of the noise, one bit.
 */
const limits: Readonly<Record<string, readonly [number, number]>> = {
  'potentiation.gamma': [25, 95],
  'potentiation.vScale': [0.06, 0.13],
  'training.swing': [0.05, 0.17],
  'amplitude.bits': [9, 11],
};

/** Every assumed value at about half and at about twice its size: what a row says, and the overrides. */
export const halvesAndDoubles = assumed.flatMap(([fields, value, unit]) =>
  (limits[fields[0]!] ?? [value / 2, 2 * value]).map((own) => ({
    name: `${fields.join(', ')} ${own}${unit}`,
    set: fields.map((field) => `programming.${field}=${own}${unit}`),
  })),
);

export async function predictedStates(): Promise<string> {
  const ways: readonly (readonly [string, (device: Device) => Climb])[] = [
    ['predicted, one pulse a level', predicted],
    ['identical, one pulse a level', identical],
    ['write-verify, at most one pulse a level', (device) => verified(device, 1, 1)],
    ['write-verify, pulses of a quarter of a step', (device) => verified(device, 0.25, 100)],
  ];
  const all = await Promise.all(devices.map((number) => oneOf(number)));
  const states = ways.map(([name, way]) => {
    const runs = all.map(way);
    const mean = (of: (run: Climb) => number) => runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
    const worst = Math.max(...runs.map(({ errors }) => worstOf(errors)));
    const rms = mean(({ errors }) => rmsOf(errors)).toFixed(3);
    return [name, rms, worst.toFixed(2), mean(({ pulses }) => pulses).toFixed(0)];
  });
  const first = formatTable(
    [
      { header: `512 states of one device (${devices.length} devices)` },
      { header: 'rms error, steps', align: 'right' },
      { header: 'worst', align: 'right' },
      { header: 'pulses', align: 'right' },
    ],
    states,
  );
  const rows: string[][] = [];
  const row = async (name: string, set: readonly string[]) => {
    const runs = await Promise.all(devices.map(async (number) => predicted(await oneOf(number, set))));
    const one = runs.reduce((sum, { errors }) => sum + rmsOf(errors), 0) / runs.length;
    const { rms, pulses, givenUp } = await array(set);
    rows.push([name, one.toFixed(3), rms.toFixed(3), pulses.toFixed(2), `${givenUp.toFixed(2)} %`]);
  };
  await row('as assumed', []);
  for (const per of ['device', 'die']) await row(`training per ${per}`, [`programming.training.per=${per}`]);
  for (const retries of [0, 1, 2, 6]) await row(`${retries} retries`, [`programming.retries=${retries}`]);
  for (const { name, set } of halvesAndDoubles) await row(name, set);
  const second = formatTable(
    [
      { header: 'assumed' },
      { header: 'one device, rms', align: 'right' },
      { header: 'array, rms', align: 'right' },
      { header: 'pulses per cell', align: 'right' },
      { header: 'given up', align: 'right' },
    ],
    rows,
  );
  return `\n\n${first}\n${second}`;
}
