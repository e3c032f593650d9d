/** Every step law, in each of the ways in which it can be fitted to trains of pulses. */
import type { Figure } from '../../figures/figure.ts';
import type { Fit, Variant } from '../law.ts';
import { thinned } from '../thinned.ts';
import { compactStep } from './compact-step.ts';
import { constantStep } from './constant-step.ts';
import { exponentialStep } from './exponential-step.ts';
import { type FittedSteps, fitSteps } from './fit-steps.ts';
import { linearStep } from './linear-step.ts';
import { reachOf } from './reach.ts';
import { softBounds } from './soft-bounds.ts';
import { stepFields } from './step-fields.ts';
import { conductanceOf, type StepLaw } from './step-law.ts';
import type { Train } from './trains.ts';

const laws: readonly StepLaw[] = [constantStep, linearStep, softBounds, exponentialStep, compactStep];

export const stepVariants: readonly Variant<readonly Train[]>[] = laws.flatMap((law) =>
  law.noises.map((noise) => ({
    law: law.law,
    variant: law.noises.length > 1 ? `${noise} noise` : '',
    fit: (trains: readonly Train[], held: readonly Train[]): Fit | string => {
      const refusal = law.refuses?.(reachOf(trains));
      if (refusal !== undefined) return refusal;
      const steps = fitSteps(law, noise, trains);
      const reason = unfit(steps);
      if (reason !== undefined) return reason;
      return {
        parameters: steps.all.length,
        fields: stepFields(steps, trains.length),
        fitted: steps.fitted,
        score: () => (held.length > 0 ? steps.score(held) : undefined),
        figure: () => stepFigure(steps, trains),
      };
    },
  })),
);

/** Share of a step that may be left where pulses end, for lines through steps to be those of soft bounds where no bound is met. */
const mostLeft = 0.2;

/** Why the numbers that were found are none of this law. */
function unfit(steps: FittedSteps): string | undefined {
  const { law, numbers } = steps;
  const [up = 0, down = 0, third = 0, fourth = 0] = numbers.mean;
  if (![...numbers.mean, ...numbers.shared].every(Number.isFinite))
    return 'no maximum of the likelihood was found';
  if (law.population.fixed === undefined && (up <= 0 || down <= 0)) return 'steps have the wrong sign';
  if (numbers.ends.high <= numbers.ends.low || (law.bounds === 'soft' && numbers.ends.low < 0))
    return 'steps do not fall towards bounds';
  if (!law.own.includes('gammaUp')) return undefined;
  if (third < 0 || fourth < 0) return 'steps grow towards a bound';
  return !steps.met.upper && !steps.met.lower && Math.min(third, fourth) > 1 - mostLeft
    ? 'no device comes to a bound with a step left: these steps are those of soft bounds'
    : undefined;
}

function stepFigure({ law, numbers }: FittedSteps, trains: readonly Train[]): Figure {
  const rows = trains.flatMap(({ start, pulses }) =>
    pulses.map(({ up, count, g }, i) => {
      const before = i === 0 ? start : pulses[i - 1]!.g;
      return { up, before, step: (g - before) / count };
    }),
  );
  const { shown, note } = thinned(rows);
  const dots = (up: boolean, name: string, colour: number) => {
    const own = shown.filter((row) => row.up === up);
    return {
      name,
      colour,
      drawn: 'dots' as const,
      kind: 'measured' as const,
      x: own.map(({ before }) => before),
      y: own.map(({ step }) => step),
    };
  };
  const { ends, mean: own, shared } = numbers;
  const { step } = law.steps({ shared, own, ends });
  const states = Array.from({ length: 101 }, (_, i) => -1 + i / 50);
  const line = (up: boolean, name: string, colour: number) => ({
    name,
    colour,
    drawn: 'line' as const,
    kind: 'law' as const,
    x: states.map((w) => conductanceOf(ends, w)),
    y: states.map((w) => (step(w, up) * (ends.high - ends.low)) / 2),
  });
  return {
    name: 'steps',
    title: `Steps by conductance, and the law ${law.law}`,
    about: `${rows.length} steps of ${trains.length === 1 ? 'one device' : `${trains.length} devices`}${note}; lines: the mean device of the law`,
    uses: [],
    plot: {
      form: 'chart',
      x: { name: 'conductance before the pulse', unit: 'S' },
      y: { name: 'step', unit: 'S' },
      series: [
        dots(true, 'pulses up', 0),
        dots(false, 'pulses down', 1),
        line(true, 'law, up', 0),
        line(false, 'law, down', 1),
      ],
    },
  };
}
