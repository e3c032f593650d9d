/** Packages of small models for small arrays of every kind of chip. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Input } from '../input.ts';
import { runVerb } from '../verb.ts';
import { type CorpusModel, corpusModels } from './models.ts';
import { samplesFile } from './samples.ts';

export interface CorpusPackage {
  readonly target: string;
  readonly model: CorpusModel;
  readonly files: Input;
}

/** Flags that make a target small. */
export function smallTarget(name: string): string[] {
  const rows = 16;
  const sets = [`array.rows=${rows}`, `array.columns=${rows}`, `driver.rowsAtOnce=${rows}`];
  return ['--target', name, ...sets.flatMap((set) => ['--set', set])];
}

export const corpusModel = (name: string): CorpusModel => corpusModels.find((model) => model.name === name)!;

const pairs = [
  ['ideal', 'dense'],
  ['tetramem-256-6bit', 'small'],
  ['leti-fecap-130nm', 'small'],
  ['pcm-256', 'small'],
  ['cmo-hfox-130nm', 'small'],
  ['tio2-feedforward', 'small'],
] as const;

/** Those whose chips are read without noise: its graphs take onnxruntime ten times as long to open. */
export const quietTargets = ['ideal', 'tetramem-256-6bit', 'leti-fecap-130nm', 'tio2-feedforward'];

/** @param scratch folder for files, which is left as it was */
export async function compilePackages(
  scratch: string,
  targets: readonly string[] = pairs.map(([target]) => target),
): Promise<CorpusPackage[]> {
  const packages: CorpusPackage[] = [];
  for (const [target, name] of pairs.filter((pair) => targets.includes(pair[0]))) {
    const model = corpusModel(name);
    const files = await made(scratch, async (folder) => {
      await writeFile(join(folder, 'model.onnx'), model.model);
      await writeFile(join(folder, 'samples.npy'), samplesFile(model.sample));
      const place = join(folder, 'model.xbar');
      const given = ['--calibrate', join(folder, 'samples.npy'), ...smallTarget(target)];
      await runVerb(['compile', join(folder, 'model.onnx'), ...given, '-o', place]);
      return place;
    });
    packages.push({ target, model, files });
  }
  return packages;
}

/** The files of a folder that `make` fills and names, by their names in it. */
export async function made(scratch: string, make: (folder: string) => Promise<string>): Promise<Input> {
  const folder = join(scratch, 'made');
  await mkdir(folder);
  try {
    return await readFolder(await make(folder));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function readFolder(folder: string): Promise<Input> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  return new Map(
    await Promise.all(names.sort().map(async (name) => [name, await readFile(join(folder, name))] as const)),
  );
}

/** The files with a folder before their names. */
export function within(folder: string, files: Input): Input {
  return new Map([...files].map(([name, bytes]) => [`${folder}/${name}`, bytes]));
}
