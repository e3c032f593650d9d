/** A programmed chip -> what its arrays came to, in numbers. */
import { type ArrayCounters, type Chip, totalCounts } from '../chip/chip.ts';

/** Bins of a histogram, from the lowest conductance of an array to its highest. */
const bins = 16;

export interface ConductanceLook {
  /** Siemens. */
  readonly least: number;
  readonly mean: number;
  readonly most: number;
  /** Cells by conductance, in equal steps from the least to the most. */
  readonly histogram: readonly number[];
}

export interface ChipArrayLook {
  readonly array: number;
  readonly counters: ArrayCounters;
  /** Of all its cells, unformed ones included. */
  readonly conductances: ConductanceLook;
}

export interface ChipLook {
  readonly total: ArrayCounters;
  readonly arrays: readonly ChipArrayLook[];
}

export function inspectChip(chip: Chip): ChipLook {
  return {
    total: totalCounts(chip.counters),
    arrays: chip.counters.map((counters, array) => ({
      array,
      counters,
      conductances: lookAt(chip.conductances[array]!),
    })),
  };
}

function lookAt(conductances: Float32Array): ConductanceLook {
  let [least, most, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const g of conductances) {
    if (g < least) least = g;
    if (g > most) most = g;
    sum += g;
  }
  const histogram: number[] = Array.from({ length: bins }, () => 0);
  const width = (most - least) / bins || 1;
  for (const g of conductances) histogram[Math.min(bins - 1, Math.floor((g - least) / width))]!++;
  return { least, mean: sum / conductances.length, most, histogram };
}
