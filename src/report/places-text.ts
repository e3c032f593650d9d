/** Where weights lie, and what cells hold -> tables. Rows and columns are counted from 0, and ranges name their last. */
import type { Answer, BlockPlace, Weight } from '../inspect/where.ts';
import { formatQuantity } from '../text/units.ts';
import { formatTable, numbers, texts } from './table.ts';

const range = ({ start, end }: BlockPlace['rows']) =>
  end - start === 1 ? String(start) : `${start}-${end - 1}`;

export function formatAnswer({ layer, dims, blocks, weight, cells = [] }: Answer): string {
  const indexed = dims ? `${layer}: its weights are indexed within [${dims.join(', ')}]\n\n` : '';
  if (blocks) return blocks.length > 0 ? indexed + formatBlocks(blocks) : 'no layer is here\n';
  if (cells.length === 0) return 'no layer is here\n';
  return `${layer}${weight ? ` ${weightText(weight)}` : ': no weight, but a reference or spare column, or beside the groups of a block'}\n\n${formatCells(cells)}`;
}

function weightText({ index, integer, weightMax, value }: Weight): string {
  return `[${index.join(', ')}]: integer ${integer} of ±${weightMax}, which stands for ${Number(value.toPrecision(6))}`;
}

/** One rectangle of cells a line. */
function formatBlocks(blocks: readonly BlockPlace[]): string {
  const columns = [
    ...texts('layer'),
    ...numbers('array', 'rows', 'columns', 'groups', 'inputs', 'outputs', 'slice', 'copy', 'block'),
  ];
  return formatTable(
    columns,
    blocks.map(({ layer, array, rows, columns, groups, inputs, outputs, slice, copy, block }) => [
      layer,
      String(array),
      ...[rows, columns, groups, inputs, outputs].map(range),
      ...[slice, copy, block].map(String),
    ]),
  );
}

const signs = { '-1': '-', 0: '', 1: '+' } as const;

function formatCells(cells: NonNullable<Answer['cells']>): string {
  const paired = cells.some(({ pair }) => pair !== undefined);
  const measured = cells.some(({ conductance }) => conductance !== undefined);
  const columns = [
    ...numbers('array', 'row', 'column', 'slice', 'copy', 'sign', 'digit', paired ? 'pair' : 'level'),
    ...(measured ? numbers('conductance') : []),
    ...texts('instructions'),
  ];
  const text = (value: number | undefined) => (value === undefined ? '' : String(value));
  return formatTable(
    columns,
    cells.map(({ array, row, column, slice, copy, sign, digit, level, pair, conductance, instructions }) => [
      ...[array, row, column, slice, copy].map(String),
      signs[sign],
      text(digit),
      text(paired ? pair : level),
      ...(conductance === undefined ? [] : [formatQuantity(conductance, 'S')]),
      instructions.map(({ number, op }) => `${number} ${op}`).join(', '),
    ]),
  );
}
