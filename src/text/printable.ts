/**
 * Text of the user's that goes to a terminal: names of nodes, labels and files can hold characters that move the cursor,
 * ring, or turn the direction of what follows, and so could fake what a run says. They are shown as JSON escapes them, which
 * leaves JSON what it means.
 */

/** C0 but line feed, DEL, C1, line and paragraph separators, marks and overrides of direction. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const controls = /[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A text of many lines. */
export function printable(text: string): string {
  return text.replace(controls, escaped);
}

/** A text that stands in one line, such as a name. */
export function printableLine(text: string): string {
  return printable(text).replace(/\n/g, escaped);
}
