/**
 * Reads a target: a bundled name or the path of a YAML file, with `field=value` overrides, into plain SI values with
 * the origin of each. Every problem of a file is reported at once, with its field, file and line.
 */
import { join } from 'node:path';
import { targetInvalid, targetNotFound } from '../diagnostics/all.ts';
import { type Diagnostic, DiagnosticError, raise } from '../diagnostics/diagnostic.ts';
import { canonicalJson } from '../files/canonical-json.ts';
import { sha256 } from '../files/hash.ts';
import { mostWritten, readText } from '../files/read-file.ts';
import { parseYaml } from '../text/yaml.ts';
import { bundledTargets, targetFolder } from './bundled.ts';
import { type CheckedTarget, checkTarget, schemeOfFile } from './check.ts';
import { type Override, readOverrides } from './overrides.ts';
import { diagnosticOf } from './place.ts';
import type { LoadedTarget, ProvenanceEntry, Target } from './target.ts';
import { leavesOf, textOf, withLeaf } from './tree.ts';

export { bundledTargets };

async function readFileOf(nameOrPath: string): Promise<{ readonly file: string; readonly text: string }> {
  const bundled = await bundledTargets();
  const inFolder = bundled.includes(nameOrPath);
  const path = inFolder ? join(targetFolder(), `${nameOrPath}.yaml`) : nameOrPath;
  const read = await readText(path, mostWritten);
  if ('text' in read) return { file: inFolder ? `${nameOrPath}.yaml` : path, text: read.text };
  throw new DiagnosticError([targetNotFound(nameOrPath, read, bundled)]);
}

/** SHA-256 of everything that the chip does: all values, but neither name nor title, nor what its circuits take. */
export function targetFingerprint(target: Target): string {
  const { name: _name, title: _title, circuits: _circuits, ...values } = target;
  return sha256(canonicalJson(values));
}

/** The text of a target file as a tree of fields, with overrides laid over it, and all that is wrong with it. */
export interface TargetFile extends CheckedTarget {
  /** What a diagnostic calls it: the path that the user gave, or the name of a bundled file. */
  readonly file: string;
  readonly tree: unknown;
  /** Line of a path, where the file has it. */
  readonly lineOf: (path: readonly string[]) => number | undefined;
  readonly overrides: readonly Override[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads and checks a target.
 * @param nameOrPath a bundled name, or the path of a target file
 * @param texts `field=value` texts such as `adc.bits=6` or `cell.gUseMax=100 uS`; the last of a field counts
 * @throws DiagnosticError where there is no such file, or it is not YAML
 */
export async function readTargetFile(nameOrPath: string, texts: readonly string[] = []): Promise<TargetFile> {
  const { file, text } = await readFileOf(nameOrPath);
  const { value: written, problems: yamlProblems, lineOf } = parseYaml(text);
  const unclear = yamlProblems.map(({ line, column, reason }) =>
    targetInvalid(`${file}:${line}`, `column ${column}`, reason),
  );
  if (written === undefined) raise(unclear);

  const { overrides, problems: flagProblems } = readOverrides(texts, schemeOfFile(written));
  const tree = overrides.reduce<unknown>(
    (root, { field, value }) =>
      withLeaf(root, field.split('.'), { value, from: 'assumed', source: 'override' }),
    written,
  );
  const { target, problems } = checkTarget(tree);
  const place = { file, lineOf, setBy: flagsOf(overrides) };
  const diagnostics = [
    ...unclear,
    ...problems.map((problem) => diagnosticOf(problem, place)),
    ...flagProblems,
  ];
  return { file, tree, lineOf, overrides, target, problems, diagnostics };
}

/** By field, the flag that sets it. */
const flagsOf = (overrides: readonly Override[]): ReadonlyMap<string, string> =>
  new Map(overrides.map(({ field, text }) => [field, `--set ${text}`]));

/**
 * Loads and checks a target.
 * @param nameOrPath a bundled name, or the path of a target file
 * @param texts overrides, as `readTargetFile` takes them
 * @throws DiagnosticError with every problem of the file and of the overrides
 */
export async function loadTarget(nameOrPath: string, texts: readonly string[] = []): Promise<LoadedTarget> {
  const { target, tree, overrides, diagnostics } = await readTargetFile(nameOrPath, texts);
  raise(diagnostics);
  const flags = flagsOf(overrides);
  const provenance = leavesOf(tree).map(({ field, value, from, source }): ProvenanceEntry => {
    const text = textOf(value);
    const flag = flags.get(field);
    return flag === undefined
      ? { field, text, from, source }
      : { field, text, from: 'override', source: flag };
  });
  return { target, provenance, fingerprint: targetFingerprint(target), overrides: texts };
}
