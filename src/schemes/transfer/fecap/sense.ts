/**
 * Reading FeCAPs of an array one by one: turns a stored bit into the voltage of its line, and the spread of the window
 * into the worst of many. A plate pulse of writeVoltage turns a stored 1 over and leaves a stored 0; the charge is shared
 * between the line, which floats from 0 V, and the capacitor that gives it, so the line rises to where
 *
 *   lineCapacitance V = C (writeVoltage - V) + [stored 1] 2 Pr A share((writeVoltage - V) / thickness, readTime)
 *
 * with C = epsilon0 permittivity A / thickness. The window is the difference of the two, and a sense amplifier compares
 * the line with its middle. Reading turns every 1 into a 0, so it has to be written back.
 */
import { normalBelow, normalDensity } from '../../../math/normal.ts';
import type { FerroelectricFilm, HiddenPlane } from '../../../target/hidden-plane.ts';
import { chargeShare, switchedCharge } from './charge.ts';
import { epsilon0 } from './pund.ts';
import { switchedShare } from './switching.ts';

/** Capacitance of what does not switch, of a capacitor of one digit step (F). */
export function dielectricCapacitance({ permittivity, side, thickness }: FerroelectricFilm): number {
  return (epsilon0 * permittivity * side ** 2) / thickness;
}

/** Voltage to which a stored bit lifts its line (V). */
export function lineVoltage(film: FerroelectricFilm, stored: boolean, readTime: number): number {
  const { writeVoltage, thickness, lineCapacitance } = film;
  const dielectric = dielectricCapacitance(film);
  const charge = stored ? switchedCharge(film) : 0;
  const given = (v: number) =>
    dielectric * (writeVoltage - v) + charge * switchedShare(film, (writeVoltage - v) / thickness, readTime);
  // What the capacitor gives falls with the line, and what the line takes rises: one crossing.
  let [low, high] = [0, writeVoltage];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (lineCapacitance * middle < given(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Difference of the line between a stored 1 and a stored 0 (V), by film and line. */
export function windowOfFilm(film: FerroelectricFilm, readTime: number): number {
  return lineVoltage(film, true, readTime) - lineVoltage(film, false, readTime);
}

/** Window of one FeCAP (V). @param xi its standard normal draw */
export function windowOf(hidden: HiddenPlane, xi: number): number {
  return chargeShare(hidden) * (hidden.window + hidden.windowSpread * xi);
}

/**
 * Expected window of the worst among `count` FeCAPs (V): the mean of the least of `count` normal values, the integral of
 * count x density(x) (1 - below(x))^(count - 1), by the midpoint rule.
 */
export function worstWindow(hidden: HiddenPlane, count: number): number {
  const reach = 8;
  const step = 1e-3;
  let mean = 0;
  for (let x = -reach + step / 2; x < reach; x += step)
    mean += count * x * normalDensity(x) * normalBelow(-x) ** (count - 1) * step;
  return windowOf(hidden, mean);
}
