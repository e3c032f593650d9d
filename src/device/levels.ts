/** Level codes as conductances: codes 0 to levels - 1 lie evenly over the window that is used for MVM. */
import { levelStepOf, type Target } from '../target/target.ts';

/** @returns conductance of a level (S); `code` may be fractional, as a disturbed digit is */
export function levelConductance(cell: Target['cell'], code: number): number {
  return cell.gUseMin + code * levelStepOf(cell);
}

/**
 * Conductance right after RESET: the lower end of the programmable window, and a one-sided spread above it, because a
 * RESET leaves some filament behind but cannot go below the window: gMin + |spread * xi|.
 * @param xi a standard normal draw
 */
export function resetConductance(cell: Target['cell'], spread: number, xi: number): number {
  return Math.min(cell.gMax, cell.gMin + Math.abs(spread * xi));
}
