/** What differs between two bitstreams, packages or chips -> text: the whole, by layer, and by array. */
import type { CellsDiff } from '../inspect/diff-cells.ts';
import type { ChipsDiff } from '../inspect/diff-chips.ts';
import type { LayerDiff } from '../inspect/diff-layers.ts';
import type { ProgramsDiff } from '../inspect/diff-programs.ts';
import { formatQuantity } from '../text/units.ts';
import { counted, formatCount } from './number.ts';
import { formatTable, numbers, texts } from './table.ts';

/** Arrays that are listed; all of them are in `--json`. */
const arraysListed = 20;

type Size = (value: number) => string;
const codes: Size = (value) => Number(value.toPrecision(3)).toString();
const siemens: Size = (value) => formatQuantity(value, 'S');

/** @param layers absent where no package tells of them */
export function formatProgramsDiff(diff: ProgramsDiff, layers?: readonly LayerDiff[]): string {
  const rows = diff.arrays.map(({ array, levels, pairs, converters, others }) => [
    String(array),
    ...cellTexts(levels.cells > 0 ? levels : pairs, codes),
    formatCount(converters.length),
    formatCount(others),
  ]);
  const columns = numbers(...cellHeaders, 'converters', 'others');
  return [headText(diff), layersText(layers, codes), arraysText(columns, rows)].filter(Boolean).join('\n');
}

/** @param layers absent where no package tells of them */
export function formatChipsDiff(diff: ChipsDiff, layers?: readonly LayerDiff[]): string {
  const rows = diff.arrays.map(({ array, conductances, pairs }) => [
    String(array),
    ...cellTexts(conductances, siemens),
    formatCount(pairs.cells),
  ]);
  const settings = `${counted(diff.converters.length, 'block')} with other converters; calibration ${diff.calibration}\n`;
  const columns = numbers(...cellHeaders, 'hidden integers');
  return [headText(diff) + settings, layersText(layers, siemens), arraysText(columns, rows)]
    .filter(Boolean)
    .join('\n');
}

const cellHeaders = ['array', 'cells', 'rows', 'columns', 'in one alone', 'mean', 'most'];

const cellTexts = ({ cells, rows, columns, alone, mean, most }: CellsDiff, size: Size) => [
  ...[cells, rows, columns, alone].map(formatCount),
  size(mean),
  size(most),
];

function headText({
  header,
  same,
  onlyBefore,
  onlyAfter,
  arrays,
}: Omit<ProgramsDiff, 'arrays'> & { readonly arrays: readonly unknown[] }): string {
  const lines = header.map(({ field, before, after }) => `${field}: ${before} and ${after}`);
  const alone = [
    [onlyBefore, 'first'],
    [onlyAfter, 'second'],
  ] as const;
  for (const [list, which] of alone)
    if (list.length > 0) lines.push(`${counted(list.length, 'array')} in the ${which} alone`);
  lines.push(
    `${counted(arrays.length, 'array')} differ${arrays.length === 1 ? 's' : ''}, ${formatCount(same)} the same`,
  );
  return `${lines.join('\n')}\n`;
}

function layersText(layers: readonly LayerDiff[] | undefined, size: Size): string {
  if (!layers || layers.length === 0) return '';
  const rows = layers.map(({ layer, cells, alone, mean, most }) => [
    layer,
    formatCount(cells),
    formatCount(alone),
    size(mean),
    size(most),
  ]);
  return formatTable([...texts('layer'), ...numbers('cells', 'in one alone', 'mean', 'most')], rows);
}

function arraysText(columns: ReturnType<typeof numbers>, rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const more = rows.length > arraysListed ? `and ${counted(rows.length - arraysListed, 'array')} more\n` : '';
  return formatTable(columns, rows.slice(0, arraysListed)) + more;
}
