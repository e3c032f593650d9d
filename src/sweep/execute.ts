/**
 * Executes a task: programs its chip, reads it under its condition, and runs its images. Everything that only saves time, such as
 * a package that the task before had opened too, is kept with the place where tasks are executed.
 */
import type { Chip } from '../chip/chip.ts';
import { fitsAnew } from '../correct/compensate.ts';
import { correctChip } from '../correct/correct-chip.ts';
import type { Dataset } from '../data/dataset.ts';
import { openDataset } from '../data/open.ts';
import { resolvePreprocessing } from '../data/preprocessing.ts';
import { defined } from '../defined.ts';
import { dataChanged, hashMismatch, otherVersion } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { canonicalJson } from '../files/canonical-json.ts';
import { sha256File } from '../files/hash.ts';
import type { ResultStore } from '../files/result-store.ts';
import { version } from '../files/version.ts';
import { withFloatSums } from '../lower/float-sums.ts';
import { readModel } from '../onnx/decode.ts';
import { encodeModel } from '../onnx/encode.ts';
import { openPackage, type Package } from '../package/open.ts';
import { runsOf } from '../package/runs.ts';
import { programChip } from '../program.ts';
import { openSession } from '../runtime/session.ts';
import type { ModelFile, VerifyOptions } from '../verify/options.ts';
import { planVerification } from '../verify/plan.ts';
import { type ChipRun, type ImageRun, type ReferenceRun, runReferences } from '../verify/run-images.ts';
import { runTrial } from '../verify/trial.ts';
import { dataHash, labelsOf } from './data-hash.ts';
import { assemblePackage } from './package-folder.ts';
import { resultOf } from './result-of.ts';
import { type SweepResult, type SweepTask, taskKey } from './task.ts';

/** Where tasks are executed. Nothing here has a say in their results. */
export interface Place {
  /** Path of a file by its SHA-256, one of `blobsOf(task)`; it is asked for once for each package or model. */
  readonly blob: (hash: string) => Promise<string>;
  /** Folder in which packages are put together. */
  readonly packages: string;
  /** The samples: a path as `openDataset` takes it. */
  readonly data: string;
  /** Path of their labels, where these are not found by name. */
  readonly labels?: string | undefined;
  /** Bytes that a packed file, or one sample, may take. */
  readonly dataLimit?: number | undefined;
  /** Of what floating point and the integer reference make of the images. */
  readonly store?: ResultStore;
  /** Default: 1, since many tasks are executed beside each other. */
  readonly threads?: number;
  /** Stops the task between two units of its work. */
  readonly signal?: AbortSignal;
}

/** What the last task had opened, for the next one with the same key. */
interface Kept<T> {
  readonly key: string;
  readonly value: Promise<T>;
}

interface Opened {
  readonly pkg: Package;
  readonly model: ModelFile;
}

interface Prepared {
  readonly images: ImageRun;
  readonly references: ReferenceRun;
}

interface Memory {
  opened?: Kept<Opened>;
  dataset?: Kept<Dataset>;
  prepared?: Kept<Prepared>;
  chip?: Kept<Chip>;
}

const memories = new WeakMap<Place, Memory>();

/**
 * @param place the same object for all tasks that are executed there, one after the other
 * @throws DiagnosticError sweep/other-version, data/changed, package/*, bitstream/*, data/*, and what else `verify` raises
 */
