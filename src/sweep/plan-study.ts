/** A study -> its plan: reads models, data, targets and options, and tells all that does not fit together at once. */
import { basename, extname } from 'node:path';
import { defined } from '../defined.ts';
import { studyInvalid, sweepTooLarge } from '../diagnostics/all.ts';
import { type Diagnostic, DiagnosticError, raise } from '../diagnostics/diagnostic.ts';
import { together } from '../diagnostics/together.ts';
import { version } from '../files/version.ts';
import {
  type CompileOptions,
  defaultTarget,
  optionsSchema,
  parseOptions,
  readOptionsFile,
} from '../ir/options.ts';
import { bundledTargets, loadTarget, readTargetFile } from '../target/load.ts';
import { readOverrides } from '../target/overrides.ts';
import type { LoadedTarget } from '../target/target.ts';
import { didYouMean } from '../text/near-names.ts';
import { checkOptions } from '../verify/check-options.ts';
import { conditionsOf } from '../verify/conditions.ts';
import { type AxisValue, axisValues, combinations } from './axes.ts';
import { type OpenedModel, openModel } from './open-model.ts';
import { countTasks, type Design, type SweepPlan } from './plan.ts';
import type { StudyFile } from './read-study.ts';
import { type Study, seedsOf } from './study.ts';
import type { Conditions, ImageRange } from './task.ts';

export interface PlannedStudy {
  readonly plan: SweepPlan;
  /** In the order of the plan. */
  readonly models: readonly OpenedModel[];
  /** By design. */
  readonly targets: readonly LoadedTarget[];
}

/** Designs and tasks of a sweep at most. */
const [mostDesigns, mostTasks] = [10_000, 1_000_000];

/** @throws DiagnosticError sweep/invalid, sweep/too-large, and what models, data, targets and options raise */
export async function planStudy(file: StudyFile, dataLimit?: number): Promise<PlannedStudy> {
  const { study, placeOf } = file;
  const [models, designs] = await together(
    together(...study.models.map((model) => openModel(file, model, dataLimit))),
    planDesigns(file),
  );
  const images = models.map(({ dataset }) => imagesOf(study, dataset.length));
  const empty = images.flatMap((range, i) =>
    range
      ? []
      : [
          studyInvalid(
            placeOf(['images']),
            `there are no such images: ${models[i]!.dataset.path} has ${models[i]!.dataset.length}, so the sweep has no tasks`,
          ),
        ],
  );
  const labelled = models.every(({ dataset }) => dataset.labels !== undefined);
  raise([...empty, ...metricProblems(file, labelled)]);
  const whole = designs.flatMap((one) =>
    models.map((_, model) => ({ ...one, design: { ...one.design, model } })),
  );
  const plan: SweepPlan = defined({
    crossloom: version,
    title: study.title ?? 'Sweep',
    axes: [...Object.keys(study.set), ...Object.keys(study.options)],
    models: models.map(({ model, dataset, study: own, calibration }, i) =>
      defined({
        name: own.name ?? basename(own.file, extname(own.file)),
        sha256: model.sha256,
        output: own.output,
        preprocessing: plainly(dataset.preprocessing),
        labelled: dataset.labels !== undefined,
        calibration: calibration?.sha256,
        images: images[i]!,
      }),
    ),
    designs: whole.map(({ design }) => design).toSorted((a, b) => a.model - b.model),
    seeds: [...seedsOf(study)],
    imagesPerTask: study.imagesPerTask,
    metrics: [
      ...(study.metrics ??
        (labelled ? (['top1', 'agreement', 'difference'] as const) : (['agreement', 'snr'] as const))),
    ],
    stop: study.stop,
  });
  const tasks = countTasks(plan);
  raise([
    ...(plan.designs.length > mostDesigns
      ? [sweepTooLarge(placeOf([]), `${plan.designs.length} designs`, mostDesigns)]
      : []),
    ...(tasks > mostTasks ? [sweepTooLarge(placeOf([]), `${tasks} tasks`, mostTasks)] : []),
  ]);
  const byModel = whole.toSorted((a, b) => a.design.model - b.design.model);
  return { plan, models, targets: byModel.map(({ loaded }) => loaded) };
}

/** Data as JSON keeps them. */
const plainly = (value: object) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>;

function imagesOf({ images }: Study, length: number): ImageRange | undefined {
  const range =
    typeof images === 'object'
      ? { of: length, from: images.from, to: Math.min(images.to, length) }
      : { of: Math.min(images ?? length, length), from: 0, to: Math.min(images ?? length, length) };
  return range.from < range.to ? range : undefined;
}

const needLabels = ['top1', 'top5', 'difference'];

function metricProblems({ study, placeOf }: StudyFile, labelled: boolean): Diagnostic[] {
  if (labelled) return [];
  const reason = 'it takes labels, and some of the data have none';
  const asked = study.metrics?.filter((metric) => needLabels.includes(metric)) ?? [];
  return [
    ...asked.map((metric) => studyInvalid(placeOf(['metrics']), `${metric}: ${reason}`)),
    ...(study.stop && needLabels.includes(study.stop.metric)
      ? [studyInvalid(placeOf(['stop', 'metric']), `${study.stop.metric}: ${reason}`)]
      : []),
  ];
}

