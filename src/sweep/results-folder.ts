/**
 * The folder of a sweep: what it was planned and prepared as, packages and models by their hashes, and the results of tasks. Several
 * processes, on several machines, may work in one: what they share is written once, by whoever is first.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { otherStudy, otherVersion, sweepDamaged, sweepUnreadable } from '../diagnostics/all.ts';
import { DiagnosticError, raise } from '../diagnostics/diagnostic.ts';
import { canonicalJson } from '../files/canonical-json.ts';
import { version } from '../files/version.ts';
import { writeInPlace } from '../files/write-file.ts';
import { planSchema, type SweepPlan, studyHash } from './plan.ts';

export interface ResultsFolder {
  readonly path: string;
  readonly packages: string;
  /** Folder of models. */
  readonly models: string;
  /** Path of a model by the hash of its file. */
  readonly model: (sha256: string) => string;
  readonly design: (index: number) => string;
  readonly data: (model: number) => string;
  /** Results of all tasks, or of those that one process has executed. */
  readonly tasks: string;
  readonly parts: string;
  readonly table: string;
  readonly report: string;
}

export function resultsFolder(path: string): ResultsFolder {
  return {
    path,
    packages: join(path, 'packages'),
    models: join(path, 'models'),
    model: (sha256) => join(path, 'models', `${sha256}.onnx`),
    design: (index) => join(path, 'designs', `${index}.json`),
    data: (model) => join(path, 'data', `${model}.json`),
    tasks: join(path, 'tasks.jsonl'),
    parts: join(path, 'parts'),
    table: join(path, 'table.csv'),
    report: join(path, 'report.html'),
  };
}

const studyFile = (path: string) => join(path, 'study.json');

const keptPlan = z.strictObject({ study: z.string(), plan: planSchema });

/**
 * Makes the folder, or goes on in the one of the same study.
 * @throws DiagnosticError sweep/other-study, sweep/other-version, sweep/damaged
 */
export async function openResultsFolder(path: string, plan: SweepPlan): Promise<ResultsFolder> {
  const study = studyHash(plan);
  await mkdir(path, { recursive: true });
  const kept = await pinned(studyFile(path), keptPlan, async () => ({ study, plan }), checkVersion);
  if (kept.study !== study) raise([otherStudy(path, kept.plan.title, differences(kept.plan, plan))]);
  return resultsFolder(path);
}

/** The plan of a folder. @throws DiagnosticError sweep/unreadable, sweep/other-version, sweep/damaged */
export async function planIn(path: string): Promise<SweepPlan> {
  const file = studyFile(path);
  if (!existsSync(file)) raise([sweepUnreadable(path, 'there is no study.json in it')]);
  const { study, plan } = await readPinned(file, keptPlan, checkVersion);
  if (studyHash(plan) !== study)
    raise([sweepDamaged(file, 'the plan in it is not the one that was written')]);
  return plan;
}

/** A file of another version may have another form. */
function checkVersion(file: string, value: unknown): void {
  const made = (value as { readonly plan?: { readonly crossloom?: unknown } } | null)?.plan?.crossloom;
  if (typeof made === 'string' && made !== version) raise([otherVersion(file, made, version)]);
}

/** Fields of two plans that are not the same. */
function differences(one: SweepPlan, other: SweepPlan): readonly string[] {
  const fields = Object.keys(planSchema.shape) as (keyof SweepPlan)[];
  return fields.filter((field) => canonicalJson(one[field]) !== canonicalJson(other[field]));
}

/**
 * What a file holds; where there is none, what `make` gives, or what somebody else had written by then.
 * @throws DiagnosticError sweep/damaged
 */
export async function pinned<T extends z.ZodType>(
  file: string,
  schema: T,
  make: () => Promise<z.output<T>>,
  check?: (file: string, value: unknown) => void,
): Promise<z.output<T>> {
  if (!existsSync(file)) {
    const made = Buffer.from(`${JSON.stringify(await make())}\n`);
    await mkdir(dirname(file), { recursive: true });
    await writeInPlace(file, made, false).catch((error: unknown) => {
      if (!(error instanceof DiagnosticError)) throw error;
    });
  }
  return readPinned(file, schema, check);
}

/** @throws DiagnosticError sweep/damaged */
export async function readPinned<T extends z.ZodType>(
  file: string,
  schema: T,
  check?: (file: string, value: unknown) => void,
): Promise<z.output<T>> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    raise([sweepDamaged(file, 'it is not JSON')]);
  }
  check?.(file, value);
  const result = schema.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    raise([sweepDamaged(file, `${issue!.path.join('.') || 'the file'}: ${issue!.message}`)]);
  }
  return result.data!;
}
