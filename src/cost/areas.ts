/** What one array takes on the chip, by part: its cells, and its share of all circuits (m2). */
import type { Circuits } from '../target/circuits.ts';
import type { Target } from '../target/target.ts';
import { type ByPart, byPart } from './parts.ts';

export interface ArrayArea {
  readonly parts: ByPart;
  /** FeCAPs, and what transfers them. */
  readonly transfer: number;
  readonly total: number;
}

/** Values that one array has to convert: those of its columns, or of its pairs. */
export function valuesOf({ array, adc, cell }: Pick<Target, 'array' | 'adc' | 'cell'>): number {
  const paired = adc.convert === 'pair' && cell.encoding !== 'offset';
  return paired ? Math.floor(array.columns / 2) : array.columns;
}

export function convertersOf(target: Pick<Target, 'array' | 'adc' | 'cell'>): number {
  return Math.ceil(valuesOf(target) / target.adc.sharedBy);
}

export function arrayArea(target: Pick<Target, 'array' | 'adc' | 'cell'>, circuits: Circuits): ArrayArea {
  const { rows, columns } = target.array;
  const perArray: Partial<ByPart> = {
    drivers: rows,
    cells: rows * columns,
    sampleHold: valuesOf(target),
    converters: convertersOf(target),
  };
  const areas = byPart((part) => (perArray[part] ?? 1) * (circuits[part]?.area ?? 0));
  const transfer = circuits.transfer?.area ?? 0;
  return { parts: areas, transfer, total: Object.values(areas).reduce((sum, one) => sum + one, transfer) };
}
