/** What a transfer, and what prepares it, takes. */
import type { Rates } from '../../ledger.ts';
import type { TransferLaw } from './transfer.ts';

/** SETs and RESETs of a transfer lie within its time. */
export function transferRates(law: TransferLaw): Rates {
  const { programming, hidden: plane } = law;
  return {
    form: { time: programming.formTime, energy: programming.formEnergy },
    reset: { time: programming.resetTime, energy: programming.resetEnergy },
    set: { time: programming.setTime, energy: programming.setEnergy },
    wakeUp: { time: plane.wakeUpCycleTime, energy: plane.writeEnergy },
    fecapWrite: { time: plane.writeTime, energy: plane.writeEnergy },
    transfer: { time: transferTime(law), energy: 0 },
  };
}

/** Time of one transfer of a column pair, on any number of lines (s): sign, magnitude, write-backs, RESET and SET in lock-step. */
function transferTime({ programming, hidden }: TransferLaw): number {
  const bits = 1 + hidden.transferBits;
  return 2 * hidden.readTime + bits * hidden.writeTime + programming.resetTime + programming.setTime;
}