interface PlannedDesign {
  readonly design: Omit<Design, 'model'>;
  readonly loaded: LoadedTarget;
}

/** Every target with every combination of values; the model is left open. */
async function planDesigns(file: StudyFile): Promise<readonly PlannedDesign[]> {
  const { study, placeOf, resolve } = file;
  const base = study.optionsFile === undefined ? {} : await readOptionsFile(resolve(study.optionsFile));
  if (study.optionsFile !== undefined) parseOptions(base, study.optionsFile);
  const bundled = await bundledTargets();
  const names = (study.targets ?? [base.target ?? defaultTarget]).map((name) =>
    bundled.includes(name) ? name : resolve(name),
  );
  await together(checkTargetAxes(file, names), checkOptionAxes(file));
  const fields = (axes: Study['set']) =>
    combinations(Object.fromEntries(Object.entries(axes).map(([name, axis]) => [name, axisValues(axis)])));
  const problems = new Map<string, Diagnostic>();
  const designs: PlannedDesign[] = [];
  for (const name of names)
    for (const set of fields(study.set)) {
      const texts = [
        ...(base.set ?? []),
        ...Object.entries(set).map(([field, value]) => `${field}=${value}`),
      ];
      const loaded = await unlessWrong(() => loadTarget(name, texts), problems);
      for (const problem of loaded ? readingProblems(study, loaded) : [])
        problems.set(JSON.stringify(problem), problem);
      for (const chosen of loaded ? fields(study.options) : []) {
        const given = { ...base, ...chosen, target: loaded!.target.name, set: texts };
        const options = await unlessWrong(
          async () => parseOptions(given as object, placeOf(['options'])),
          problems,
        );
        if (options)
          designs.push({ design: designOf(study, loaded!, { ...set, ...chosen }, options), loaded: loaded! });
      }
    }
  raise([...problems.values()]);
  return designs;
}

function designOf(
  study: Study,
  { target, fingerprint, overrides }: LoadedTarget,
  values: Readonly<Record<string, AxisValue>>,
  options: CompileOptions,
): Omit<Design, 'model'> {
  const { correction, noise, noiseStates, calibratedAt } = study;
  const conditions = conditionsOf(target, study.times, study.wires).flatMap((condition) =>
    study.compensate.map(
      (compensate): Conditions =>
        defined({ ...condition, compensate, calibratedAt, correction, noise, noiseStates }),
    ),
  );
  return {
    target: target.name,
    fingerprint,
    set: [...overrides],
    values: { ...values },
    options: plainly(options),
    conditions,
  };
}

function readingProblems(study: Study, { target }: LoadedTarget): Diagnostic[] {
  const { times: at, calibratedAt } = study;
  return study.compensate.flatMap((compensate) =>
    checkOptions(target, { at, compensate, ...defined({ calibratedAt }) }),
  );
}

async function unlessWrong<T>(
  work: () => Promise<T>,
  problems: Map<string, Diagnostic>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    for (const problem of error.diagnostics) problems.set(JSON.stringify(problem), problem);
    return undefined;
  }
}

/** @throws DiagnosticError for axes that name no field of a target */
async function checkTargetAxes({ study, placeOf }: StudyFile, names: readonly string[]): Promise<void> {
  const files = await together(...names.map((name) => readTargetFile(name)));
  const problems = files.flatMap(({ target }, i) =>
    Object.entries(study.set).flatMap(([field, axis]) => {
      const { problems: wrong } = readOverrides(
        [`${field}=${axisValues(axis)[0]}`],
        target?.programming.scheme,
      );
      return wrong.map(({ message, notes }) =>
        studyInvalid(placeOf(['set', field]), `target ${names[i]}: ${message}`, ...notes),
      );
    }),
  );
  raise(problems);
}

/** Options that a study says in another way, or for layers one by one. */
const noAxes = ['target', 'set', 'layers'];

async function checkOptionAxes({ study, placeOf }: StudyFile): Promise<void> {
  const twice = Object.keys(study.options).filter((name) => name in study.set);
  raise([
    ...unknownOptions(study, placeOf),
    ...twice.map((name) =>
      studyInvalid(
        placeOf(['options', name]),
        `'${name}' is an axis over targets already, and axes are told apart by name`,
      ),
    ),
  ]);
}

function unknownOptions(study: Study, placeOf: StudyFile['placeOf']): Diagnostic[] {
  const known = Object.keys(optionsSchema.shape).filter((name) => !noAxes.includes(name));
  return Object.keys(study.options).flatMap((name) => {
    if (known.includes(name)) return [];
    const reason = noAxes.includes(name)
      ? `'${name}' is no axis: a study says it by 'targets', by 'set' or in the file of 'optionsFile'`
      : `there is no option '${name}'`;
    return [studyInvalid(placeOf(['options', name]), reason, ...didYouMean(name, known))];
  });
}
