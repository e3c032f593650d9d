/**
 * The bench method for a ferroelectric capacitor, positive-up-negative-down: turns a capacitor into its measured 2 Pr and
 * its loop of polarization against voltage. After a negative preset come triangular pulses P and U (positive), N and D
 * (negative). P switches, U does not, and both charge the same dielectric and lose the same leakage; so their difference,
 * point by point, is the switched charge alone, and that of N and D the same on the way back. Charge per area is
 *
 *   D = P(history) + epsilon0 permittivity E + leakage * integral of E dt
 */
import type { FerroelectricFilm } from '../../../target/hidden-plane.ts';
import { type History, moveTo, polarization, poledDown, reducedField } from './polarization.ts';

/** Vacuum permittivity (F/m). */
export const epsilon0 = 8.8541878128e-12;

export interface PundSettings {
  /** Peak of the pulses (V). */
  readonly voltage: number;
  /** Time from zero to the peak (s). */
  readonly riseTime: number;
  /** Conductivity of the film (S/m). */
  readonly leakage: number;
  /** Points on the way to the peak, and as many on the way back. */
  readonly steps: number;
}

export interface PundResult {
  /** Switched charge per area that is left when the voltage is back at zero (C/m2): 2 Pr, from P - U and from N - D. */
  readonly positive: number;
  readonly negative: number;
  /** Half their mean. */
  readonly remanence: number;
  /** Charge per area of each pulse when the voltage is back at zero, with leakage, in the order P, U, N, D (C/m2). */
  readonly pulses: readonly [number, number, number, number];
  /** The loop once around, from zero over the positive peak. */
  readonly loop: readonly LoopPoint[];
}

/** V and C/m2; polarization is centred. */
export interface LoopPoint {
  readonly voltage: number;
  readonly polarization: number;
}

/** Voltage at which a measured loop first crosses zero polarization (V), between two points of it. */
export function coerciveVoltage(loop: readonly LoopPoint[]): number {
  const after = loop.findIndex(({ polarization }) => polarization >= 0);
  const [a, b] = [loop[Math.max(0, after - 1)]!, loop[Math.max(0, after)]!];
  if (a.polarization === b.polarization) return b.voltage;
  return a.voltage - (a.polarization * (b.voltage - a.voltage)) / (b.polarization - a.polarization);
}

interface PulseTrace {
  readonly voltages: readonly number[];
  /** Since the start of the pulse (C/m2). */
  readonly charges: readonly number[];
  readonly history: History;
}

/** Measures a capacitor. */
export function pund(film: FerroelectricFilm, settings: PundSettings): PundResult {
  const preset = tracePulse(film, poledDown, settings, -1);
  const p = tracePulse(film, preset.history, settings, 1);
  const u = tracePulse(film, p.history, settings, 1);
  const n = tracePulse(film, u.history, settings, -1);
  const d = tracePulse(film, n.history, settings, -1);
  const rise = p.charges.map((charge, i) => charge - u.charges[i]!);
  const fall = n.charges.map((charge, i) => charge - d.charges[i]!);
  const positive = rise.at(-1)!;
  const negative = -fall.at(-1)!;
  const remanence = (positive + negative) / 4;
  const up = rise.map((charge, i) => ({ voltage: p.voltages[i]!, polarization: charge - remanence }));
  const down = fall.map((charge, i) => ({ voltage: n.voltages[i]!, polarization: charge + remanence }));
  return {
    positive,
    negative,
    remanence,
    pulses: [p.charges.at(-1)!, u.charges.at(-1)!, n.charges.at(-1)!, d.charges.at(-1)!],
    loop: [...up, ...down],
  };
}

function tracePulse(
  film: FerroelectricFilm,
  before: History,
  { voltage, riseTime, leakage, steps }: PundSettings,
  sign: 1 | -1,
): PulseTrace {
  const start = polarization(film, before);
  let history = before;
  let leaked = 0;
  let last = 0;
  const voltages: number[] = [];
  const charges: number[] = [];
  for (let i = 0; i <= 2 * steps; i++) {
    const v = sign * voltage * (1 - Math.abs(i - steps) / steps);
    const field = v / film.thickness;
    history = moveTo(history, reducedField(film, field, riseTime));
    leaked += i === 0 ? 0 : (((field + last) / 2) * leakage * riseTime) / steps;
    last = field;
    voltages.push(v);
    charges.push(polarization(film, history) - start + epsilon0 * film.permittivity * field + leaked);
  }
  return { voltages, charges, history };
}
