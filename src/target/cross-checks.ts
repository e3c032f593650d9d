/** What no single field of a target shows: how its fields fit together. Each check looks at the fields that it is about, and no others. */
import { conditionProblems } from '../conditions/models.ts';
import { schemeProblems } from '../schemes/models.ts';
import { formatQuantity } from '../text/units.ts';
import { circuitsCheck } from './circuits.ts';
import { faultChecks } from './faults.ts';
import { peripheryChecks } from './periphery.ts';
import { type Check, type Problem, unless } from './problem.ts';
import type { Target } from './target.ts';
import { whereSound } from './unsound.ts';

/** Cells of one array: what a simulated one keeps of each takes up to 17 bytes. */
const mostCells = 2 ** 24;

const siemens = (value: number) => formatQuantity(value, 'S', 6);

const checks: readonly Check<Target>[] = [
  ({ cell: { gMin, gUseMin } }) =>
    unless(gMin <= gUseMin, 'cell.gUseMin', `this lies below cell.gMin, ${siemens(gMin)}`),
  ({ cell: { gUseMin, gUseMax } }) =>
    unless(gUseMin < gUseMax, 'cell.gUseMax', `this must lie above cell.gUseMin, ${siemens(gUseMin)}`),
  ({ cell: { gUseMax, gMax } }) =>
    unless(gUseMax <= gMax, 'cell.gUseMax', `this lies above cell.gMax, ${siemens(gMax)}`),
  ({ driver, array }) =>
    unless(driver.rowsAtOnce <= array.rows, 'driver.rowsAtOnce', `the array has ${array.rows} rows`),
  ({ array }) =>
    unless(
      array.rows * array.columns <= mostCells,
      'array.columns',
      `an array has at most ${mostCells.toLocaleString('en')} cells`,
    ),
  ({ array, cell }) =>
    unless(
      array.columns % 2 === 0 || cell.encoding === 'offset',
      'array.columns',
      'differential pairs need an even number of columns',
    ),
  ({ array, cell, adc }) => {
    const paired = adc.convert === 'pair' && cell.encoding !== 'offset';
    const converters = paired ? Math.floor(array.columns / 2) : array.columns;
    return unless(
      adc.sharedBy <= converters,
      'adc.sharedBy',
      `the array has only ${converters} values to convert`,
    );
  },
  ({ cell, adc }) =>
    unless(
      cell.flipped !== 'heavy' || (cell.encoding !== 'differential' && adc.convert === 'column'),
      'cell.flipped',
      'flipping makes sums smaller where weights lie beside a reference (cell.encoding=offset) and columns are converted one by one (adc.convert=column)',
    ),
  schemeProblems,
  circuitsCheck,
  ({ faults }) => (faults ? faultChecks.flatMap((check) => whereSound(() => check(faults))) : []),
  conditionProblems,
  ...peripheryChecks,
];

/** @param target fields that could not be read are unsound: checks that need them are left out */
export function crossChecks(target: Target): readonly Problem[] {
  return checks.flatMap((check) => whereSound(() => check(target)));
}
