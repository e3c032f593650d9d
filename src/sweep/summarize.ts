/** The results of all points -> one report. The same results give the same report, wherever and in whatever order they came. */
import { defined } from '../defined.ts';
import { formatDiagnostic } from '../diagnostics/diagnostic.ts';
import { percentOf } from '../verify/metrics.ts';
import type { Board } from './board.ts';
import { type ChipOutcome, figureOf } from './figures.ts';
import { pointsOf, type SweepPlan, studyHash } from './plan.ts';
import type { PreparedDesign } from './prepare.ts';
import type { PointReport, SweepReport } from './report.ts';

/** @param designs all of them prepared, and no result of theirs missing */
export function summarizeSweep(
  plan: SweepPlan,
  designs: readonly PreparedDesign[],
  board: Pick<Board, 'chipsOf'>,
): SweepReport {
  const share = plan.models.every(({ labelled }) => labelled) ? ('top1' as const) : ('agreement' as const);
  const points = pointsOf(plan).map(({ design, condition }, i): PointReport => {
    const { model, target, values, conditions } = plan.designs[design]!;
    const { at, wires, compensate } = conditions[condition]!;
    const { name, images } = plan.models[model]!;
    const prepared = designs[design]!;
    const chips = 'problems' in prepared ? undefined : board.chipsOf(i);
    return defined({
      ...{ model: name, target, values, at, wires, compensate, images: images.to - images.from },
      measured: chips && 'cost' in prepared ? measured(plan, chips, share, prepared.cost) : undefined,
      problem: 'problems' in prepared ? problemOf(prepared.problems) : undefined,
    });
  });
  return defined({
    ...{ crossloom: plan.crossloom, study: studyHash(plan), title: plan.title, axes: plan.axes },
    ...{ metrics: plan.metrics, share, stop: plan.stop, mostChips: plan.seeds.length, points },
  });
}

function measured(
  { metrics }: SweepPlan,
  chips: readonly ChipOutcome[],
  share: SweepReport['share'],
  cost: NonNullable<PointReport['measured']>['cost'],
): NonNullable<PointReport['measured']> {
  const figures = Object.fromEntries(
    metrics.flatMap((metric) => {
      const figure = figureOf(metric, chips);
      return figure ? [[metric, figure] as const] : [];
    }),
  );
  const flags = chips.flatMap((chip) => chip[share] ?? []);
  const [{ float, ideal }] = chips as [ChipOutcome];
  return defined({
    chips: chips.length,
    figures,
    shares: flags.length === chips.length ? flags.map(percentOf) : undefined,
    float: float && percentOf(float),
    ideal: ideal && percentOf(ideal),
    cost,
  });
}

const problemOf = ([first]: Extract<PreparedDesign, { problems: unknown }>['problems']) =>
  formatDiagnostic(first!).split('\n')[0]!;
