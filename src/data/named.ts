/** Data of several inputs, found by the names of the inputs: a source for each, and the labels beside them. */
import { readdir } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { dataInputs } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { labelNames, type NpzFile } from './npz.ts';
import { arraySource, type Source, type StoredArray } from './source.ts';

/** Where several inputs have their samples. */
export interface NamedSources {
  readonly sources: ReadonlyMap<string, Source>;
  /** An array, or the path of one. */
  readonly labels: StoredArray | string | undefined;
}

/** The arrays of an archive that are named like the inputs. Raises dataInputs, and what opening them raises. */
export async function namedArrays(file: NpzFile, inputs: readonly string[]): Promise<NamedSources> {
  const isThere = (name: string) => file.names.includes(name);
  checkFound(file.path, inputs, file.names, isThere);
  const sources = new Map<string, Source>();
  for (const name of inputs) sources.set(name, arraySource(name, await file.array(name), undefined));
  const labels = labelNames.find((name) => isThere(name) && !inputs.includes(name));
  return { sources, labels: labels === undefined ? undefined : await file.array(labels) };
}

/** A folder with a file or folder per input. */
export interface NamedFolder {
  readonly folder: string;
  readonly entries: readonly string[];
  /** The one of that name, but for what may stand behind the last dot. Raises dataInputs where there are several. */
  pathOf(name: string): string | undefined;
  /** The labels, which no input is called like. */
  labelsBeside(inputs: readonly string[]): string | undefined;
}

/** Where the name of an input has a slash, that of its file has `_`. */
export async function readNamedFolder(folder: string): Promise<NamedFolder> {
  const entries = (await readdir(folder)).sort();
  const pathOf = (name: string) => {
    const file = name.replaceAll('/', '_');
    if (entries.includes(file)) return join(folder, file);
    const [entry, other] = entries.filter((known) => parse(known).name === file);
    if (other === undefined) return entry === undefined ? undefined : join(folder, entry);
    const reason = `the samples of '${name}' may be '${entry}' or '${other}'`;
    throw new DiagnosticError([dataInputs(folder, reason)]);
  };
  return {
    folder,
    entries,
    pathOf,
    labelsBeside(inputs) {
      const names = labelNames.filter((name) => !inputs.includes(name));
      return names.map(pathOf).find((path) => path !== undefined);
    },
  };
}

/**
 * The files and folders of a folder that are named like the inputs.
 * @param open turns one of them into a source
 * Raises dataInputs, and what opening them raises.
 */
export async function namedFiles(
  { folder, entries, pathOf, labelsBeside }: NamedFolder,
  inputs: readonly string[],
  open: (path: string) => Promise<Source>,
): Promise<NamedSources> {
  checkFound(folder, inputs, entries, (input) => pathOf(input) !== undefined);
  const sources = new Map<string, Source>();
  for (const input of inputs) sources.set(input, await open(pathOf(input)!));
  return { sources, labels: labelsBeside(inputs) };
}

/** Raises dataInputs for all inputs without data. */
function checkFound(
  path: string,
  inputs: readonly string[],
  found: readonly string[],
  isFound: (input: string) => boolean,
): void {
  const without = inputs.filter((input) => !isFound(input));
  if (without.length === 0) return;
  const has = found.length === 0 ? 'nothing is there' : `there is ${quoted(found)}`;
  const reason = `the model has the inputs ${quoted(inputs)}, and there are no data for ${quoted(without)}; ${has}`;
  throw new DiagnosticError([dataInputs(path, reason)]);
}

/** Names as diagnostics list them, the first twenty. */
export function quoted(names: readonly string[]): string {
  const more = names.length > mostNames ? `, and ${names.length - mostNames} more` : '';
  return `${names
    .slice(0, mostNames)
    .map((name) => `'${name}'`)
    .join(', ')}${more}`;
}

const mostNames = 20;
