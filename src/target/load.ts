/**
 * Reads a target: a bundled name or the path of a YAML file, with `field=value` overrides, into plain SI values with
 * the origin of each. Every problem of a file is reported at once, with its field, file and line.
 */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { optionInvalid, targetInvalid, targetNotFound } from '../diagnostics/all.ts';
import { type Diagnostic, DiagnosticError, raise } from '../diagnostics/diagnostic.ts';
import { canonicalJson } from '../files/canonical-json.ts';
import { sha256 } from '../files/hash.ts';
import { installRoot } from '../files/install-root.ts';
import { mostWritten, readText } from '../files/read-file.ts';
import { type Scheme, schemes } from '../schemes/models.ts';
import { didYouMean } from '../text/near-names.ts';
import { parseYaml } from '../text/yaml.ts';
import { checkTargetFile } from './check.ts';
import { targetFields } from './schema.ts';
import type { LoadedTarget, ProvenanceEntry, Target } from './target.ts';

type Tree = Record<string, unknown>;

const targetFolder = (): string => join(installRoot(), 'targets');

/** Names of the targets that come with Crossloom, sorted. */
export async function bundledTargets(): Promise<string[]> {
  const files = await readdir(targetFolder());
  return files
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort();
}

async function readFileOf(nameOrPath: string): Promise<{ readonly file: string; readonly text: string }> {
  const bundled = await bundledTargets();
  const inFolder = bundled.includes(nameOrPath);
  const path = inFolder ? join(targetFolder(), `${nameOrPath}.yaml`) : nameOrPath;
  const read = await readText(path, mostWritten);
  if ('text' in read) return { file: inFolder ? `${nameOrPath}.yaml` : path, text: read.text };
  throw new DiagnosticError([targetNotFound(nameOrPath, read, bundled)]);
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value below `path`, or undefined. */
function at(root: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (node, key) => (isTree(node) && Object.hasOwn(node, key) ? node[key] : undefined),
    root,
  );
}

/** A copy of `root` in which the leaf at `path` has another value. */
function withValue(root: unknown, path: readonly string[], value: unknown): Tree {
  const tree = isTree(root) ? root : {};
  const [key, ...rest] = path;
  if (key === undefined) return { from: 'assumed', source: 'override', ...tree, value };
  return { ...tree, [key]: withValue(at(tree, [key]), rest, value) };
}

interface Override {
  /** As the user wrote it. */
  readonly text: string;
  readonly field: string;
  readonly value: string | number | readonly number[];
}

/** The value that a text stands for: a number, a list of numbers such as `[0.1, 0.02]`, else the text itself. */
function readValue(written: string): Override['value'] {
  const listed = /^\[(.*)\]$/
    .exec(written)?.[1]
    ?.split(',')
    .map((item) => (item.trim() === '' ? Number.NaN : Number(item)));
  if (listed && !listed.some(Number.isNaN)) return listed;
  const number = Number(written);
  return Number.isNaN(number) ? written : number;
}

/** Reads `field=value` texts; fields must exist in a target with this scheme. */
function readOverrides(texts: readonly string[], scheme: Scheme): readonly Override[] {
  const fields = targetFields(scheme).map(({ field }) => field);
  const problems: Diagnostic[] = [];
  const overrides = texts.flatMap((text): readonly Override[] => {
    const refuse = (reason: string, ...notes: readonly string[]) => {
      problems.push(optionInvalid(`--set ${text}`, reason, ...notes));
      return [];
    };
    const equals = text.indexOf('=');
    const field = text.slice(0, Math.max(equals, 0)).trim();
    const written = text.slice(equals + 1).trim();
    if (equals <= 0 || written === '')
      return refuse('this is not FIELD=VALUE', "Write it such as '--set adc.bits=6'.");
    if (field === 'programming.scheme') {
      const note = 'The scheme decides which other fields exist: write a target file of your own.';
      return refuse('the scheme of programming cannot be overridden', note);
    }
    if (!fields.includes(field)) {
      const note = '`crossloom targets show NAME` lists the fields of a target.';
      return refuse(`the target has no field '${field}'`, ...didYouMean(field, fields), note);
    }
    return [{ text, field, value: readValue(written) }];
  });
  raise(problems);
  return overrides;
}

function provenanceOf(root: unknown, path: readonly string[] = []): readonly ProvenanceEntry[] {
  if (!isTree(root)) return [];
  if (Object.hasOwn(root, 'value')) {
    const { value, from, source } = root as { value: unknown; from: ProvenanceEntry['from']; source: string };
    const text = Array.isArray(value) ? value.join(', ') : String(value);
    return [{ field: path.join('.'), text, from, source: source.trim() }];
  }
  return Object.entries(root).flatMap(([key, inner]) => provenanceOf(inner, [...path, key]));
}

/** SHA-256 of everything that the chip does: all values, but neither name nor title. */
export function targetFingerprint(target: Target): string {
  const { name: _name, title: _title, ...values } = target;
  return sha256(canonicalJson(values));
}

/**
 * Loads and checks a target.
 * @param nameOrPath a bundled name, or the path of a target file
 * @param overrides `field=value` texts such as `adc.bits=6` or `cell.gUseMax=100 uS`; the last of a field counts
 * @throws DiagnosticError with every problem of the file, or else of the overrides
 */
export async function loadTarget(
  nameOrPath: string,
  overrides: readonly string[] = [],
): Promise<LoadedTarget> {
  const { file, text } = await readFileOf(nameOrPath);
  const { value: written, problems, lineOf } = parseYaml(text);
  raise(
    problems.map(({ line, column, reason }) =>
      targetInvalid(`${file}:${line}`, `column ${column}`, `this is not YAML: ${reason}`),
    ),
  );

  const schemeText = at(written, ['programming', 'scheme', 'value']);
  const scheme = schemes().find((name) => name === schemeText);
  const applied = scheme === undefined ? [] : readOverrides(overrides, scheme);
  const tree = applied.reduce<unknown>((root, o) => withValue(root, o.field.split('.'), o.value), written);
  const setBy = new Map(applied.map((o) => [o.field, `--set ${o.text}`]));
  const target = checkTargetFile(tree, scheme, { file, lineOf, setBy });

  const provenance = provenanceOf(tree).map((entry): ProvenanceEntry => {
    const flag = setBy.get(entry.field);
    return flag === undefined ? entry : { ...entry, from: 'override', source: flag };
  });
  return { target, provenance, fingerprint: targetFingerprint(target), overrides };
}
