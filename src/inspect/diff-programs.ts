/**
 * Two bitstreams -> on which arrays, rows and columns what cells are told differs, by how much, and which settings do. Both are read
 * array by array, so that their size does not matter.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Sections } from '../bitstream/decode.ts';
import type { Section } from '../bitstream/decode-frame.ts';
import { decodeSection } from '../bitstream/decode-section.ts';
import type { ArrayProgram, BitstreamHeader, Instruction } from '../ir/schedule.ts';
import { toldCells } from '../ir/told-cells.ts';
import { type CellsDiff, diffCells } from './diff-cells.ts';
import type { LayerTallies } from './diff-layers.ts';

/** What differs on one array that both have. */
export interface ArrayDiff {
  readonly array: number;
  /** Level codes that cells are told. */
  readonly levels: CellsDiff;
  /** Hidden integers, or aims, that pairs are told; columns are those of pairs. */
  readonly pairs: CellsDiff;
  /** Blocks whose converters are set otherwise, or in one of them alone. */
  readonly converters: readonly number[];
  /** Other instructions that stand in one of them alone: drivers, what forms and resets cells, tolerances. */
  readonly others: number;
}

interface FieldDiff {
  readonly field: string;
  readonly before: string;
  readonly after: string;
}

export interface ProgramsDiff {
  readonly header: readonly FieldDiff[];
  /** Arrays that are the same in both. */
  readonly same: number;
  readonly onlyBefore: readonly number[];
  readonly onlyAfter: readonly number[];
  readonly arrays: readonly ArrayDiff[];
}

/** @param layers takes the cells that differ, of levels, or of pairs where there are no levels */
export async function diffPrograms(
  before: Sections,
  after: Sections,
  layers?: LayerTallies,
): Promise<ProgramsDiff> {
  const header = diffHeaders(before.header, after.header);
  const alike = before.header.rows === after.header.rows && before.header.columns === after.header.columns;
  const onlyBefore: number[] = [];
  const onlyAfter: number[] = [];
  const arrays: ArrayDiff[] = [];
  let same = 0;
  for await (const [first, second] of paired(before.sections, after.sections)) {
    if (!second || !alike) onlyBefore.push(...(first ? [first.array] : []));
    if (!first || !alike) onlyAfter.push(...(second ? [second.array] : []));
    if (!first || !second || !alike) continue;
    // Equal bytes say the same.
    if (isSame(before.header, first, after.header, second)) {
      same++;
      continue;
    }
    const programs = [decodeSection(before.header, first), decodeSection(after.header, second)] as const;
    const found = diffArray(before.header, ...programs, layers);
    if (isNothing(found)) same++;
    else arrays.push(found);
  }
  return { header, same, onlyBefore, onlyAfter, arrays };
}

export const diffHeaders = (before: BitstreamHeader, after: BitstreamHeader): readonly FieldDiff[] =>
  Object.keys({ ...before, ...after }).flatMap((field) => {
    const [a, b] = [before, after].map((header) => String(header[field as keyof BitstreamHeader] ?? 'none'));
    return a === b ? [] : [{ field, before: a!, after: b! }];
  });

/** The sections of one array each, in the order of their numbers, which both have. */
async function* paired(
  before: Sections['sections'],
  after: Sections['sections'],
): AsyncGenerator<readonly [Section | undefined, Section | undefined], void, undefined> {
  const next = async (sections: Sections['sections']) => (await sections.next()).value ?? undefined;
  let [a, b] = [await next(before), await next(after)];
  while (a || b) {
    const [first, second] = [a && (!b || a.array <= b.array), b && (!a || b.array <= a.array)];
    yield [first ? a : undefined, second ? b : undefined];
    if (first) a = await next(before);
    if (second) b = await next(after);
  }
}

/** @param before, after headers, which say how codes lie in bytes */
const isSame = (before: BitstreamHeader, first: Section, after: BitstreamHeader, second: Section) =>
  before.levels === after.levels &&
  before.hiddenBits === after.hiddenBits &&
  Buffer.compare(first.payload, second.payload) === 0;

function diffArray(
  geometry: BitstreamHeader,
  before: ArrayProgram,
  after: ArrayProgram,
  layers: LayerTallies | undefined,
): ArrayDiff {
  const { array } = before;
  const { columns } = geometry;
  const [a, b] = [toldCells(geometry, before), toldCells(geometry, after)];
  const inLayer = layers?.onArray(array);
  const width = columns >> 1;
  return {
    array,
    levels: diffCells(a.levels, b.levels, columns, (cell, size) =>
      inLayer?.(Math.floor(cell / columns), cell % columns, size),
    ),
    pairs: diffCells(a.pairs, b.pairs, width, (pair, size) =>
      inLayer?.(Math.floor(pair / width), 2 * (pair % width), size),
    ),
    ...diffSettings(before.instructions, after.instructions),
  };
}

/** What is told besides values. */
function diffSettings(
  before: readonly Instruction[],
  after: readonly Instruction[],
): Pick<ArrayDiff, 'converters' | 'others'> {
  const [a, b] = [convertersOf(before), convertersOf(after)];
  const blocks = [...new Set([...a.keys(), ...b.keys()])].sort((x, y) => x - y);
  const [x, y] = [othersOf(before), othersOf(after)];
  let others = 0;
  for (const key of new Set([...x.keys(), ...y.keys()]))
    others += Math.abs((x.get(key) ?? 0) - (y.get(key) ?? 0));
  return { converters: blocks.filter((block) => !isDeepStrictEqual(a.get(block), b.get(block))), others };
}

const convertersOf = (instructions: readonly Instruction[]) =>
  new Map(instructions.flatMap((one) => (one.op === 'converter' ? [[one.block, one] as const] : [])));

/** All others by what they say, without the values of cells: how often. */
function othersOf(instructions: readonly Instruction[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { ...fields } of instructions) {
    if (fields.op === 'converter') continue;
    const told = fields.op === 'program' ? { ...fields, codes: fields.codes.length } : fields;
    const said = 'values' in told ? { ...told, values: told.values.length } : told;
    const key = JSON.stringify(said, inShort);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** Lists of numbers as one text: as fields of an object they would take a hundred times as much. */
const inShort = (_: string, value: unknown) =>
  ArrayBuffer.isView(value)
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
    : value;

const isNothing = ({ levels, pairs, converters, others }: ArrayDiff) =>
  levels.cells + pairs.cells + converters.length + others === 0;
