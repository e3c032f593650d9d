/** Level codes -> variance of what cells that were programmed to them conduct: each law asked once per level. */
import { levelSigma, unusedSigma } from '../../src/schemes/level-sigma.ts';
import { levelConductance } from '../../src/target/cell.ts';
import type { Target } from '../../src/target/target.ts';

/** S^2; of code -1, that of cells that no weight uses. */
export function cellVariance(target: Target): (code: number) => number {
  const known = new Map<number, number>();
  return (code) => {
    const earlier = known.get(code);
    if (earlier !== undefined) return earlier;
    const sigma = code < 0 ? unusedSigma(target) : levelSigma(target, levelConductance(target.cell, code));
    known.set(code, sigma ** 2);
    return sigma ** 2;
  };
}
