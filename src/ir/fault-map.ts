/**
 * A fault map: which cells of one chip do not do as they are told, and what they conduct instead. Measured by a tester
 * after forming, or by `survey` on a simulated chip; compiling works around it. The file, JSON, is described in
 * docs/faults.md.
 */
import { z } from 'zod';
import { faultMapGeometry, faultMapInvalid, faultMapUnreadable } from '../diagnostics/all.ts';
import { DiagnosticError, InternalError, raise } from '../diagnostics/diagnostic.ts';
import { sha256 } from '../files/hash.ts';
import { mostGenerated, readText } from '../files/read-file.ts';

/** One faulty cell. */
export interface Fault {
  readonly row: number;
  readonly column: number;
  /** What it conducts whatever is done (S). */
  readonly conductance: number;
}

export interface FaultMap {
  /** Of every array. */
  readonly rows: number;
  readonly columns: number;
  /** By array, in row-major order of their cells; an array without faults has an empty list. */
  readonly arrays: readonly (readonly Fault[])[];
}

export const faultFileSchema = z.strictObject({
  format: z.literal('crossloom-faults').describe('says what the file is'),
  version: z.literal(1).describe('version of the format'),
  target: z.string().optional().describe('kind of chip, for people; the geometry decides whether a map fits'),
  seed: z.int().optional().describe('of the simulated chip that was surveyed'),
  rows: z.int().min(1).describe('rows of every array'),
  columns: z.int().min(1).describe('columns of every array'),
  arrays: z
    .array(z.array(z.tuple([z.int(), z.int(), z.number().nonnegative()])))
    .min(1)
    .describe('by array, its faulty cells as [row, column, conductance in siemens]'),
});

/** Problems of one file that are reported. */
const problemsKept = 20;

/** Faulty cells of all arrays. */
export function faultCount({ arrays }: FaultMap): number {
  return arrays.reduce((sum, faults) => sum + faults.length, 0);
}

/**
 * Raises faults/geometry where a map is not of such arrays, or of too few of them.
 * @param arrays that are needed
 */
export function checkGeometry(faults: FaultMap, arrays: number, geometry: Geometry): void {
  const problems = otherSize(faults, geometry);
  const given = faults.arrays.length;
  if (given < arrays)
    problems.push(`it has ${given} array${given === 1 ? '' : 's'}, and the model takes ${arrays}`);
  raise(problems.map((problem) => faultMapGeometry('--faults', problem)));
}

type Geometry = Pick<FaultMap, 'rows' | 'columns'>;

function otherSize({ rows, columns }: Geometry, wanted: Geometry): string[] {
  if (rows === wanted.rows && columns === wanted.columns) return [];
  return [
    `its arrays have ${rows} x ${columns} cells, and those of the target ${wanted.rows} x ${wanted.columns}`,
  ];
}

/**
 * Reads a fault map.
 * @param geometry of the arrays that it is for
 * @throws DiagnosticError faults/unreadable where the file is none; else faults/geometry where its arrays have another
 *   size, and faults/invalid for cells outside of their array or listed twice, all at once
 */
export async function readFaultMap(path: string, geometry: Geometry): Promise<FaultMap> {
  const read = await readText(path, mostGenerated);
  if ('reason' in read) throw new DiagnosticError([faultMapUnreadable(path, read)]);
  const file = faultFileSchema.safeParse(parse(path, read.text));
  if (!file.success) {
    const issues = file.error.issues.slice(0, problemsKept);
    raise(issues.map((i) => faultMapUnreadable(path, `${i.path.join('.') || 'the file'}: ${i.message}`)));
    throw new InternalError('faults', 'a file without issues was refused');
  }
  const { rows, columns, arrays } = file.data;
  const problems = otherSize({ rows, columns }, geometry).map((reason) => faultMapGeometry(path, reason));
  arrays.forEach((faults, array) => {
    const seen = new Set<number>();
    for (const [row, column] of faults) {
      if (problems.length === problemsKept) return;
      const inside = row >= 0 && row < rows && column >= 0 && column < columns;
      const place = `${path}: array ${array}, row ${row}, column ${column}`;
      if (!inside) problems.push(faultMapInvalid(place, `an array has ${rows} x ${columns} cells`));
      else if (seen.has(row * columns + column))
        problems.push(faultMapInvalid(place, 'this cell is listed twice'));
      else seen.add(row * columns + column);
    }
  });
  raise(problems);
  return sorted({
    rows,
    columns,
    arrays: arrays.map((faults) =>
      faults.map(([row, column, conductance]) => ({ row, column, conductance })),
    ),
  });
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    raise([faultMapUnreadable(path, error instanceof Error ? error.message : String(error))]);
    throw error;
  }
}

function sorted(map: FaultMap): FaultMap {
  const order = (a: Fault, b: Fault) => a.row - b.row || a.column - b.column;
  return { ...map, arrays: map.arrays.map((faults) => faults.toSorted(order)) };
}

/** The text of a fault map's file: one line per array. */
export function formatFaultMap(
  map: FaultMap,
  about: { readonly target?: string; readonly seed?: number } = {},
): string {
  const { rows, columns, arrays } = map;
  const head = { format: 'crossloom-faults', version: 1, ...about, rows, columns };
  const lines = arrays.map((faults) => JSON.stringify(faults.map((f) => [f.row, f.column, f.conductance])));
  return `${JSON.stringify(head).slice(0, -1)},"arrays":[\n${lines.join(',\n')}\n]}\n`;
}

/** SHA-256 of what a fault map says, whatever its file looks like. */
export function hashFaultMap(map: FaultMap): string {
  return sha256(formatFaultMap(sorted(map)));
}
