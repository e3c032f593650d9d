/** Step laws are found in data that were drawn from them, and their numbers within standard errors that are right. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { chooseLaw } from '../../src/fit/choose-law.ts';
import { forms } from '../../src/fit/laws.ts';
import { measurementsOf } from '../../src/fit/measurements.ts';
import { cmoStep } from '../../src/schemes/pulse-verify/steps/cmo-step.ts';
import { drawTrains } from './draw-trains.ts';
import { trainsCsv } from './measured-csv.ts';
import { stepBenches } from './step-benches.ts';

const steps = forms.find(({ name }) => name === 'steps')!;
const nameOf = ({ law, variant }: { readonly law: string; readonly variant: string }) =>
  variant === '' ? law : `${law}, ${variant}`;

describe.each(Object.entries(stepBenches))('%s', (name, [law, bench]) => {
  test('is chosen for what was drawn from it', () => {
    const csv = trainsCsv(drawTrains(law, { ...bench, devices: 10 }, 102));
    const choice = chooseLaw(steps, measurementsOf('pulses.csv', csv), undefined);
    expect(nameOf(choice)).toBe(name);
    expect(choice.heldOut!.devices).toBe(2);
    expect(choice.heldOut!.residual).toBeGreaterThan(0.85);
    expect(choice.heldOut!.residual).toBeLessThan(1.15);
  });
});

describe('the published curve of the compact model', () => {
  const page = readFileSync('docs/fit.md', 'utf8');
  const csv = /```csv\n([\s\S]*?)```/.exec(page)![1]!;
  const choice = chooseLaw(steps, measurementsOf('pulses.csv', csv), undefined);

  test('gives back the model, and its rounding as noise', () => {
    expect(choice.law).toBe('cmo-hfox');
    const noise = choice.fit.fields.find(({ field }) => field === 'programming.readNoise')!;
    expect(noise.value).toBeLessThan(0.05e-6);
  });

  test('has the steps of the table within its rounding', () => {
    const rows = csv
      .split('\n')
      .slice(1)
      .filter(Boolean)
      .map((line) => line.split(','));
    const off = rows.slice(1).flatMap(([device, pulse, polarity, g], i) => {
      const [sameDevice, before, , from] = rows[i]!;
      if (device !== sameDevice || Number(pulse) !== Number(before) + 1) return [];
      return [Number(from) + 1e6 * cmoStep(Number(from) * 1e-6, polarity === 'up') - Number(g)];
    });
    expect(off.length).toBe(21);
    for (const each of off) expect(Math.abs(each)).toBeLessThan(0.1);
  });

  test('does not tell how devices differ', () => {
    const spread = choice.fit.fields.find(({ field }) => field === 'programming.pulse.stepSpread')!;
    expect(spread).toMatchObject({ value: 0, from: 'assumed' });
  });
});
