/**
 * Mean and variance of what transfers leave at a level: turns the law of transfer.ts into that of many cells. The charge of
 * FeCAPs, the line and the threshold spread the digit, normally about the share of the charge that is left; a SET spreads what the
 * digit gives, and is held within the window. Sign errors are left out.
 */
import { levelConductance, levelStepOf } from '../../target/cell.ts';
import { heldSpread, mixed, resetSpread, type Spread } from '../spread.ts';
import { chargeShare } from './fecap/charge.ts';
import type { TransferLaw } from './transfer.ts';

/** Digits that stand for a normal one: every 0.3 standard deviations, as far as 6. */
const [digits, reach] = [41, 6];

export function transferSpread({ programming, hidden, cell }: TransferLaw, level: number): Spread {
  const digit = Math.round((level - cell.gUseMin) / levelStepOf(cell));
  if (digit === 0) return resetSpread(cell, programming.resetSpread);
  const { chargeSpread, lineNoise, thresholdSpread, transferBits } = hidden;
  const share = chargeShare(hidden);
  let variance = lineNoise ** 2 + thresholdSpread ** 2;
  for (let bit = 0; bit < transferBits; bit++)
    if ((digit >> bit) & 1) variance += (2 ** bit * share * chargeSpread) ** 2;
  const afterSet = (disturbed: number) => {
    const given = levelConductance(cell, disturbed);
    const held = Math.min(cell.gMax, Math.max(cell.gMin, given));
    if (programming.cycleToCycle === 0) return { mean: held, variance: 0 };
    return heldSpread('normal', programming.cycleToCycle * Math.abs(given), cell, given);
  };
  if (variance === 0) return afterSet(share * digit);
  const sigma = Math.sqrt(variance);
  const draws = Array.from({ length: digits }, (_, i) => (2 * reach * i) / (digits - 1) - reach);
  const weights = draws.map((xi) => Math.exp(-0.5 * xi * xi));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return mixed(...draws.map((xi, i) => [weights[i]! / all, afterSet(share * digit + sigma * xi)] as const));
}
