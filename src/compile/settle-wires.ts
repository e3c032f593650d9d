/**
 * Options and a target with wires -> what is done about these, and the integers of all layers for the part of the target that is then
 * used.
 */
import { lineLoads, overLoaded } from '../../passes/program/line-loads.ts';
import type { WireChoice } from '../ir/expected-signal.ts';
import { type CompileOptions, parseOptions } from '../ir/options.ts';
import type { LoadedTarget } from '../target/target.ts';
import type { Calibrated, Integers } from './artefacts.ts';
import { choiceOf } from './choices.ts';
import { chooseRemedy } from './choose-remedy.ts';
import type { CompileHooks } from './compiled.ts';
import { narrowTarget } from './narrow-target.ts';
import { integers, map } from './stages.ts';

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
    return { loaded, quantized: await withinLimits({ ...calibrated, options: own }) };
  }
  // Another window can mean other encodings, where these are open, and other noise, to which weights are refitted.
  const { nodes } = given.real;
  const open =
    options.weightRefit || nodes.some((n) => n.kind === 'mvm' && choiceOf(calibrated)(n).encoding === 'auto');
  const { onPass, ...unseen } = calibrated;
  const first = await integers({ ...unseen, ...(open && { options: { ...options, weightRefit: false } }) });
  const { faults, ...sound } = first;
  const { mapping } = map(sound);
  const choice = await chooseRemedy({ ...first, mapping }, whole, pool);
  const own = { options: settled(choice.taken.remedy), loaded: narrowTarget(whole, choice.taken.remedy) };
  const again = { ...calibrated, options: own.options, target: own.loaded.target };
  const quantized = await withinLimits(again, open ? undefined : { ...first, ...again });
  return { loaded: own.loaded, quantized, choice };
}

/** Integers for which no column is asked for more than its limit, where that can be had. @param known without limits */
async function withinLimits(calibrated: Calibrated & CompileHooks, known?: Integers): Promise<Integers> {
  const { onPass, ...unseen } = calibrated;
  const { target } = calibrated;
  if (!target.wires) return integers(calibrated);
  const loose = known ?? (await integers(unseen));
  const { faults, ...sound } = loose;
  const over = overLoaded(lineLoads(map(sound).mapping, target), target) > 0;
  return over || onPass ? integers({ ...calibrated, withinLimits: over }) : loose;
}
