/**
 * Which effect of a target costs a compiled network how much: its chips run over the same images with all effects, with none, with
 * one alone and with all but one.
 */
import { lowerAsRecorded } from '../compile/compile.ts';
import { compiledOf } from '../compile/compiled-of.ts';
import { type Compensation, fitsAnew, usualCompensation } from '../correct/compensate.ts';
import type { Dataset } from '../data/dataset.ts';
import { defined } from '../defined.ts';
import { labelsMissing, optionInvalid } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { placeOf } from '../files/files.ts';
import { noStore } from '../files/result-store.ts';
import { version } from '../files/version.ts';
import { withFloatSums } from '../lower/float-sums.ts';
import { sumOf } from '../math/sum.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Package } from '../package/open.ts';
import { runsOf } from '../package/runs.ts';
import { unlessRefused } from '../record/refused-model.ts';
import { fedInputs, spreadSamples } from '../record/samples.ts';
import { openSession } from '../runtime/session.ts';
import { errorsOf, withoutErrors } from '../target/errors.ts';
import type { Target } from '../target/target.ts';
import { availableThreads } from '../threads/pool.ts';
import type { OnPart, Programmed } from '../tune/chips.ts';
import { gainOf, lossOf, shareOf } from '../tune/loss.ts';
import { defaultTrials, manyArrays } from '../tune/options.ts';
import { roundedInputs, roundedWeights } from '../tune/rounded.ts';
import { checkAboveChance } from '../verify/at-chance.ts';
import { addLayerNoise, type LayerNoise, layerImages } from '../verify/layers.ts';
import { percentOf } from '../verify/metrics.ts';
import type { ModelFile, VerifyOptions } from '../verify/options.ts';
import { type Plan, planVerification } from '../verify/plan.ts';
import {
  type ChipRun,
  type ImageRun,
  type ReferenceRun,
  runChip,
  runReferences,
  runStates,
} from '../verify/run-images.ts';
import { openChipsWithout, wiresAreTold } from './chips.ts';
import { causesIn, layersIn } from './layer-causes.ts';
import { raiseNoClasses } from './no-classes.ts';
import { type HowRead, readProgrammed } from './reading.ts';
import type { Cost, EffectReport, ExplainReport, Measured, WrongAnswers } from './report.ts';
import { followWrong } from './wrong-answers.ts';

/** Images used at most, where nothing else is said. */
export const defaultImages = 100;

export interface ExplainOptions
  extends Pick<VerifyOptions, 'seed' | 'images' | 'threads' | 'acceptChance' | 'scoreOutput' | 'store'> {
  /** Chips to program. Default: 2, or 1 of a package of more than 64 arrays. */
  readonly trials?: number;
  /** Seconds after programming at which chips are read. Default: right after it. */
  readonly at?: number;
  /** Default: gain and bias of all columns are fitted as the chip is read. */
  readonly compensate?: Compensation;
  /** Whether layers are compared under every effect alone. Default: of a package of at most 64 arrays. */
  readonly layers?: boolean;
  /** Called when a stage starts, and as it goes on. What it throws ends the work. */
  readonly onProgress?: (stage: string, done: number, total: number) => void;
}

/** What all runs share. */
interface Subject extends HowRead {
  readonly images: ImageRun;
  readonly references: ReferenceRun;
}

/**
 * @param model the model that the package was compiled from
 * @throws DiagnosticError as `planVerification` does, data/no-labels, and options/invalid for fewer than two images and where the
 *   scored output is no list of classes
 */
