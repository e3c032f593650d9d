/** What a mapping loses, and to which errors -> the ways of storing layers that are worth a look. */
import { errorsOf } from '../target/errors.ts';
import { adcErrors } from '../target/periphery.ts';
import type { Target } from '../target/target.ts';
import { wires } from '../target/wires.ts';
import { type Blame, feltErrors } from './blame.ts';
import type { Measurement } from './measure.ts';
import type { Variant, Weakness } from './variants.ts';

/** Where the mapping meets the bound, only what takes less is of use. */
export const cheaper = ({ takes }: Variant): boolean => takes === 'less';

/**
 * Where it misses the bound, only what errs less in what costs it something; all that takes as much or more where no error
 * stands out.
 */
export function moreExact(
  target: Target,
  blame: Blame,
  measured: Measurement,
): (variant: Variant) => boolean {
  const felt = new Set(feltErrors(blame, measured).flatMap((error) => weaknessOf(target, error) ?? []));
  return ({ takes, against }) =>
    takes !== 'less' && (felt.size === 0 || !against || against.some((weakness) => felt.has(weakness)));
}

/** Undefined for wires, against which nothing is done layer by layer. */
function weaknessOf(target: Target, error: string): Weakness | undefined {
  if (error === wires.name) return undefined;
  if (error.endsWith('rounding')) return 'rounding';
  if (error === adcErrors.name) return 'converters';
  const acts = errorsOf(target).find((one) => one.error === error)?.acts;
  return acts === 'settling' ? 'converters' : 'cells';
}
