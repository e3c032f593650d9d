/** The hidden rule's family, as the points of it that are tried: what the paper does not say of its rule, varied. */
import type { HiddenRule } from '../src/train/rules/hidden/steps.ts';

/** A rule, and whether its inputs are standardized, so that none of the first layer is 0. */
export interface FamilyMember {
  readonly rule: Pick<HiddenRule, 'maskProbability' | 'rounding' | 'learningRate'> &
    Required<Pick<HiddenRule, 'maskReach' | 'stepSize'>>;
  readonly standardized: boolean;
}

function member(rule: Partial<FamilyMember['rule']>, standardized = false): FamilyMember {
  const own = { maskProbability: 1, rounding: 'stochastic', learningRate: 3 } as const;
  return { rule: { ...own, maskReach: 'gradient', stepSize: 1, ...rule }, standardized };
}

/**
 * Probability with which a mask that reaches all writes FeCAPs about as often as the published figures say: the margin of 75 is 0.222,
 * 38 nJ 0.209 and the ratio of 38 0.180, with the 1.5 FeCAPs that a transfer writes back.
 */
const wanted = 0.21;

/** Members, the default first. Those whose mask reaches less than all write less, and may let more move. */
export const family: readonly FamilyMember[] = [
  member({}),
  ...[1, 10, 30].map((learningRate) => member({ learningRate })),
  ...[0.02, wanted].map((maskProbability) => member({ rounding: 'sign', maskProbability })),
  ...[wanted, 1].map((maskProbability) =>
    member({ rounding: 'threshold', maskProbability, learningRate: 10 }),
  ),
  member({ stepSize: 4 }),
  member({}, true),
  ...[5, 15].map((learningRate) => member({ maskReach: 'zeros', maskProbability: 0.22, learningRate })),
  member({ maskReach: 'zeros', maskProbability: 0.22, rounding: 'threshold', learningRate: 10 }),
  ...[5, 15, 30, 50].map((learningRate) => walk(wanted, learningRate)),
  // The same mean move by fewer, likelier steps.
  ...[0.05, 0.02, 0.005].map((probability) => walk(probability, 3 / probability)),
  walk(wanted, 15, true),
];

/** All synapses move where the mask lets them, on average as the gradient says. */
function walk(maskProbability: number, learningRate: number, standardized = false): FamilyMember {
  return member({ maskReach: 'all', maskProbability, learningRate }, standardized);
}

export function describeMember({ rule, standardized }: FamilyMember): string {
  const { rounding, maskReach, maskProbability, learningRate, stepSize } = rule;
  const reach = { gradient: '', zeros: ', reaches zeros', all: ', reaches all' }[maskReach];
  const rate = rounding === 'sign' ? '' : `, rate ${learningRate}`;
  const step = stepSize === 1 ? '' : `, step ${stepSize}`;
  return `${rounding}, mask ${maskProbability}${reach}${rate}${step}${standardized ? ', standardized' : ''}`;
}
