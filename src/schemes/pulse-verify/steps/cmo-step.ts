/**
 * The step of one +1.35 V or -1.30 V pulse of 1 us by conductance, tabulated from the compact model of cmo-hfox.ts: the
 * differential equation is solved once per table entry, not once per pulse and cell.
 */
import { cmoConductance, cmoPulse, cmoPulses } from '../cmo-hfox.ts';

/** Conductances that the table covers (S): a little more than what the two pulses reach. */
const concentrations = { from: 6.2e24, to: 4.2e25, count: 256 } as const;

interface StepTable {
  readonly conductance: Float64Array;
  readonly up: Float64Array;
  readonly down: Float64Array;
}

function tabulate(): StepTable {
  const { from, to, count } = concentrations;
  const empty = () => new Float64Array(count);
  const table = { conductance: empty(), up: empty(), down: empty() };
  for (let i = 0; i < count; i++) {
    const c = from + ((to - from) * i) / (count - 1);
    const g = cmoConductance(c);
    table.conductance[i] = g;
    table.up[i] = cmoConductance(cmoPulse(c, cmoPulses.set, cmoPulses.width)) - g;
    table.down[i] = cmoConductance(cmoPulse(c, cmoPulses.reset, cmoPulses.width)) - g;
  }
  return table;
}

let kept: StepTable | undefined;

/** @returns change of the conductance by one pulse up or down from `g` (S), by linear interpolation */
export function cmoStep(g: number, up: boolean): number {
  kept ??= tabulate();
  const { conductance } = kept;
  const steps = up ? kept.up : kept.down;
  const last = conductance.length - 1;
  if (g <= conductance[0]!) return steps[0]!;
  if (g >= conductance[last]!) return steps[last]!;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (conductance[middle]! <= g) low = middle;
    else high = middle;
  }
  const share = (g - conductance[low]!) / (conductance[high]! - conductance[low]!);
  return steps[low]! + share * (steps[high]! - steps[low]!);
}
