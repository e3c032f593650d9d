/** Wires of the arrays, an optional section of a target: resistances of them and of what drives and senses them, and currents. */
import { z } from 'zod';
import type { SectionModel } from './effect.ts';
import { above0, choice, quantity, type Read } from './leaf.ts';

const schema = z.strictObject({
  rowSegment: quantity('ohm', 'Resistance of a row between neighbouring cells'),
  columnSegment: quantity('ohm', 'Resistance of a column between neighbouring cells'),
  driver: quantity('ohm', 'Resistance between a driver and the first cell of its row'),
  sense: quantity('ohm', 'Resistance between the last cell of a column and its virtual ground'),
  sides: choice(['one', 'two'], 'Ends of a row that have a driver: `one` or `two`'),
  idleRows: choice(
    ['grounded', 'gated'],
    'Rows beyond the `rowsAtOnce` that are driven: held at 0 V (`grounded`), or their cells cut off (`gated`)',
  ),
  maxDriverCurrent: quantity('A', 'Largest current of one driver', above0),
  maxColumnCurrent: quantity('A', 'Largest current that the converter of a column takes', above0),
});

export type WireResistance = Read<typeof schema>;

export const wires: SectionModel<WireResistance> = {
  schema,
  name: 'wire resistance',
  law: 'I = Geff^T V, the exact effective conductances of every array; ohmic cells, undriven rows at 0 V, all gates on',
};
