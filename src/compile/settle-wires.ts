/**
 * `wireCorrection: auto` -> what is done about the wires of a target: of what the options leave open, the cheapest that is expected
 * to come within 1 dB of the same chip without wire resistance, or else of the best. Nothing is cheaper than steps of converters, and
 * these than levels, which take another solve of every array; the order of rows costs nothing, and a smaller window brings the
 * write error closer to the signal, which the estimate knows.
 */
import { defined } from '../defined.ts';
import type { Remedy, RemedyEstimate, WireChoice } from '../ir/expected-signal.ts';
import { type CompileOptions, parseOptions } from '../ir/options.ts';
import type { LoadedTarget } from '../target/target.ts';
import type { Pool } from '../threads/pool.ts';
import type { Calibrated, Integers } from './artefacts.ts';
import { choiceOf } from './choices.ts';
import type { CompileHooks } from './compiled.ts';
import { type RemedySubject, remedyEstimates } from './expect-remedies.ts';
import { narrowTarget } from './narrow-target.ts';
import { integers, map } from './stages.ts';

/** Of the window of conductances, from the whole of it on. */
const shares = [1, 0.3, 0.1, 0.05] as const;
/** What more signal is worth (dB). */
const worthwhile = 1;

/** @param whole target with wires, not narrowed by options */
export async function chooseRemedy(
  subject: RemedySubject,
  whole: LoadedTarget,
  pool: Pool,
): Promise<WireChoice> {
  const { rowOrder, window, rowsAtOnce } = subject.options;
  const tried: RemedyEstimate[] = [];
  const estimates = remedyEstimates(subject, whole, pool);
  const estimate = async (remedy: Remedy) => {
    const found = await estimates(remedy);
    tried.push(found);
    return found;
  };
  const open = window === undefined && !whole.target.hidden;
  const windows = open ? shares : [window ?? 1];
  const remedy = (wireCorrection: Remedy['wireCorrection'], share: number): Remedy => ({
    wireCorrection,
    rowOrder: rowOrder ?? (wireCorrection === 'none' ? 'given' : 'magnitude'),
    ...defined({ rowsAtOnce, window: share === 1 ? window : share }),
  });
  const choice = (taken: RemedyEstimate): WireChoice => ({ taken, tried });

  const none = await estimate(remedy('none', windows[0]!));
  const enough = none.unwired - worthwhile;
  if (none.snr >= enough) return choice(none);
  const gains = await climb(windows, 0, 1, (share) => estimate(remedy('gains', share)));
  if (gains.best.snr >= enough || whole.target.hidden) return choice(cheapest([none, gains.best]));
  // Levels that make up for more of the wires stand a wider window.
  const levels = await climb(windows, gains.at, -1, (share) => estimate(remedy('levels', share)));
  return choice(cheapest([none, gains.best, levels.best]));
}

/** The first that is hardly worse than the best. */
function cheapest(estimates: readonly [RemedyEstimate, ...RemedyEstimate[]]): RemedyEstimate {
  const best = Math.max(...estimates.map(({ snr }) => snr));
  return estimates.find(({ snr }) => snr >= best - worthwhile) ?? estimates[0];
}

/** From one window on in one direction, as long as the next is better. */
async function climb(
  windows: readonly number[],
  from: number,
  step: 1 | -1,
  estimate: (share: number) => Promise<RemedyEstimate>,
): Promise<{ readonly best: RemedyEstimate; readonly at: number }> {
  let top = { best: await estimate(windows[from]!), at: from };
  for (let at = from + step; at >= 0 && at < windows.length; at += step) {
    const next = await estimate(windows[at]!);
    if (next.snr <= top.best.snr) break;
    top = { best: next, at };
  }
  return top;
}

interface Settled {
  /** As far as the options use it. */
  readonly loaded: LoadedTarget;
  readonly quantized: Integers;
  /** Absent where options or target leave nothing open. */
  readonly choice?: WireChoice;
}

/**
 * Rounds the layers to integers, for a target of which the options use as much as is chosen here.
 * @param whole target, not narrowed by options
 */
export async function settleWires(
  given: Omit<Calibrated, 'target'> & CompileHooks,
  whole: LoadedTarget,
): Promise<Settled> {
  const loaded = narrowTarget(whole, given.options);
  const calibrated: Calibrated & CompileHooks = { ...given, target: loaded.target };
  const { options, pool } = given;
  // Parsed, fields are in the order of the schema, whichever were given.
  const settled = (chosen: Partial<CompileOptions>) => parseOptions({ ...options, ...chosen });
  if (options.wireCorrection !== 'auto' || !whole.target.wires) {
    const { wireCorrection: how, rowOrder = 'given' } = options;
    const own = settled({ rowOrder, wireCorrection: how === 'auto' ? 'none' : how });
    return { loaded, quantized: await integers({ ...calibrated, options: own }) };
  }
  // Another window can mean other encodings, where these are open, and other noise, to which weights are refitted.
  const { nodes } = given.real;
  const open =
    options.weightRefit || nodes.some((n) => n.kind === 'mvm' && choiceOf(calibrated)(n).encoding === 'auto');
  const { onPass, ...unseen } = calibrated;
  const plain = { ...unseen, options: { ...options, weightRefit: false } };
  const first = await integers(open ? plain : calibrated);
  const { faults, ...sound } = first;
  const { mapping } = map(sound);
  const choice = await chooseRemedy({ ...first, mapping }, whole, pool);
  const own = { options: settled(choice.taken.remedy), loaded: narrowTarget(whole, choice.taken.remedy) };
  const again = { ...calibrated, options: own.options, target: own.loaded.target };
  const quantized = open ? await integers(again) : { ...first, ...again };
  return { loaded: own.loaded, quantized, choice };
}
