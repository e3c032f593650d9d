/**
 * A file of measurements -> rows in SI units, by the names and units of its columns. What is wrong with it is told with its
 * lines, all at once.
 */
import { basename } from 'node:path';
import { fitColumn, fitUnit, fitUnreadable, fitValue } from '../diagnostics/all.ts';
import { type Diagnostic, DiagnosticError, raise } from '../diagnostics/diagnostic.ts';
import { sha256 } from '../files/hash.ts';
import { mostGenerated, readText } from '../files/read-file.ts';
import { didYouMean } from '../text/near-names.ts';
import { parseQuantity, respelt } from '../text/units.ts';
import { type Column, columns, headerOf, type Kind } from './columns.ts';
import { readCsv } from './read-csv.ts';

/** One row: what it has a column for, in SI units; absent where the cell is empty. */
export type Row = {
  readonly line: number;
  readonly device: string;
  readonly up?: boolean;
} & { readonly [C in Exclude<Column, 'device' | 'polarity'>]?: number };

export interface Measurements {
  /** As the user gave it. */
  readonly path: string;
  /** Its name, and the SHA-256 of its bytes. */
  readonly file: string;
  readonly sha256: string;
  readonly columns: ReadonlySet<Column>;
  readonly rows: readonly Row[];
}

/** Name of the device in a file without such a column. */
const onlyDevice = 'the device';
/** Problems of one file that are told one by one. */
const told = 25;

/** @throws DiagnosticError fit/unreadable, fit/column, fit/unit, fit/value */
export async function readMeasurements(path: string): Promise<Measurements> {
  const read = await readText(path, mostGenerated);
  if (!('text' in read)) throw new DiagnosticError([fitUnreadable(path, read)]);
  return measurementsOf(path, read.text);
}

/** @throws DiagnosticError, as readMeasurements */
export function measurementsOf(path: string, text: string): Measurements {
  const [header, ...body] = readCsv(text);
  if (!header || body.length === 0)
    throw new DiagnosticError([
      fitUnreadable(path, header ? 'there are no rows below the header' : 'it is empty'),
    ]);
  const heads = header.cells.map((cell) => headOf(`${path}:${header.line}`, cell));
  const names = heads.flatMap((head) => ('column' in head ? [head.column] : []));
  const twice = names.filter((name, i) => names.indexOf(name) !== i);
  const measured = names.includes('conductance') || names.includes('current');
  raise([
    ...heads.flatMap((head) => ('problem' in head ? [head.problem] : [])),
    ...twice.map((name) => fitColumn(`${path}:${header.line}`, `there are two columns '${name}'`)),
    ...(measured || heads.some((head) => 'problem' in head)
      ? []
      : [fitColumn(`${path}:${header.line}`, 'no column says what was measured: conductance or current')]),
    ...(names.includes('current') && !names.includes('conductance') && !names.includes('vread')
      ? [
          fitColumn(
            `${path}:${header.line}`,
            'a current needs the voltage at which it was read, as column vread',
          ),
        ]
      : []),
  ]);
  const problems: Diagnostic[] = [];
  const rows = body.map(({ line, cells }) => {
    const place = `${path}:${line}`;
    if (cells.length !== heads.length) {
      problems.push(
        fitValue(place, `this row has ${cells.length} cells, and the header has ${heads.length}`),
      );
      return undefined;
    }
    const row: { [key: string]: unknown } = { line, device: onlyDevice };
    for (const [i, head] of heads.entries()) {
      if (!('column' in head)) continue;
      const value = cellValue(head, cells[i]!);
      if (value instanceof Error) problems.push(fitValue(place, `${head.column}: ${value.message}`));
      else if (value !== undefined) row[head.column === 'polarity' ? 'up' : head.column] = value;
    }
    return withConductance(row as unknown as Row);
  });
  if (problems.length > told)
    problems.splice(told, Infinity, fitValue(path, `${problems.length - told} more such problems`));
  raise(problems);
  return {
    path,
    file: basename(path),
    sha256: sha256(text),
    columns: new Set(names),
    rows: rows.flatMap((row) => (row ? [row] : [])),
  };
}

interface Head {
  readonly column: Column;
  readonly kind: Kind;
  readonly unit: string;
}

function headOf(place: string, cell: string): Head | { readonly problem: Diagnostic } {
  const [, name = '', round, square] = /^([^([]*?)\s*(?:\(([^)]*)\)|\[([^\]]*)\])?$/.exec(cell) ?? [];
  const column = name.toLowerCase() as Column;
  const unit = (round ?? square ?? '').trim();
  if (!Object.hasOwn(columns, column)) {
    const separator = cell.includes(';') ? ["Cells are separated by commas, and not by ';'."] : [];
    const near = didYouMean(column, Object.keys(columns));
    return { problem: fitColumn(place, `there is no column '${cell}'`, [...separator, ...near]) };
  }
  const kind: Kind = columns[column];
  if (kind === 'name' || kind === 'whole' || kind === 'polarity') return { column, kind, unit };
  if (unit === '')
    return { problem: fitUnit(place, `${column} has no unit`, [`Write it as '${headerOf(column)}'.`]) };
  if (parseQuantity(`1 ${unit}`, kind) !== undefined) return { column, kind, unit };
  const better = respelt(`1 ${unit}`, kind).map((text) => `'${column} (${text.slice(2)})'`);
  const notes =
    better.length > 0
      ? [`Write it as ${better.join(' or ')}.`]
      : [`It is written as in '${headerOf(column)}'.`];
  return { problem: fitUnit(place, `'${unit}' is no unit of ${column}`, notes) };
}

/** undefined for an empty cell. */
function cellValue({ kind, unit }: Head, text: string): string | number | boolean | undefined | Error {
  if (text === '') return undefined;
  if (kind === 'name') return text;
  if (kind === 'polarity') {
    const up = polarities.get(text.toLowerCase());
    return up ?? new Error(`'${text}' is no polarity: write up or down`);
  }
  const value = kind === 'whole' ? Number(text) : parseQuantity(`${text} ${unit}`, kind);
  if (value === undefined || Number.isNaN(value) || !Number.isFinite(value))
    return new Error(`'${text}' is no number`);
  if (kind === 'whole' && (value < 0 || !Number.isInteger(value)))
    return new Error(`'${text}' is no whole number from 0 on`);
  return value;
}

const polarities = new Map<string, boolean>([
  ...['up', 'set', 'potentiation', 'p', '+', '+1', '1'].map((text) => [text, true] as const),
  ...['down', 'reset', 'depression', 'd', '-', '-1', '\u22121', '\u2212'].map(
    (text) => [text, false] as const,
  ),
]);

/** Polarity by the sign of the voltage, and conductance by the current, where their own columns say nothing. */
function withConductance(row: Row): Row {
  const { voltage, current, vread, conductance } = row;
  return {
    ...(voltage !== undefined && voltage !== 0 ? { up: voltage > 0 } : {}),
    ...(conductance === undefined && current !== undefined && vread ? { conductance: current / vread } : {}),
    ...row,
  };
}
