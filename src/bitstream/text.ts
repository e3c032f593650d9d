/**
 * Words of the text form <-> values: integers, reals, and lists with runs. Each parser returns `undefined` after having
 * told `complain` what is wrong.
 */

export type Complain = (reason: string) => void;

/** No list of the format is longer than an array has columns. */
const maxListLength = 65535;

const integerPattern = /^-?\d+$/;
const realPattern = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

export function parseInteger(name: string, text: string, complain: Complain): number | undefined {
  const value = integerPattern.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  complain(`${name}: '${shorten(text)}' is not an integer`);
  return undefined;
}

/** The decimal with the fewest digits that reads back as the same binary32; 9 always suffice. */
export function printReal(value: number): string {
  const stored = Math.fround(value);
  for (let digits = 1; digits < 9; digits++) {
    const decimal = Number(stored.toPrecision(digits));
    if (Math.fround(decimal) === stored) return String(decimal);
  }
  return String(Number(stored.toPrecision(9)));
}

/** The binary32 nearest to a decimal. */
export function parseReal(name: string, text: string, complain: Complain): number | undefined {
  if (realPattern.test(text)) return Math.fround(Number(text));
  complain(`${name}: '${shorten(text)}' is not a number`);
  return undefined;
}

/** `0*17` stands for 17 zeros; two of a kind are written out. */
export function printList(values: ArrayLike<number>, print: (value: number) => string = String): string {
  const items: string[] = [];
  for (let start = 0; start < values.length; ) {
    let end = start + 1;
    while (end < values.length && values[end] === values[start]) end++;
    const text = print(values[start]!);
    items.push(end - start === 1 ? text : end - start === 2 ? `${text},${text}` : `${text}*${end - start}`);
    start = end;
  }
  return items.join(',');
}

/** A list of what `parseItem` takes. */
export function parseList(
  name: string,
  text: string,
  complain: Complain,
  parseItem: typeof parseInteger,
): number[] | undefined {
  const values: number[] = [];
  for (const item of text.split(',')) {
    const star = item.indexOf('*');
    const value = parseItem(name, star < 0 ? item : item.slice(0, star), complain);
    const count = star < 0 ? 1 : parseInteger(`${name}: count of a run`, item.slice(star + 1), complain);
    if (value === undefined || count === undefined) return undefined;
    if (count < 1 || values.length + count > maxListLength) {
      complain(`${name}: '${shorten(item)}' does not leave 1 to ${maxListLength} values`);
      return undefined;
    }
    for (let k = 0; k < count; k++) values.push(value);
  }
  return values;
}

/** A list of integers from `min` to `max`. */
export function parseIntegers(
  name: string,
  text: string,
  min: number,
  max: number,
  complain: Complain,
): number[] | undefined {
  return parseList(name, text, complain, (_name, item) => {
    const value = parseInteger(name, item, complain);
    if (value === undefined || (value >= min && value <= max)) return value;
    complain(`${name}: ${value} is not an integer from ${min} to ${max}`);
    return undefined;
  });
}

/** A text as it appears in a message. */
export function shorten(text: string): string {
  return text.length > 24 ? `${text.slice(0, 24)}...` : text;
}
