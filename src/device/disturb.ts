/**
 * Half-select disturb: turns a conductance into what it is after pulses to other cells of its row and column, each of which
 * puts half of the voltage across it where no transistor isolates it. Published as the change after many such pulses
 * (Choi et al., Advanced Science 2025, after 100,000), which adds up in proportion to their number:
 *
 *   g = G (1 + (disturbDrift + spread xi) n / pulses), one xi per cell
 */
import type { Disturb } from '../target/base.ts';

/**
 * @param pulses half-select pulses since the cell was programmed
 * @param xi standard normal of the cell
 * @returns S, not below 0
 */
export function halfSelected(law: Disturb, g: number, pulses: number, xi: number): number {
  return Math.max(0, g * (1 + ((law.disturbDrift + law.spread * xi) * pulses) / law.pulses));
}
