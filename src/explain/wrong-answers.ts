/** Images that a chip gets wrong and integers get right -> the layers behind which their answers go wrong. */
import { argmax } from '../math/argmax.ts';
import { evenlySpread } from '../math/evenly-spread.ts';
import type { Package } from '../package/open.ts';
import type { OnPart } from '../tune/chips.ts';
import type { ChipReading } from '../verify/read-chip.ts';
import type { ImageRun, ReferenceRun } from '../verify/run-images.ts';
import { openCuts } from './cuts.ts';
import type { Run } from './few-images.ts';
import type { WrongAnswers } from './report.ts';
import { turnsOf } from './turns.ts';

/** Images that are followed: each takes a run of the chip and about half a run of the reference per layer. */
const mostFollowed = 32;

/** @param run of that chip over the images */
export async function followWrong(
  pkg: Package,
  reading: Pick<ChipReading, 'chip' | 'corrections' | 'conditions'>,
  run: Pick<Run, 'tally'>,
  { dataset, plan, threads }: ImageRun,
  { ideal }: Pick<ReferenceRun, 'ideal'>,
  on: OnPart,
): Promise<WrongAnswers> {
  const wrong = plan.indices.filter((_, i) => ideal.top1![i] === 1 && run.tally.top1![i] === 0);
  const some = evenlySpread(wrong.length, mostFollowed).map((i) => wrong[i]!);
  const counts = new Map<number, number>();
  let [followed, turned] = [0, 0];
  if (some.length === 0) return { images: 0, followed, turned, layers: [] };
  const cuts = await openCuts(pkg, reading, plan, { threads, on });
  const report = on('follow wrong answers');
  report(0, some.length);
  for await (const { indices, size, feeds } of dataset.batches(some, 1, plan.inputs)) {
    const { outputs } = await cuts.follow(feeds, indices[0]!, size);
    const { first, back } = turnsOf(outputs.map((scores) => argmax(scores, 0, plan.values)));
    if (first !== undefined) counts.set(first, (counts.get(first) ?? 0) + 1);
    if (back.length > 0) turned++;
    report(++followed, some.length);
  }
  await cuts.close();
  const layers = cuts.layers.flatMap((layer, i) =>
    counts.has(i) ? [{ layer, images: counts.get(i)! }] : [],
  );
  return { images: wrong.length, followed, turned, layers };
}
