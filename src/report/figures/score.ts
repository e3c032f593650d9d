/** The figure of merit that a verification is judged by. */
import type { Axis, Series } from '../../figures/figure.ts';
import type { Scores, Spread, VerifyReport } from '../../verify/report.ts';

type Field = Exclude<keyof Scores, 'top5'>;

const fields: Readonly<Record<Field, Axis>> = {
  top1: { name: 'top-1 accuracy', unit: '%' },
  words: { name: 'right texts', unit: '%' },
  symbolErrors: { name: 'symbol errors', unit: '%' },
  rmse: { name: 'RMSE', unit: '' },
  r2: { name: 'R\u00b2', unit: '' },
  agreement: { name: 'same answer as floating point', unit: '%' },
};

export interface Score {
  readonly axis: Axis;
  readonly of: (scores: Scores) => number | undefined;
  readonly spread: (reading: { readonly [F in Field]?: Spread }) => Spread | undefined;
}

/** @returns undefined where outputs are neither classes nor texts nor values: there are ratios of signal to noise alone */
export function scoreOf({ mapped }: Pick<VerifyReport, 'mapped'>): Score | undefined {
  const field = (Object.keys(fields) as Field[]).find((name) => mapped[name] !== undefined);
  if (!field) return undefined;
  return { axis: fields[field], of: (scores) => scores[field], spread: (reading) => reading[field] };
}

/** Axis of drawn scores. Those in percent have a point of room to both sides, so that equal ones look equal. */
export function scoreAxis({ axis }: Score, series: readonly Series[]): Axis {
  if (axis.unit !== '%') return axis;
  const values = series.flatMap(({ y, low = [], high = [] }) => [...y, ...low, ...high]);
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  return { ...axis, range: [Math.max(0, Math.floor(least - 1)), Math.min(100, Math.ceil(most + 1))] };
}
