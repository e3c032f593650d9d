/**
 * Patterns of names: `*` stands for any characters, `?` for one, and a backslash takes the next character as it is. Matching
 * goes back to the last `*` alone, so that it takes the product of both lengths at most.
 */

/** Longest pattern that options take. */
export const longestPattern = 4096;

const any = Symbol('any');
const one = Symbol('one');
type Part = string | typeof any | typeof one;

export function patternMatcher(pattern: string): (name: string) => boolean {
  const parts = partsOf(pattern);
  return (name) => matches(parts, [...name]);
}

/** A pattern that matches this name alone. */
export function patternOf(name: string): string {
  return name.replace(/[\\*?]/g, '\\$&');
}

function partsOf(pattern: string): readonly Part[] {
  const parts: Part[] = [];
  let quoted = false;
  for (const character of pattern) {
    if (!quoted && character === '\\') quoted = true;
    else {
      parts.push(quoted ? character : character === '*' ? any : character === '?' ? one : character);
      quoted = false;
    }
  }
  return quoted ? [...parts, '\\'] : parts;
}

function matches(parts: readonly Part[], name: readonly string[]): boolean {
  let [part, at] = [0, 0];
  /** The last `*`, and how far it reaches. */
  let [star, reach] = [-1, 0];
  while (at < name.length) {
    if (parts[part] === any) {
      [star, reach] = [part++, at];
    } else if (parts[part] === one || parts[part] === name[at]) {
      part++;
      at++;
    } else if (star >= 0) {
      [part, at] = [star + 1, ++reach];
    } else return false;
  }
  while (parts[part] === any) part++;
  return part === parts.length;
}
