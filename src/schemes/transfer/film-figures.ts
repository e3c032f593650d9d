/** The bench method PUND on a film: turns it into its P-E loop and its quasi-static switching current. */
import type { Figure } from '../../figures/figure.ts';
import { normalBelow, normalDensity } from '../../math/normal.ts';
import { evenly } from '../../math/statistics.ts';
import type { FerroelectricFilm } from '../../target/hidden-plane.ts';
import { type LoopPoint, pund } from './fecap/pund.ts';

/** Points from zero to the peak of a loop. */
const loopSteps = 100;

const polarizations = { name: 'polarization', unit: 'uC/cm2' };
const perCm2 = (coulombPerM2: number) => 100 * coulombPerM2;

/** Share of the film that a slow voltage switches, by its closed form. */
const switchedAt = ({ thickness, coerciveField, fieldSpread }: FerroelectricFilm, voltage: number): number =>
  voltage <= 0 ? 0 : normalBelow(Math.log(voltage / (thickness * coerciveField)) / fieldSpread);

function loopOf(film: FerroelectricFilm): readonly LoopPoint[] {
  const settings = { voltage: film.writeVoltage, riseTime: film.loopTime, leakage: 0, steps: loopSteps };
  return pund(film, settings).loop;
}

/** Loop and current of one capacitor, by PUND and in closed form. */
export function filmFigures(film: FerroelectricFilm): Figure[] {
  const peak = film.writeVoltage;
  const loop = loopOf(film);
  const uses = ['hidden.film'];
  const all = switchedAt(film, peak);
  // P - U counts from poled down, N - D from what the peak left up; both are centred by the same remanence.
  const remanence = (film.remanence * all * (1 + all)) / 2;
  const rise = evenly(0, peak, loopSteps + 1);
  const law = [
    ...rise.map((v) => [v, 2 * film.remanence * switchedAt(film, v) - remanence] as const),
    ...rise.map((v) => [-v, remanence - 2 * film.remanence * all * switchedAt(film, v)] as const),
  ];
  const area = film.side ** 2;
  const rate = peak / film.loopTime;
  const currents = [0, 2 * loopSteps + 1].flatMap((start) =>
    Array.from({ length: loopSteps }, (_, i) => {
      const [a, b] = [loop[start + i]!, loop[start + i + 1]!];
      const current = (area * rate * (b.polarization - a.polarization)) / Math.abs(b.voltage - a.voltage);
      return [(a.voltage + b.voltage) / 2, current] as const;
    }),
  );
  const lawCurrent = (v: number) => {
    const size = Math.abs(v);
    const x = Math.log(size / (film.thickness * film.coerciveField)) / film.fieldSpread;
    const perVolt = (2 * film.remanence * normalDensity(x)) / (film.fieldSpread * size);
    return v > 0 ? area * rate * perVolt : -area * rate * perVolt * all;
  };
  const byVoltage = [...currents].sort((a, b) => a[0] - b[0]);
  return [
    {
      name: 'pe-loop',
      title: 'P-E loop by PUND',
      about: `one FeCAP, triangular pulses of ${peak} V: P - U on the way up, N - D on the way back. Dashed: the law of the rising voltages, 2 Pr F(V), without spread between capacitors`,
      uses,
      plot: {
        form: 'chart',
        x: { name: 'voltage', unit: 'V' },
        y: polarizations,
        series: [
          {
            name: 'PUND',
            drawn: 'line',
            kind: 'measured',
            x: loop.map(({ voltage }) => voltage),
            y: loop.map(({ polarization }) => perCm2(polarization)),
          },
          {
            name: 'closed form',
            drawn: 'line',
            kind: 'law',
            x: law.map(([v]) => v),
            y: law.map(([, p]) => perCm2(p)),
          },
        ],
      },
    },
    {
      name: 'fecap-iv',
      title: 'Quasi-static I-V of a FeCAP',
      about: `switching current while the voltage rises to ${peak} V and falls to -${peak} V, from P - U and N - D of a capacitor of one digit step. Dashed: its closed form`,
      uses,
      plot: {
        form: 'chart',
        x: { name: 'voltage', unit: 'V' },
        y: { name: 'current', unit: 'A' },
        series: [
          {
            name: 'PUND',
            drawn: 'line',
            kind: 'measured',
            x: byVoltage.map(([v]) => v),
            y: byVoltage.map(([, i]) => i),
          },
          {
            name: 'closed form',
            drawn: 'line',
            kind: 'law',
            x: byVoltage.map(([v]) => v),
            y: byVoltage.map(([v]) => lawCurrent(v)),
          },
        ],
      },
    },
  ];
}
