/**
 * Prepares what tasks are executed with: compiles designs into packages, makes models files with all of their tensors inside, and
 * hashes data. What any process prepared before is taken as it is.
 */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { compile } from '../compile/compile.ts';
import { costPackage } from '../cost/cost.ts';
import { defined } from '../defined.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { diagnosticSchema } from '../diagnostics/schema.ts';
import { together } from '../diagnostics/together.ts';
import { besideName, tidyBeside } from '../files/beside.ts';
import { hashIn } from '../files/files.ts';
import { sha256 } from '../files/hash.ts';
import { writeInPlace } from '../files/write-file.ts';
import { parseOptions } from '../ir/options.ts';
import { encodeModel } from '../onnx/encode.ts';
import { packageFiles } from '../package/manifest.ts';
import { openPackage, type Package } from '../package/open.ts';
import { writeFiles } from '../package/write.ts';
import { openSession } from '../runtime/session.ts';
import type { LoadedTarget } from '../target/target.ts';
import { checkAboveChance } from '../verify/at-chance.ts';
import { costOf } from '../verify/cost.ts';
import type { ModelFile } from '../verify/options.ts';
import { planVerification } from '../verify/plan.ts';
import { dataHash, labelsOf } from './data-hash.ts';
import type { OpenedModel } from './open-model.ts';
import { packageIn } from './package-folder.ts';
import { type Design, rangesOf, type SweepPlan } from './plan.ts';
import { pinned, type ResultsFolder, readPinned } from './results-folder.ts';
import { sweepTask } from './task.ts';

const amount = z.number().nonnegative();

const costSchema = z.strictObject({
  arrays: amount,
  chips: amount,
  conversions: amount.describe('per inference'),
  conversionEnergy: amount.describe('J per inference'),
  conversionTime: amount.describe('s per inference'),
  energy: amount.exactOptional().describe('J per inference, where the target says what its circuits take'),
  latency: amount.exactOptional().describe('s per inference'),
  area: amount.exactOptional().describe('m2 of the arrays that are used'),
});

const preparedDesign = z.union([
  z.strictObject({
    package: sweepTask.shape.package,
    model: z.string().describe('SHA-256 of the file of the model'),
    cost: costSchema,
  }),
  z.strictObject({ problems: z.array(diagnosticSchema).min(1).describe('that the compiler has with it') }),
]);

export type DesignCost = z.infer<typeof costSchema>;

/** What a design was compiled into, or why it cannot be compiled. */
export type PreparedDesign = z.infer<typeof preparedDesign>;

/** Of every range of images, in order. */
const preparedData = z.strictObject({ ranges: z.array(z.string()).min(1) });
export type PreparedData = z.infer<typeof preparedData>;

/** What was prepared; undefined where nothing was yet. */
export interface Prepared {
  /** By design. */
  readonly designs: readonly (PreparedDesign | undefined)[];
  /** By model. */
  readonly data: readonly (PreparedData | undefined)[];
}

/** What was prepared before, whoever did it. @throws DiagnosticError sweep/damaged */
export async function preparedIn(folder: ResultsFolder, plan: SweepPlan): Promise<Prepared> {
  const [designs, data] = await together(
    together(...plan.designs.map((_, i) => ifThere(folder.design(i), preparedDesign))),
    together(...plan.models.map((_, i) => ifThere(folder.data(i), preparedData))),
  );
  return { designs, data };
}

async function ifThere<T extends z.ZodType>(file: string, schema: T): Promise<z.output<T> | undefined> {
  return existsSync(file) ? readPinned(file, schema) : undefined;
}

type OnStep = (label: string, done: number, total: number) => void;

