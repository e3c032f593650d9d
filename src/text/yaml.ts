/** YAML text -> plain data, and the line of every part of it, in time that grows with the length of the text alone. */
import { isScalar, LineCounter, parseDocument, visit } from 'yaml';

export interface YamlProblem {
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

export interface Yaml {
  /** undefined where there are problems. */
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
  const problems = document.errors.slice(0, problemsKept).map((e) => at(e.pos[0], e.message));
  let aliases = 0;
  visit(document, {
    Alias(_, { range }) {
      if (++aliases === mostAliases + 1)
        problems.push(at(range?.[0] ?? 0, `more than ${mostAliases} aliases; write it out`));
    },
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value) && problems.length < problemsKept)
          problems.push(at(key.range?.[0] ?? 0, `the field '${String(key.value)}' is there twice`));
        seen.add(key.value);
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
  return { value, problems, lineOf };
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
