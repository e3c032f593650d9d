/**
 * Which effect of a target costs a compiled network how much: its chips run over the same images with all effects, with none, with
 * one alone and with all but one.
 */
import { lowerAsRecorded } from '../compile/compile.ts';
import { compiledOf } from '../compile/compiled-of.ts';
import { fitsAnew } from '../correct/compensate.ts';
import type { Dataset } from '../data/dataset.ts';
import { defined } from '../defined.ts';
import { placeOf } from '../files/files.ts';
import { version } from '../files/version.ts';
import type { Compiled } from '../ir/compiled.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Package } from '../package/open.ts';
import { runsOf } from '../package/runs.ts';
import { errorsOf, withoutErrors } from '../target/errors.ts';
import type { Target } from '../target/target.ts';
import type { OnPart } from '../tune/chips.ts';
import { shareOf } from '../tune/loss.ts';
import { defaultTrials, manyArrays } from '../tune/options.ts';
import { roundedInputs, roundedWeights } from '../tune/rounded.ts';
import { type LayerNoise, layerImages } from '../verify/layers.ts';
import { percentOf } from '../verify/metrics.ts';
import type { ModelFile } from '../verify/options.ts';
import { runChip } from '../verify/run-images.ts';
import { openChipsWithout, wiresAreTold } from './chips.ts';
import { costIn, costliestFirst, isSlight, measuredOf } from './costs.ts';
import { imagesOf, type Run } from './few-images.ts';
import { causesIn, layersIn } from './layer-causes.ts';
import type { ExplainOptions } from './options.ts';
import { readProgrammed } from './reading.ts';
import { weightRounding } from './remedies.ts';
import type { EffectReport, ExplainReport, WrongAnswers } from './report.ts';
import { openRuns } from './runs.ts';
import { openSubject, type Subject } from './subject.ts';
import { canBeTried, tryRemedies } from './try-remedies.ts';
import { followWrong } from './wrong-answers.ts';

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
  const report = options.onProgress ?? (() => undefined);
  const on =
    (what: string): OnPart =>
    (part) =>
    (done, total) =>
      report(`${what}: ${part}`, done, total);
  const subject = await openSubject(pkg, model, dataset, options, report);
  const { images, references, at, compensate } = subject;
  const { plan, threads } = images;
  const compiled = await compiledOf(pkg);
  const sequential = compensate === 'sequential';
  const calibratedAt = fitsAnew(compensate) ? at : 0;
  const how = { threads, calibratedAt, sequential };
  const chips = openChipsWithout(compiled, pkg, how);
  const many = compiled.mapping.arrays > manyArrays;
  const usual = many ? 1 : defaultTrials;
  const seeds = Array.from({ length: options.trials ?? usual }, (_, i) => (options.seed ?? 1) + i);
  const runsWithout = openRuns(pkg, chips, subject, seeds, on);

  const { target } = pkg.loaded;
  const errors = errorsOf(target);
  const names = errors.map(({ error }) => error);
  const acting = errors.filter(({ later }) => at > 0 || !later).map(({ error }) => error);
  const layered = options.layers ?? !many;
  const allNoise: LayerNoise | undefined = layered ? new Map() : undefined;
  const aloneNoise = new Map<string, LayerNoise>();
  const all = await runsWithout([], 'all effects', { layers: allNoise });
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
    const allButIt = async () => {
      const runs = await runsWithout([effect], `all but ${effect}`, { enough: () => true });
      return costIn(references, all, runs, 'without');
    };
    if (!actsAlone(target, effect, others)) {
      effects.push({ effect, allBut: await allButIt() });
      continue;
    }
    const noise: LayerNoise | undefined = layered ? new Map() : undefined;
    if (noise) aloneNoise.set(effect, noise);
    const costOf = (runs: readonly Run[]) => costIn(references, runs, none, 'with');
    const enough = (few: readonly Run[]) => isSlight(costOf(few), ofAll);
    const alone = costOf(await runsWithout(others, `only ${effect}`, { layers: noise, enough }));
    const layers = noise && layersIn(pkg, noise);
    const rest = isSlight(alone, ofAll) ? ({ slight: true } as const) : { allBut: await allButIt() };
    effects.push({ effect, alone, ...defined({ layers }), ...rest });
  }
  effects.push(...(await roundings(pkg, model, compiled, subject, on)));
  const ordered = effects.toSorted(costliestFirst);
  const tried = async () =>
    canBeTried(compiled) ? tryRemedies(model, compiled, subject, ordered, { ...how, seeds, all, on }) : [];
  const remedies = (options.tries ?? !many) ? await tried() : undefined;
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
    effects: ordered,
    ...defined({ tried: remedies }),
    ...(allNoise && { layers: causesIn(pkg, allNoise, aloneNoise) }),
    ...defined({ wrong }),
    later: names.filter((name) => !acting.includes(name)),
    duration: (performance.now() - start) / 1000,
  };
}

/** Whether the effect is still there once all others are gone. */
const actsAlone = (target: Target, effect: string, others: readonly string[]): boolean =>
  errorsOf(withoutErrors(target, others)).some(({ error }) => error === effect);

/** What rounding weights or inputs costs by itself, without any chip. */
async function roundings(
  pkg: Package,
  model: ModelFile,
  compiled: Compiled,
  { images, references }: Subject,
  on: (what: string) => OnPart,
): Promise<EffectReport[]> {
  const real = await lowerAsRecorded(model, pkg.loaded, compiled.options, pkg.record);
  const effects: EffectReport[] = [];
  for (const [effect, lower] of [
    [weightRounding, roundedWeights],
    ['input rounding', roundedInputs],
  ] as const) {
    const bytes = encodeModel(lower(real, compiled.graph));
    const run = await runChip(images, { bytes }, references, on(`only ${effect}`)('simulate'));
    const measured = measuredOf([run], references);
    const cost = { images: imagesOf(run), ...measured, cost: measured.loss, share: shareOf([run]) };
    effects.push({ effect, alone: cost });
  }
  return effects;
}
