/** YAML text -> plain data, and the line of every part of it, in time that grows with the length of the text alone. */
import { isScalar, LineCounter, parseDocument, visit, type YAMLError } from 'yaml';

export interface YamlProblem {
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

export interface Yaml {
  /** undefined where the text has no structure; of fields that are there twice the last. */
  readonly value: unknown;
  readonly problems: readonly YamlProblem[];
  /** Line of a part, by keys from the outermost on; undefined where there is none. */
  readonly lineOf: (path: readonly string[]) => number | undefined;
}

/** Of a text without any structure, each character could be a problem. */
const problemsKept = 20;

/** Each is looked up from the start of the text. */
const mostAliases = 100;

export function parseYaml(text: string): Yaml {
  const lines = new LineCounter();
  // Keys are compared below: the parser compares each with all others, and prints the text around every error.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const at = (offset: number, reason: string): YamlProblem => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col, reason };
  };
  const problems = document.errors
    .filter(({ pos }, i, all) => pos[0] !== all[i - 1]?.pos[0])
    .slice(0, problemsKept)
    .map((e) => at(e.pos[0], `this is not YAML: ${inPlainWords(e)}`));
  const twice: YamlProblem[] = [];
  let aliases = 0;
  visit(document, {
    Alias(_, { range }) {
      if (++aliases === mostAliases + 1)
        problems.push(at(range?.[0] ?? 0, `more than ${mostAliases} aliases; write it out`));
    },
    Map(_, { items }) {
      const seen = new Map<unknown, number>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const offset = key.range?.[0] ?? 0;
        const first = seen.get(key.value);
        if (first === undefined) seen.set(key.value, lines.linePos(offset).line);
        else if (twice.length < problemsKept)
          twice.push(at(offset, `the field '${String(key.value)}' is there twice, first in line ${first}`));
      }
    },
  });
  const value = problems.length === 0 ? plainOf(document, problems) : undefined;
  const lineOf = (path: readonly string[]) => {
    const node: unknown = document.getIn(path, true);
    const start =
      typeof node === 'object' && node !== null && 'range' in node ? (node.range as unknown) : undefined;
    return Array.isArray(start) ? lines.linePos(Number(start[0])).line : undefined;
  };
  return { value, problems: [...problems, ...twice], lineOf };
}

const noField =
  'this is no `field: value`: the colon is missing, or the space behind it, or a line is indented too far';

/** What people do wrong, by the parser's name for it; other messages are the parser's own. */
const plainWords: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab stands in the indentation; use spaces',
  BLOCK_AS_IMPLICIT_KEY:
    'there is a second `: `, or the next line is indented too far; a text with `: ` in it stands in quotes',
  MULTILINE_IMPLICIT_KEY: noField,
  BAD_SCALAR_START: 'a text that begins with this character stands in quotes',
  MULTIPLE_DOCS: 'a second document begins here, and a file has one',
};

/** The same for names that stand for several things. */
const plainMessages: readonly (readonly [RegExp, string])[] = [
  [/^Implicit map keys need/, noField],
  [/^All mapping items/, 'the fields of a group begin at the same column, and this one does not'],
  [/^Flow (map|sequence)/, 'a bracket is not closed, or what stands in it is indented too little'],
  [/^Missing closing/, 'the closing quote is missing'],
];

function inPlainWords({ code, message }: YAMLError): string {
  return plainWords[code] ?? plainMessages.find(([pattern]) => pattern.test(message))?.[1] ?? message;
}

/** Aliases are resolved here: to nothing, too many times, or to what they stand in. */
function plainOf(document: ReturnType<typeof parseDocument>, problems: YamlProblem[]): unknown {
  try {
    const value: unknown = document.toJS();
    JSON.stringify(value);
    return value;
  } catch (error) {
    const message = error instanceof Error ? error.message.split('\n')[0]! : String(error);
    const reason = message.startsWith('Converting circular') ? 'a part of it contains itself' : message;
    problems.push({ line: 1, column: 1, reason });
    return undefined;
  }
}