export async function executeTask(task: SweepTask, place: Place): Promise<SweepResult> {
  if (task.crossloom !== version) raise([otherVersion(`task ${taskKey(task)}`, task.crossloom, version)]);
  const memory = memories.get(place) ?? {};
  memories.set(place, memory);
  const step = () => place.signal?.throwIfAborted();
  const { model, chip, conditions, images, data } = task;
  const opened = await kept(memory, 'opened', { package: task.package, model: model.file }, () =>
    openFiles(task, place),
  );
  step();
  const dataset = await kept(
    memory,
    'dataset',
    { model: model.file, preprocessing: data.preprocessing },
    () => openData(opened, task, place),
  );
  const options = optionsOf(task, place);
  const { images: run, references } = await kept(
    memory,
    'prepared',
    { package: task.package, model, images, data, noise: conditions.noise },
    () => prepare(opened, dataset, options, place),
  );
  const { plan } = run;
  const found = dataHash(plan.hashes, labelsOf(dataset, plan.indices));
  if (found !== data.sha256) raise([dataChanged(place.data, data.sha256, found)]);
  step();
  const { pkg } = opened;
  const bare = await kept(memory, 'chip', { package: task.package.sha256, chip }, () =>
    programChip(pkg, { seed: chip, calibrate: false, threads: run.threads, onArray: step }),
  );
  const condition = { at: conditions.at, wires: conditions.wires };
  const calibrated = await correctChip(pkg, bare, {
    conditions: {
      at: fitsAnew(conditions.compensate) ? conditions.at : (conditions.calibratedAt ?? 0),
      wires: conditions.wires,
    },
    correction: conditions.correction,
    sequential: conditions.compensate === 'sequential',
    threads: run.threads,
    onLayer: step,
  });
  const shared = { pkg, images: run, references, conditions: [condition], options };
  const trial = await runTrial(shared, calibrated, chip, () => step);
  return resultOf(task, plan, references, trial.runs[0] as ChipRun);
}

async function kept<K extends keyof Memory, T>(
  memory: Memory,
  name: K,
  of: unknown,
  make: () => Promise<T>,
): Promise<T> {
  const key = canonicalJson(of);
  const known = memory[name] as Kept<T> | undefined;
  if (known?.key === key) return known.value;
  const made: Kept<T> = { key, value: make() };
  Object.assign(memory, { [name]: made });
  return made.value.catch((error: unknown) => {
    if ((memory[name] as unknown) === made) delete memory[name];
    throw error;
  });
}

async function openFiles(task: SweepTask, { packages, blob }: Place): Promise<Opened> {
  const folder = await assemblePackage(task.package, packages, blob);
  const pkg = await openPackage(folder);
  if (pkg.manifest.sha256 !== task.package.sha256)
    raise([hashMismatch(folder, task.package.sha256, pkg.manifest.sha256)]);
  const file = await blob(task.model.file);
  const got = await sha256File(file);
  if (got !== task.model.file) raise([hashMismatch(file, task.model.file, got)]);
  // It holds the graph of the model that the package names, with its tensors inside.
  return { pkg, model: { ...(await readModel(file)), sha256: task.model.sha256, file } };
}

function openData({ model }: Opened, { data }: SweepTask, place: Place): Promise<Dataset> {
  const { inputs, outputs } = model.graph;
  const preprocessing = resolvePreprocessing(data.preprocessing, 'the preprocessing of the task');
  const { labels, dataLimit } = place;
  return openDataset(place.data, { inputs, outputs, preprocessing, ...defined({ labels, dataLimit }) });
}

function optionsOf(task: SweepTask, { threads = 1, signal }: Place): VerifyOptions {
  const { conditions, images, model } = task;
  const { compensate, calibratedAt, correction, noise, noiseStates } = conditions;
  return {
    ...{ images: images.of, range: { from: images.from, to: images.to } },
    ...{ compensate, correction, noise, noiseStates, layers: false, threads },
    ...defined({ calibratedAt, scoreOutput: model.output, signal }),
  };
}

async function prepare(
  { pkg, model }: Opened,
  dataset: Dataset,
  options: VerifyOptions,
  { store, threads = 1 }: Place,
): Promise<Prepared> {
  const float = encodeModel(model.graph);
  const probed = await openSession(float, { threads: 1 });
  try {
    const plan = await planVerification(pkg, model, dataset, options, probed);
    const images = { dataset, plan, threads };
    const ideal = { bytes: encodeModel(withFloatSums(pkg.reference)) };
    const run = () => runReferences(images, { float: { bytes: float }, ideal }, undefined, store);
    return { images, references: await runsOf(pkg, 'reference', run) };
  } finally {
    await probed.release();
  }
}
