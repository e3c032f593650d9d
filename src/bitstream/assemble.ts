/** The text form of FORMAT.md -> the bytes of program.xbs. All errors of the text are found in one go. */

import { assemblySyntax } from '../diagnostics/all.ts';
import { type Diagnostic, raise } from '../diagnostics/diagnostic.ts';
import type { ArrayGeometry, ArrayProgram, BitstreamHeader, Instruction } from '../ir/schedule.ts';
import { findArrayProblem, findHeaderProblem } from './check.ts';
import { encodeBitstream } from './encode.ts';
import { findProblem } from './instructions.ts';
import { formOf, versions } from './layout.ts';
import { parseFields, parseInstruction } from './parse-instruction.ts';
import { parseInteger } from './text.ts';

const headerDirectives = ['.format', '.target', '.fingerprint', '.geometry'];
/** Of a delta alone. */
const baseDirective = '.base';
const geometryFields = ['rows', 'columns', 'levels', 'hiddenBits', 'arrays'];

/** Stands in where the header is wrong, so that the arrays are still checked for all that does not depend on it. */
const widestGeometry: ArrayGeometry = {
  rows: 65535,
  columns: 65535,
  levels: 65536,
  hiddenBits: 16,
  updates: true,
  arrays: 2 ** 32 - 1,
};

type Complain = (line: number, reason: string) => void;

interface Line {
  readonly number: number;
  readonly words: readonly string[];
}

/**
 * Assembles the text form.
 * @param text the whole text
 * @param file its name in diagnostics
 * @returns all bytes of the bitstream
 * @throws DiagnosticError assemblySyntax, one per mistake, each with its line
 */
export function assemble(text: string, file: string): Uint8Array {
  const diagnostics: Diagnostic[] = [];
  const complain: Complain = (line, reason) => {
    diagnostics.push(assemblySyntax(file, line, reason));
  };
  const lines = text.split(/\r?\n/).flatMap((line, index) => {
    const words = splitWords(line);
    return words.length > 0 ? [{ number: index + 1, words }] : [];
  });
  const firstArray = lines.findIndex((line) => line.words[0] === '.array');
  const headerLines = firstArray < 0 ? lines : lines.slice(0, firstArray);
  const lastLine = lines.at(-1)?.number ?? 1;
  const header = parseHeader(headerLines, lines[firstArray]?.number ?? lastLine, complain);
  const programs = parseArrays(
    header ?? widestGeometry,
    firstArray < 0 ? [] : lines.slice(firstArray),
    complain,
  );
  raise(diagnostics);
  return Buffer.concat([...encodeBitstream(header!, programs)]);
}

/** Words of a line without its comment; a JSON string is one word. */
function splitWords(line: string): readonly string[] {
  return (line.match(/"(?:[^"\\]|\\.)*"|#[\s\S]*|[^\s#]+/g) ?? []).filter((word) => !word.startsWith('#'));
}

function parseHeader(lines: readonly Line[], end: number, complain: Complain): BitstreamHeader | undefined {
  const found = new Map<string, Line>();
  for (const line of lines) {
    const name = line.words[0]!;
    if (!headerDirectives.includes(name) && name !== baseDirective) {
      complain(line.number, `'${name.slice(0, 24)}' cannot stand before the first .array`);
    } else if (found.has(name)) complain(line.number, `${name} is given twice`);
    else if (name !== '.geometry' && line.words.length !== 2)
      complain(line.number, `${name} takes one value`);
    found.set(name, line);
  }
  for (const name of headerDirectives.filter((directive) => !found.has(directive))) {
    complain(end, `there is no ${name} before this line`);
  }

  const format = found.get('.format');
  const base = found.get(baseDirective);
  const form = format && formOf(parseInteger('.format', format.words[1] ?? '', () => undefined) ?? 0);
  if (format && form?.delta !== (base !== undefined)) {
    const kind = base ? `with ${baseDirective}` : `without ${baseDirective}`;
    const known = versions.filter((version) => formOf(version)!.delta === (base !== undefined));
    complain(
      format.number,
      `this version of the text form is not known, only ${known.join(' and ')} ${kind}`,
    );
  }
  const targetLine = found.get('.target');
  const target = parseString(targetLine?.words[1] ?? '');
  if (targetLine && target === undefined) complain(targetLine.number, 'the target name is not a JSON string');
  const geometry = found.get('.geometry');
  if (!geometry) return undefined;
  const complainHere = (reason: string): void => complain(geometry.number, reason);
  const texts = parseFields(geometry.words.slice(1), geometryFields, complainHere);
  const values = texts && geometryFields.map((name) => parseInteger(name, texts.get(name)!, complainHere));
  if (!values || values.includes(undefined)) return undefined;
  const [rows, columns, levels, hiddenBits, arrays] = values.map(Number);
  const header = {
    // What is missing has its diagnostic already, and must not get a second one.
    target: target ?? 'missing',
    fingerprint: found.get('.fingerprint')?.words[1] ?? '0'.repeat(64),
    ...(base && { base: base.words[1] ?? '' }),
    ...(form?.updates && { updates: true as const }),
    rows: rows!,
    columns: columns!,
    levels: levels!,
    hiddenBits: hiddenBits!,
    arrays: arrays!,
  };
  const problem = findHeaderProblem(header);
  if (!problem) return header;
  const places = new Map([
    ['name length', '.target'],
    ['target', '.target'],
    ['fingerprint', '.fingerprint'],
    ['base', baseDirective],
  ]);
  const line = found.get(places.get(problem.field) ?? '.geometry');
  if (line) complain(line.number, problem.reason);
  return undefined;
}

function parseArrays(geometry: ArrayGeometry, lines: readonly Line[], complain: Complain): ArrayProgram[] {
  const programs: ArrayProgram[] = [];
  let previous = -1;
  let open: Instruction[] | undefined;
  for (const { number, words } of lines) {
    const [op, ...rest] = words as [string, ...string[]];
    const complainHere = (reason: string): void => complain(number, reason);
    if (op === '.array') {
      if (open) complainHere('the array before this line has no end');
      open = [];
      if (rest.length !== 1) complainHere('.array takes one number');
      const array = rest.length === 1 ? parseInteger('array', rest[0]!, complainHere) : undefined;
      if (array === undefined) continue;
      const problem = findArrayProblem(geometry, array, previous);
      if (problem) complainHere(problem.reason);
      else previous = array;
      programs.push({ array, instructions: open });
    } else if (!open) {
      complainHere(`'${op.slice(0, 24)}' stands outside of an array`);
    } else if (op === 'end') {
      if (rest.length > 0) complainHere('end takes no fields');
      open = undefined;
    } else {
      const instruction = parseInstruction(op, rest, geometry, complainHere);
      const problem = instruction && findProblem(geometry, instruction);
      if (problem) complainHere(`${op}: ${problem.reason}`);
      else if (instruction) open.push(instruction);
    }
  }
  if (open) complain(lines.at(-1)!.number, 'the array has no end');
  return programs;
}

function parseString(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
