/** One instruction's words in the text form -> the instruction. Its limits are checked by findProblem afterwards. */
import type { ArrayGeometry, Instruction } from '../ir/schedule.ts';
import { byOp, instructionOf, type Values } from './instructions.ts';
import type { Complain } from './text.ts';

/**
 * Splits `key=value` words.
 * @returns the text of every field of `expected`; `undefined` after complaining
 */
export function parseFields(
  words: readonly string[],
  expected: readonly string[],
  complain: Complain,
): ReadonlyMap<string, string> | undefined {
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
  return good ? values : undefined;
}

/**
 * @param op first word of the line
 * @param words the other words
 * @returns the instruction, or `undefined` after complaining
 */
export function parseInstruction(
  op: string,
  words: readonly string[],
  geometry: ArrayGeometry,
  complain: Complain,
): Instruction | undefined {
  const format = byOp.get(op);
  if (!format) {
    complain(`there is no statement '${op.slice(0, 24)}'`);
    return undefined;
  }
  const { fields } = format;
  const expected = fields.flatMap((field) => field.words);
  const texts = parseFields(words, expected, complain);
  if (!texts) return undefined;
  let good = true;
  const reject: Complain = (reason) => {
    complain(`${op}: ${reason}`);
    good = false;
  };
  const values: Values = { op };
  for (const { name, words, parse } of fields) {
    const given = words.map((word) => texts.get(word)!);
    const value = parse(given, name, geometry, reject);
    if (value !== undefined) values[name] = value;
  }
  return good ? instructionOf(values) : undefined;
}
