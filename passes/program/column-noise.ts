/** Driven blocks -> variances of what their columns add up to besides what they should. */
import { cellsOf } from '../../src/ir/cells.ts';
import { blockRows, digitStepOf, type SlicedLayer, varianceOfCopies } from '../../src/ir/mapping.ts';
import type { DrivenBlock, ExpectedReading } from './block-flow.ts';
import { partsAlong, type Series } from './column-series.ts';
import type { CellNoise } from './reading-noise.ts';

/** Variances of what columns add up to, by column; of cells through wires, and as if these had no resistance. */
export type ColumnNoise = Readonly<
  Record<'lasting' | 'anew' | 'converters' | 'unwired' | 'anewUnwired', Float64Array>
>;

export function openNoise(columns: number): ColumnNoise {
  const make = () => new Float64Array(columns);
  return { lasting: make(), anew: make(), converters: make(), unwired: make(), anewUnwired: make() };
}

/** Adds what cells and converters scatter, in integer weights. @param along directions that the correction takes out of what lasts */
export function addNoise(
  to: ColumnNoise,
  { block, codes, shares, gains, steps, driven, variances, loads, planes }: DrivenBlock,
  layer: SlicedLayer,
  { target, noiseOf }: ExpectedReading,
  columns: readonly number[],
  along: readonly Series[],
): void {
  const { array, cell } = target;
  const rows = blockRows(block);
  const taken = partsAlong(along, driven, rows);
  const cells = cellsOf(block, layer.encoding);
  const digitStep = digitStepOf(layer, cell);
  const worth = (layer.radix ** (2 * block.slice) * varianceOfCopies(layer)) / digitStep ** 2;
  const perColumn = target.adc.convert === 'pair' ? 1 : 2;
  const own = openNoise(columns.length);
  // Of codes from -1 on.
  const known: CellNoise[] = [];
  for (let r = 0; r < rows; r++)
    for (const [c, column] of columns.entries()) {
      let variance = variances[r]!;
      for (const parts of taken) variance -= parts[r * columns.length + c]!;
      variance = Math.max(0, variance);
      for (const place of [cells.added[column]!, cells.subtracted[column]!]) {
        const at = cells.rows[r]! * array.columns + place;
        const code = codes[at]!;
        known[code + 1] ??= noiseOf(code);
        const noise = known[code + 1]!;
        const share = (shares?.[at] ?? 1) ** 2;
        const lasts = variance * noise.lasting;
        const comes = noise.together * loads.together[r]! + noise.apart * loads.apart[r]!;
        own.unwired[c]! += lasts;
        own.anewUnwired[c]! += comes;
        own.lasting[c]! += share * lasts;
        own.anew[c]! += share * comes;
      }
    }
  for (const [c, column] of columns.entries()) {
    let converted = 0;
    for (let i = perColumn * column; i < perColumn * (column + 1); i++)
      if (steps[i] !== Math.fround(digitStep)) converted += (steps[i]! ** 2 / 12) * planes;
    to.lasting[c]! += (worth * own.lasting[c]!) / gains[column]! ** 2;
    to.anew[c]! += (worth * own.anew[c]!) / gains[column]! ** 2;
    to.unwired[c]! += worth * own.unwired[c]!;
    to.anewUnwired[c]! += worth * own.anewUnwired[c]!;
    to.converters[c]! += worth * converted;
  }
}
