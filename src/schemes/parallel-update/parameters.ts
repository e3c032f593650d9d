/** Parameters of cells that are programmed by identical pulses, and updated all at once by pulses on rows and columns. */
import { z } from 'zod';
import { above0, leaf, quantity, type Read, share, spread } from '../../target/leaf.ts';
import { parameters as closedLoop } from '../pulse-verify/parameters.ts';

const update = z.strictObject({
  vSet: quantity('V', 'Voltage at which a pulse up makes the step of the pulse model', above0),
  vReset: quantity('V', 'The same of a pulse down, as its magnitude', above0),
  vMin: quantity('V', 'Lowest voltage of a pulse that drivers give', above0),
  vMax: quantity('V', 'Highest voltage of a pulse that drivers give', above0),
  steepness: leaf(above0, '', 'Decades of the step per volt around vSet and vReset'),
  disturbUp: share('Step of a cell that a pulse up half-selects, in steps of a selected one'),
  disturbDown: share('The same of a pulse down'),
  disturbSpread: spread('Spread of these from pulse to pulse, in steps of a selected cell'),
  halfEnergy: quantity('J', 'Energy of one pulse in a half-selected cell'),
});

export const parameters = { ...closedLoop, update };

export type ParallelUpdateProgramming = Read<z.ZodObject<typeof parameters>>;
export type UpdateParameters = ParallelUpdateProgramming['update'];