export async function explain(
  pkg: Package,
  model: ModelFile,
  dataset: Dataset,
  options: ExplainOptions = {},
): Promise<ExplainReport> {
  const start = performance.now();
  const { at = 0, compensate = usualCompensation, threads = availableThreads(), store = noStore } = options;
  const report = options.onProgress ?? (() => undefined);
  const on =
    (what: string): OnPart =>
    (part) =>
    (done, total) =>
      report(`${what}: ${part}`, done, total);
  const samples = spreadSamples(dataset, fedInputs(model.graph, model.file), dataset.length);
  const { plan, images, references } = await unlessRefused(model, samples, async () => {
    const own = await planned(pkg, model, dataset, options, report);
    const run: ImageRun = { dataset, plan: own, threads };
    const models = {
      float: { bytes: encodeModel(model.graph) },
      ideal: { bytes: encodeModel(withFloatSums(pkg.reference)) },
    };
    const onImages = (done: number, total: number) => report('floating point and integers', done, total);
    return { plan: own, images: run, references: await runReferences(run, models, onImages, store) };
  });
  const compiled = await compiledOf(pkg);
  const subject = { images, references, at, compensate };
  const sequential = compensate === 'sequential';
  const calibratedAt = fitsAnew(compensate) ? at : 0;
  const chips = openChipsWithout(compiled, pkg, { threads, calibratedAt, sequential });
  const many = compiled.mapping.arrays > manyArrays;
  const usual = many ? 1 : defaultTrials;
  const seeds = Array.from({ length: options.trials ?? usual }, (_, i) => (options.seed ?? 1) + i);
  /** All chips over all images; the layers of the first one alone, where `layers` is to hold them. */
  const runsWithout = async (
    errors: readonly string[],
    what: string,
    layers?: LayerNoise,
  ): Promise<readonly ChipRun[]> => {
    const runs: ChipRun[] = [];
    for (const [i, seed] of seeds.entries()) {
      const own = on(seeds.length > 1 ? `${what}, chip ${i + 1}` : what);
      const programmed = await chips.program(errors, seed, own);
      runs.push(
        await runsOf(pkg, 'host', () =>
          runProgrammed(subject, programmed, own, i === 0 ? layers : undefined),
        ),
      );
    }
    return runs;
  };

  const { target } = pkg.loaded;
  const errors = errorsOf(target);
  const names = errors.map(({ error }) => error);
  const acting = errors.filter(({ later }) => at > 0 || !later).map(({ error }) => error);
  const layered = options.layers ?? !many;
  const allNoise: LayerNoise | undefined = layered ? new Map() : undefined;
  const aloneNoise = new Map<string, LayerNoise>();
  const all = await runsWithout([], 'all effects', allNoise);
  const ofAll = measuredOf(all, references);
  const followed = async (): Promise<WrongAnswers> => {
    const programmed = await chips.program([], seeds[0]!, on('all effects'));
    const reading = await readProgrammed(programmed, images, subject);
    return runsOf(pkg, 'host', () =>
      followWrong(programmed.pkg, reading, all[0]!, images, references, on('all effects')),
    );
  };
  const wrong = layered ? await followed() : undefined;
  const none = await runsWithout(names, 'no effect');
  const effects: EffectReport[] = [];
  for (const effect of acting) {
    const others = names.filter((name) => name !== effect);
    const allButIt = async () =>
      costIn(references, all, await runsWithout([effect], `all but ${effect}`), 'without');
    if (!actsAlone(target, effect, others)) {
      effects.push({ effect, allBut: await allButIt() });
      continue;
    }
    const noise: LayerNoise | undefined = layered ? new Map() : undefined;
    if (noise) aloneNoise.set(effect, noise);
    const alone = costIn(references, await runsWithout(others, `only ${effect}`, noise), none, 'with');
    const layers = noise && layersIn(pkg, noise);
    const rest = isSlight(alone, ofAll) ? ({ slight: true } as const) : { allBut: await allButIt() };
    effects.push({ effect, alone, ...defined({ layers }), ...rest });
  }
  const real = await lowerAsRecorded(model, pkg.loaded, compiled.options, pkg.record);
  for (const [effect, lower] of [
    ['weight rounding', roundedWeights],
    ['input rounding', roundedInputs],
  ] as const) {
    const bytes = encodeModel(lower(real, compiled.graph));
    const run = await runChip(images, { bytes }, references, on(`only ${effect}`)('simulate'));
    const measured = measuredOf([run], references);
    effects.push({ effect, alone: { ...measured, cost: measured.loss, share: shareOf([run]) } });
  }
  const ideal = { tally: references.ideal, toFloat: references.idealNoise };
  return {
    crossloom: version,
    model: { file: model.file, sha256: model.sha256 },
    package: { folder: placeOf(pkg.files), bitstream: pkg.bitstream },
    target: { name: target.name, overrides: pkg.loaded.overrides },
    data: {
      name: dataset.name,
      path: dataset.path,
      images: plan.indices.length,
      layerImages: layered ? Math.min(layerImages, plan.indices.length) : 0,
      calibration: plan.overlap,
    },
    ...{ seeds, at, compensated: compensate },
    ...(target.wires && { wires: wiresAreTold(pkg) ? 'told' : 'solved' }),
    float: percentOf(references.float.top1!),
    integers: measuredOf([ideal], references),
    all: ofAll,
    none: measuredOf(none, references),
    effects: effects.toSorted(costliestFirst),
    ...(allNoise && { layers: causesIn(pkg, allNoise, aloneNoise) }),
    ...defined({ wrong }),
    later: names.filter((name) => !acting.includes(name)),
    duration: (performance.now() - start) / 1000,
  };
}