/** @throws DiagnosticError what is wrong with the samples of the calibration; what is wrong with the design is what is prepared */
export async function prepareDesign(
  folder: ResultsFolder,
  index: number,
  design: Design,
  { model, study, calibration, dataset }: OpenedModel,
  target: LoadedTarget,
  onStep: OnStep = () => undefined,
): Promise<PreparedDesign> {
  return pinned(folder.design(index), preparedDesign, async () => {
    const options = parseOptions(design.options as object, `the options of design ${index}`);
    const onProgress = (stage: string, done: number, total: number) => onStep(stage, done, total);
    try {
      const compiled = await compile(model, target, options, calibration?.of(options.calibrationSamples), {
        onProgress,
      });
      const used = study.calibrate === undefined ? undefined : dataset.preprocessing;
      const beside = await besideIn(folder.packages, `design-${index}`);
      const manifest = await writeFiles(compiled, beside, { preprocessing: used });
      const files = {
        ...manifest.files,
        [packageFiles.manifest]: await hashIn(beside, packageFiles.manifest),
      };
      const place = packageIn(folder.packages, manifest.sha256);
      await moveTo(beside, place);
      const pkg = await openPackage(place);
      return {
        package: { sha256: manifest.sha256, files },
        model: await keepModel(folder, model),
        cost: await costs(pkg),
      };
    } catch (error) {
      if (error instanceof DiagnosticError && error.diagnostics.every(({ code }) => isOfDesign(code)))
        return { problems: error.diagnostics.map((problem) => ({ ...problem, notes: [...problem.notes] })) };
      throw error;
    }
  });
}

/** What a compiler says against a combination of target and options, and would say again. */
const isOfDesign = (code: string) => /^(map|options|target|wires)\//.test(code);

async function besideIn(packages: string, name: string): Promise<string> {
  await mkdir(packages, { recursive: true });
  const place = resolve(join(packages, name));
  await tidyBeside(place);
  const beside = besideName(place, 'new');
  await mkdir(beside);
  return beside;
}

/** A package that is there already has the same files. */
async function moveTo(beside: string, place: string): Promise<void> {
  const refused = await rename(beside, place).catch((error: NodeJS.ErrnoException) => error);
  if (refused === undefined) return;
  await rm(beside, { recursive: true, force: true });
  if (!existsSync(place)) throw refused;
}

/** @returns SHA-256 of its file */
async function keepModel(folder: ResultsFolder, { graph }: ModelFile): Promise<string> {
  const bytes = encodeModel(graph);
  const hash = sha256(bytes);
  const path = folder.model(hash);
  await mkdir(join(path, '..'), { recursive: true });
  if (!existsSync(path)) await writeInPlace(path, bytes, true);
  return hash;
}

async function costs(pkg: Package): Promise<z.infer<typeof costSchema>> {
  const { arrays, chips, conversions, conversionEnergy, conversionTime } = costOf(pkg);
  const counts = { arrays, chips, conversions, conversionEnergy, conversionTime };
  if (!pkg.loaded.target.circuits) return counts;
  const { inference, area } = await costPackage(pkg, { circuits: pkg.loaded, seed: 1 });
  return { ...counts, energy: inference.energy, latency: inference.latency, area: area.used };
}

/**
 * Looks once at all images of a model: whether they can be read, and whether floating point does better than guessing.
 * @throws DiagnosticError data/* and what else `verify` says of data
 */
export async function prepareData(
  folder: ResultsFolder,
  plan: SweepPlan,
  index: number,
  { model, dataset, study }: OpenedModel,
  packageHash: string,
  onStep: OnStep = () => undefined,
): Promise<PreparedData> {
  return pinned(folder.data(index), preparedData, async () => {
    const pkg = await openPackage(packageIn(folder.packages, packageHash));
    const { images } = plan.models[index]!;
    const float = await openSession(encodeModel(model.graph), { threads: 1 });
    try {
      const { of, from, to } = images;
      const options = {
        images: of,
        range: { from, to },
        onProgress: onStep,
        ...defined({ scoreOutput: study.output }),
      };
      const planned = await planVerification(pkg, model, dataset, options, float);
      if (!study.acceptChance) await checkAboveChance(model, dataset, planned, float);
      const { hashes, indices } = planned;
      const cut = <T>(items: readonly T[], range: { readonly from: number; readonly to: number }) =>
        items.slice(range.from - from, range.to - from);
      return {
        ranges: rangesOf(plan, index).map((range) =>
          dataHash(cut(hashes, range), labelsOf(dataset, cut(indices, range))),
        ),
      };
    } finally {
      await float.release();
    }
  });
}
