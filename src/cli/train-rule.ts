/** What the command line of `train` says of its rule: the options of each, with its defaults, and flags that it has no use for. */
import { defined } from '../defined.ts';
import { optionInvalid } from '../diagnostics/all.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { largestHidden } from '../schemes/transfer/plane.ts';
import type { Target } from '../target/target.ts';
import { defaults, parallelDefaults, tikiTakaDefaults } from '../train/defaults.ts';
import type { HiddenOptions } from '../train/rules/hidden/learner.ts';
import type { EnduranceLimits } from '../train/rules/hidden/wear.ts';
import type { PulsedOptions } from '../train/rules/pulsed-options.ts';
import type { RuleName, RuleOptions } from '../train/rules/rules.ts';

/** Flags that some rules take. */
export interface RuleFlags {
  readonly rule: RuleName;
  readonly transferEvery?: number;
  readonly maskProbability?: number;
  readonly maskReach?: NonNullable<HiddenOptions['maskReach']>;
  readonly stepSize?: number;
  readonly rounding?: HiddenOptions['rounding'];
  readonly range?: number;
  readonly longestTrain?: number;
  readonly updateBias?: PulsedOptions['updateBias'];
  readonly weightRange?: number;
  readonly fastSteps?: number;
  readonly chopEvery?: number;
  readonly symmetryPulses?: number;
  readonly learningRate?: number;
  readonly biasRate?: number;
  readonly rate?: number;
  readonly beyondEndurance?: true;
}

const pulsed = ['longestTrain', 'updateBias', 'weightRange'] as const;
const own = {
  hidden: ['transferEvery', 'maskProbability', 'maskReach', 'stepSize', 'rounding', 'range'],
  parallel: pulsed,
  'tiki-taka-2': [...pulsed, 'transferEvery', 'fastSteps', 'symmetryPulses'],
  'tiki-taka-4': [...pulsed, 'transferEvery', 'fastSteps', 'symmetryPulses', 'chopEvery'],
} as const satisfies Record<RuleName, readonly (keyof RuleFlags)[]>;

/** Flags that the rule has no use for. */
export function strangersIn(flags: RuleFlags): Diagnostic[] {
  const known: readonly string[] = own[flags.rule];
  const all: readonly (keyof RuleFlags)[] = [...new Set(Object.values(own).flat())];
  return all
    .filter((name) => flags[name] !== undefined && !known.includes(name))
    .map((name) =>
      optionInvalid(
        flagOf(name),
        `--rule ${flags.rule} has no use for it; it takes ${known.map(flagOf).join(', ')}`,
      ),
    );
}

const flagOf = (name: string) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

type Rated = RuleOptions & { readonly rate: number };

/** @throws DiagnosticError options/invalid for what the target cannot hold */
export function ruleOptions(flags: RuleFlags, target: Target): Rated {
  const { rule } = flags;
  if (rule === 'hidden') return hiddenOptions(flags, target);
  const options = parallelOptions(flags, target);
  if (rule === 'parallel') return { rule, ...options };
  const { transferEvery, fastSteps, chopEvery, symmetryPulses } = flags;
  return {
    rule,
    ...options,
    transferEvery: transferEvery ?? tikiTakaDefaults.transferEvery,
    fastSteps: fastSteps ?? tikiTakaDefaults.fastSteps,
    chopEvery: chopEvery ?? tikiTakaDefaults.chopEvery,
    symmetryPulses: symmetryPulses ?? tikiTakaDefaults.symmetryPulses[rule],
  };
}

function hiddenOptions(flags: RuleFlags, target: Target): Rated {
  const { range = defaults.range, rate = defaults.rate, maskReach, stepSize } = flags;
  const { maskProbability = defaults.maskProbability, rounding = defaults.rounding } = flags;
  const { learningRate = defaults.learningRate, biasRate = defaults.biasRate } = flags;
  const { transferEvery = defaults.transferEvery } = flags;
  const limit = target.hidden ? largestHidden(target.hidden.bits) : range;
  if (range > limit)
    raise([optionInvalid(`--range ${range}`, `hidden integers of this target are ${limit} at most`)]);
  if (stepSize !== undefined && stepSize > limit)
    raise([optionInvalid(`--step-size ${stepSize}`, `hidden integers of this target are ${limit} at most`)]);
  return {
    ...{ rate, range, maskProbability, rounding, learningRate, biasRate, transferEvery },
    ...defined({ maskReach, stepSize }),
    endurance: flags.beyondEndurance ? undefined : limitsOf(target),
  };
}

function parallelOptions(flags: RuleFlags, target: Target): PulsedOptions & { readonly rate: number } {
  const { learningRate = parallelDefaults.learningRate, weightRange } = flags;
  const { biasRate = learningRate, rate = learningRate } = flags;
  const { longestTrain = parallelDefaults.longestTrain, updateBias = parallelDefaults.updateBias } = flags;
  return {
    ...{ rate, learningRate, biasRate, longestTrain, updateBias },
    ...defined({ weightRange }),
    endurance: flags.beyondEndurance ? undefined : limitsOf(target),
  };
}

function limitsOf({ faults, hidden }: Target): EnduranceLimits {
  const ageing = hidden?.ageing;
  return {
    memristor: faults ? faults.endurance - faults.spent : Number.POSITIVE_INFINITY,
    fecap: ageing ? ageing.endurance - ageing.spent : Number.POSITIVE_INFINITY,
  };
}