/** The images, on a model that is worth explaining. */
async function planned(
  pkg: Package,
  model: ModelFile,
  dataset: Dataset,
  options: ExplainOptions,
  onProgress: NonNullable<ExplainOptions['onProgress']>,
): Promise<Plan> {
  const { seed, trials, scoreOutput, at = 0, images = defaultImages } = options;
  const probe = await openSession(encodeModel(model.graph), { threads: 1 });
  const wanted = { ...defined({ seed, trials, scoreOutput }), images, at: [at], excludeCalibration: true };
  const plan = await planVerification(pkg, model, dataset, { ...wanted, onProgress }, probe);
  if (!dataset.labels) raise([labelsMissing(dataset.path)]);
  if (!plan.targets) raiseNoClasses(dataset);
  if (plan.indices.length < 2)
    raise([optionInvalid('--images', 'an interval needs two images', 'Give more images.')]);
  const onImages = (done: number, total: number) =>
    onProgress('floating point with other presets', done, total);
  if (!options.acceptChance) await checkAboveChance(model, dataset, plan, probe, onImages);
  await probe.release();
  return plan;
}

/** Share of what all effects err together below which an effect is not taken away from them. */
const slight = 0.01;

const isSlight = ({ share, cost }: Cost, all: Measured): boolean =>
  share.high < slight * all.noise && cost.points === 0;

/** Whether the effect is still there once all others are gone. */
const actsAlone = (target: Target, effect: string, others: readonly string[]): boolean =>
  errorsOf(withoutErrors(target, others)).some(({ error }) => error === effect);

/** As `verify` reads and runs a chip. */
async function runProgrammed(
  subject: Subject,
  programmed: Programmed,
  on: OnPart,
  layers: LayerNoise | undefined,
): Promise<ChipRun> {
  const { images, references } = subject;
  const reading = await readProgrammed(programmed, images, subject);
  if (layers) await addLayerNoise(programmed.pkg, reading, images, layers, on);
  return runStates(images, reading.states, references, on('simulate'));
}

type Run = Pick<ChipRun, 'tally' | 'toFloat'>;

function measuredOf(runs: readonly Run[], references: ReferenceRun): Measured {
  const top1 = sumOf(runs.map(({ tally }) => percentOf(tally.top1!))) / runs.length;
  return { top1, ...lossOf(runs, references) };
}

/**
 * What an effect costs chips `having` it, against the same chips without it.
 * @param told whose own figures are told
 */
function costIn(
  references: ReferenceRun,
  having: readonly ChipRun[],
  without: readonly ChipRun[],
  told: 'with' | 'without',
): Cost {
  return {
    ...measuredOf(told === 'with' ? having : without, references),
    cost: gainOf(having, without),
    share: shareOf(having, without),
  };
}

/** By the points that they cost alone, or are seen to cost at all; of equal ones the larger part of the error first. */
function costliestFirst(a: EffectReport, b: EffectReport): number {
  const pointsOf = ({ alone, allBut }: EffectReport) => (alone ?? allBut)!.cost.points;
  const shareIn = ({ alone, allBut }: EffectReport) => (allBut ?? alone)!.share.value;
  return pointsOf(b) - pointsOf(a) || shareIn(b) - shareIn(a);
}
