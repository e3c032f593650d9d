/**
 * What an array does and takes at its peak: every row driven, every column converted, all columns but reference columns with weights,
 * inputs read from buffers into which they were written, sums moved and written back. What papers of this field give as TOPS,
 * TOPS/W and TOPS/mm2: one product of a weight and an input is two operations.
 */
import type { Circuits } from '../target/circuits.ts';
import type { Target } from '../target/target.ts';
import { convertersOf, valuesOf } from './areas.ts';
import { paceOf } from './drive-times.ts';
import { sumBytes } from './layer-work.ts';
import { type ByPart, byPart, energiesOf } from './parts.ts';

export interface Peak {
  /** Operations of one array per second. */
  readonly rate: number;
  /** Power of one array, by part (W). */
  readonly power: ByPart;
  /** Time of one drive (s). */
  readonly cycle: number;
}

/**
 * @param inputBits of an input; the target's drivers take so many at a time
 * @param cell energy of one cell on a driven row (J)
 */
export function peakOf(
  target: Pick<Target, 'array' | 'adc' | 'cell' | 'driver' | 'slices'>,
  circuits: Circuits,
  inputBits: number,
  cell: number,
): Peak {
  const { array, adc, driver, slices } = target;
  const values = valuesOf(target);
  const converting = Math.ceil(values / convertersOf(target)) * adc.time;
  const cycle = paceOf(circuits.cells.time, converting, circuits.sampleHold !== undefined);
  const drives = Math.ceil(inputBits / driver.bits);
  const rows = driver.rowsAtOnce;
  // Of columns that are converted one by one, a pair holds a weight, or one beside a reference.
  const pairs = target.cell.encoding !== 'offset' && adc.convert === 'column' ? 2 : 1;
  const weights = values / slices / pairs;
  const product = { inputs: (rows * inputBits) / 8, sums: weights * sumBytes };
  const bytes = (product.inputs + product.sums) / drives;
  const acts: ByPart = {
    drivers: rows,
    cells: rows * array.columns,
    sampleHold: values,
    converters: values,
    shiftAdd: values,
    registers: bytes,
    buffers: 2 * bytes,
    interconnect: bytes,
    digital: weights / drives,
  };
  const energy = energiesOf(circuits, adc, cell);
  return {
    rate: (2 * rows * weights) / drives / cycle,
    power: byPart((part) => (acts[part] * energy[part]) / cycle),
    cycle,
  };
}
