/**
 * Words of the text form -> values: integers, reals, lists with runs, masks. Each parser returns `undefined` after
 * having told `complain` what is wrong.
 */
import { maskBytesOf } from './layout.ts';

export type Complain = (reason: string) => void;

/** No list of the format is longer than an array has columns. */
const maxListLength = 65535;

const integerPattern = /^-?\d+$/;
const realPattern = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

export function parseInteger(field: string, text: string, complain: Complain): number | undefined {
  const value = integerPattern.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  complain(`${field}: '${shorten(text)}' is not an integer`);
  return undefined;
}

/** The binary32 nearest to a decimal. */
export function parseReal(field: string, text: string, complain: Complain): number | undefined {
  if (realPattern.test(text)) return Math.fround(Number(text));
  complain(`${field}: '${shorten(text)}' is not a number`);
  return undefined;
}

/** A list of integers from `min` to `max`. */
export function parseIntegers(
  field: string,
  text: string,
  min: number,
  max: number,
  complain: Complain,
): number[] | undefined {
  return parseList(field, text, complain, (item) => {
    const value = parseInteger(field, item, complain);
    if (value === undefined || (value >= min && value <= max)) return value;
    complain(`${field}: ${value} is not an integer from ${min} to ${max}`);
    return undefined;
  });
}

/** A list of reals. */
export function parseReals(field: string, text: string, complain: Complain): number[] | undefined {
  return parseList(field, text, complain, (item) => parseReal(field, item, complain));
}

function parseList(
  field: string,
  text: string,
  complain: Complain,
  parseItem: (item: string) => number | undefined,
): number[] | undefined {
  const values: number[] = [];
  for (const item of text.split(',')) {
    const star = item.indexOf('*');
    const value = parseItem(star < 0 ? item : item.slice(0, star));
    const count = star < 0 ? 1 : parseInteger(`${field}: count of a run`, item.slice(star + 1), complain);
    if (value === undefined || count === undefined) return undefined;
    if (count < 1 || values.length + count > maxListLength) {
      complain(`${field}: '${shorten(item)}' does not leave 1 to ${maxListLength} values`);
      return undefined;
    }
    for (let k = 0; k < count; k++) values.push(value);
  }
  return values;
}

/** Column ranges -> a mask with one bit per column. */
export function parseMask(
  field: string,
  text: string,
  columns: number,
  complain: Complain,
): Uint8Array | undefined {
  const mask = new Uint8Array(maskBytesOf(columns));
  if (text === 'none') return mask;
  let next = 0;
  for (const range of text.split(',')) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(range);
    const first = Number(match?.[1]);
    const last = Number(match?.[2] ?? match?.[1]);
    if (!(first >= next && last >= first && last < columns)) {
      complain(`${field}: '${shorten(range)}' is not an ascending range of columns from 0 to ${columns - 1}`);
      return undefined;
    }
    for (let column = first; column <= last; column++) mask[column >> 3]! |= 1 << (column & 7);
    next = last + 1;
  }
  return mask;
}

function shorten(text: string): string {
  return text.length > 24 ? `${text.slice(0, 24)}...` : text;
}
