/** One instruction's words in the text form -> the instruction. Its limits are checked by findProblem afterwards. */
import type { Instruction } from '../ir/schedule.ts';
import { convertModes } from './layout.ts';
import {
  type Complain,
  parseInteger,
  parseIntegers,
  parseMask,
  parseReal,
  parseReals,
} from './parse-values.ts';

/** The fields of every instruction. */
const fieldsOf: Readonly<Record<Instruction['op'], readonly string[]>> = {
  driver: ['bits', 'vRead'],
  converter: ['block', 'bits', 'convert', 'zero', 'step'],
  form: ['row', 'mask'],
  reset: ['row', 'mask'],
  program: ['row', 'column', 'tolerance', 'codes'],
  'program-residual': [
    'row',
    'column',
    'tolerance',
    'reads',
    'scale',
    'grain',
    'distances',
    'ratios',
    'grains',
    'values',
  ],
  verify: ['row', 'column', 'count', 'tolerance'],
  'wake-up': ['row', 'cycles'],
  'write-hidden': ['row', 'pair', 'values'],
  transfer: ['pair', 'firstRow', 'endRow'],
};

/**
 * Splits `key=value` words.
 * @returns one text per field of `expected`, in its order; `undefined` after complaining
 */
export function parseFields(
  words: readonly string[],
  expected: readonly string[],
  complain: Complain,
): string[] | undefined {
  const values = new Map<string, string>();
  let good = true;
  const reject = (reason: string): void => {
    complain(reason);
    good = false;
  };
  for (const word of words) {
    const equals = word.indexOf('=');
    const key = equals < 0 ? word : word.slice(0, equals);
    if (equals < 0) reject(`'${key.slice(0, 24)}' is not of the form field=value`);
    else if (!expected.includes(key)) reject(`there is no field '${key}' here, only ${expected.join(', ')}`);
    else if (values.has(key)) reject(`the field '${key}' is given twice`);
    else values.set(key, word.slice(equals + 1));
  }
  const missing = expected.filter((key) => !values.has(key));
  if (good && missing.length > 0) reject(`the field '${missing.join("', '")}' is missing`);
  return good ? expected.map((key) => values.get(key)!) : undefined;
}

/**
 * @param op first word of the line
 * @param words the other words
 * @param columns columns of the array
 * @returns the instruction, or `undefined` after complaining
 */
export function parseInstruction(
  op: string,
  words: readonly string[],
  columns: number,
  complain: Complain,
): Instruction | undefined {
  if (!isOp(op)) {
    complain(`there is no statement '${op.slice(0, 24)}'`);
    return undefined;
  }
  const texts = parseFields(words, fieldsOf[op], complain);
  if (!texts) return undefined;
  let good = true;
  const reject: Complain = (reason) => {
    complain(`${op}: ${reason}`);
    good = false;
  };
  const text = (field: string): string => texts[fieldsOf[op].indexOf(field)]!;
  const int = (field: string): number => parseInteger(field, text(field), reject) ?? 0;
  const real = (field: string): number => parseReal(field, text(field), reject) ?? 0;
  const ints = (field: string, min: number, max: number): number[] =>
    parseIntegers(field, text(field), min, max, reject) ?? [];
  const mask = (): Uint8Array => parseMask('mask', text('mask'), columns, reject) ?? new Uint8Array(0);
  const mode = () => {
    const found = convertModes.find((m) => m === text('convert'));
    if (!found) reject(`convert: '${text('convert').slice(0, 24)}' is neither ${convertModes.join(' nor ')}`);
    return found ?? 'pair';
  };
  const instruction = ((): Instruction => {
    switch (op) {
      case 'driver':
        return { op, bits: int('bits'), vRead: real('vRead') };
      case 'converter':
        return {
          op,
          block: int('block'),
          bits: int('bits'),
          convert: mode(),
          zero: Int32Array.from(ints('zero', -(2 ** 31), 2 ** 31 - 1)),
          step: Float32Array.from(parseReals('step', text('step'), reject) ?? []),
        };
      case 'form':
      case 'reset':
        return { op, row: int('row'), mask: mask() };
      case 'program': {
        const [row, column, tolerance] = [int('row'), int('column'), real('tolerance')];
        return { op, row, column, tolerance, codes: Uint16Array.from(ints('codes', 0, 2 ** 16 - 1)) };
      }
      case 'program-residual': {
        const distances = ints('distances', -(2 ** 15), 2 ** 15 - 1);
        const ratios = parseReals('ratios', text('ratios'), reject) ?? [];
        const grains = ints('grains', 0, 2 ** 16 - 1);
        if (good && (distances.length !== ratios.length || distances.length !== grains.length))
          reject(
            `${ratios.length} ratios and ${grains.length} grains do not go with ${distances.length} distances`,
          );
        return {
          op,
          row: int('row'),
          column: int('column'),
          tolerance: real('tolerance'),
          reads: int('reads'),
          scale: real('scale'),
          grain: int('grain'),
          sources: distances.map((distance, k) => ({ distance, ratio: ratios[k]!, grain: grains[k]! })),
          values: Int16Array.from(ints('values', -(2 ** 15), 2 ** 15 - 1)),
        };
      }
      case 'verify':
        return {
          op,
          row: int('row'),
          column: int('column'),
          count: int('count'),
          tolerance: real('tolerance'),
        };
      case 'wake-up':
        return { op, row: int('row'), cycles: int('cycles') };
      case 'write-hidden': {
        const [row, pair] = [int('row'), int('pair')];
        return { op, row, pair, values: Int16Array.from(ints('values', -(2 ** 15) + 1, 2 ** 15 - 1)) };
      }
      case 'transfer':
        return { op, pair: int('pair'), firstRow: int('firstRow'), endRow: int('endRow') };
    }
  })();
  return good ? instruction : undefined;
}

function isOp(text: string): text is Instruction['op'] {
  return Object.hasOwn(fieldsOf, text);
}
