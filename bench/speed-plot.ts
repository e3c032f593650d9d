/** What a user waits for, on two kinds of processor -> a plot. */
import { findModel } from './model.ts';
import { plotIntervals } from './plot.ts';
import { describeProcessor } from './processor.ts';
import type { SpeedRow } from './speed.ts';

/** @param older the same without the newest instructions; empty where they could not be hidden */
export function plotSpeed(rows: readonly SpeedRow[], older: readonly SpeedRow[]): string {
  const waited = rows.filter(({ unit }) => unit === 's');
  const seriesOf = (name: string, own: readonly SpeedRow[]) => ({
    name,
    values: waited.map(({ what }) => {
      const row = own.find((one) => one.what === what);
      return row && { value: row.value, low: row.value, high: row.value };
    }),
  });
  const both = [seriesOf('this processor', rows), seriesOf('without AVX-512 and VNNI', older)];
  const axes = {
    title: `${findModel().label}, ${describeProcessor()}`,
    unit: 's',
    categories: waited.map(({ what }) => what.replaceAll('`', '')),
    scale: 'log',
  } as const;
  return plotIntervals(axes, older.length > 0 ? both : both.slice(0, 1));
}
