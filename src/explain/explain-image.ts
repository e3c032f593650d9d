/** One image, followed through the layers of a programmed chip: what each makes of it, and behind which the answer becomes another. */
import { fitsAnew, usualCompensation } from '../correct/compensate.ts';
import type { Dataset } from '../data/dataset.ts';
import { defined } from '../defined.ts';
import { optionInvalid } from '../diagnostics/all.ts';
import { InternalError, raise } from '../diagnostics/diagnostic.ts';
import { placeOf } from '../files/files.ts';
import { version } from '../files/version.ts';
import { argmax } from '../math/argmax.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Package } from '../package/open.ts';
import { runsOf } from '../package/runs.ts';
import { programChip } from '../program.ts';
import { unlessRefused } from '../record/refused-model.ts';
import { fedInputs, spreadSamples } from '../record/samples.ts';
import { openSession } from '../runtime/session.ts';
import { availableThreads } from '../threads/pool.ts';
import type { ModelFile } from '../verify/options.ts';
import { planVerification } from '../verify/plan.ts';
import { snrOf } from '../verify/report.ts';
import { openCuts } from './cuts.ts';
import type { ClassScore, ImageReport } from './image-report.ts';
import { raiseNoClasses } from './no-classes.ts';
import type { ExplainOptions } from './options.ts';
import { readProgrammed } from './reading.ts';
import { turnsOf } from './turns.ts';

/** Classes that are told. */
const told = 5;

/**
 * @param model the model that the package was compiled from
 * @param image its number in the data, from 0
 * @throws DiagnosticError as `planVerification` does, and options/invalid for an image that is not there and where the scored output is
 *   no list of classes
 */
export async function explainImage(
  pkg: Package,
  model: ModelFile,
  dataset: Dataset,
  image: number,
  options: Pick<ExplainOptions, 'seed' | 'threads' | 'scoreOutput' | 'at' | 'compensate' | 'onProgress'> = {},
): Promise<ImageReport> {
  const start = performance.now();
  const { seed = 1, at = 0, compensate = usualCompensation, threads = availableThreads() } = options;
  const report = options.onProgress ?? (() => undefined);
  const on = (part: string) => (done: number, total: number) => report(part, done, total);
  if (image >= dataset.length)
    raise([
      optionInvalid(
        `--image ${image}`,
        `${dataset.path} has ${dataset.length} images, counted from 0`,
        `Give a number up to ${dataset.length - 1}.`,
      ),
    ]);
  const inputs = fedInputs(model.graph, model.file);
  const samples = spreadSamples(dataset, inputs, dataset.length);
  const { plan, feeds, size, id, float } = await unlessRefused(model, samples, async () => {
    const session = await openSession(encodeModel(model.graph), { threads: 1 });
    const wanted = { ...defined({ scoreOutput: options.scoreOutput }), images: 1, at: [at] };
    const own = await planVerification(pkg, model, dataset, wanted, session);
    if (own.classes === undefined) raiseNoClasses(dataset);
    for await (const batch of dataset.batches([image], 1, own.inputs)) {
      const result = (await session.run(batch.feeds, [own.output]))[own.output]!;
      await session.release();
      const scores = Float32Array.from(result.data as Float32Array).subarray(0, own.values);
      return { plan: own, feeds: batch.feeds, size: batch.size, id: batch.ids[0]!, float: scores };
    }
    throw new InternalError('explain', `no image ${image} in ${dataset.path}`);
  });
  const chip = await programChip(pkg, {
    calibrateUnder: { at: fitsAnew(compensate) ? at : 0 },
    sequential: compensate === 'sequential',
    ...{ seed, threads, onArray: on('program'), onRead: on('read'), onLayer: on('calibrate') },
  });
  const reading = await readProgrammed({ pkg, chip }, { plan, threads }, { at, compensate });
  const { layers, followed } = await runsOf(pkg, 'host', async () => {
    const cuts = await openCuts(pkg, reading, plan, { threads, on });
    report('follow', 0, 1);
    const made = await cuts.follow(feeds, image, size);
    await cuts.close();
    return { layers: cuts.layers, followed: made };
  });
  const { outputs, whole, own } = followed;
  const answers = outputs.map((scores) => argmax(scores, 0, plan.values));
  const offset = dataset.preprocessing.labelOffset;
  const named = (number: number) => ({
    class: number,
    ...defined({ name: dataset.classNames?.[number - offset] }),
  });
  const best = (scores: Float32Array): ClassScore[] =>
    [...scores.keys()]
      .sort((a, b) => scores[b]! - scores[a]! || a - b)
      .slice(0, told)
      .map((number) => ({ ...named(number), score: scores[number]! }));
  const { target, overrides } = pkg.loaded;
  const label = dataset.labels?.[image];
  return {
    crossloom: version,
    model: { file: model.file, sha256: model.sha256 },
    package: { folder: placeOf(pkg.files), bitstream: pkg.bitstream },
    target: { name: target.name, overrides },
    data: { name: dataset.name, path: dataset.path },
    ...{ seed, at, compensated: compensate },
    image: { number: image, id, ...(label !== undefined && { label: named(label + offset) }) },
    float: best(float),
    integers: best(outputs[0]!),
    chip: best(outputs.at(-1)!),
    layers: layers.map((layer, i) => ({
      layer,
      snr: snrOf(whole[i]!),
      own: snrOf(own[i]!),
      answer: answers[i + 1]!,
    })),
    ...turnsOf(answers),
    duration: (performance.now() - start) / 1000,
  };
}
