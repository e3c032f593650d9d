/** The mean power of traces by frequency, beside what a law expects. */
import type { Figure } from '../../figures/figure.ts';
import { inLogBins } from '../../math/spectrum.ts';
import { meanOf } from '../../math/statistics.ts';
import type { Trace } from './traces.ts';

const perDecade = 12;

/** @param power by trace and frequency, and what the law expects of it (uS^2) */
export function traceFigure(
  traces: readonly Trace[],
  power: readonly Float64Array[],
  law: readonly Float64Array[],
): Figure {
  const [first] = traces;
  const { interval, readings } = first!;
  const alike = traces.flatMap((trace, d) =>
    trace.readings.length === readings.length && trace.interval === interval ? [d] : [],
  );
  const bins = [...power[0]!.keys()];
  const density = (of: readonly Float64Array[]) =>
    bins.map((k) => 2e-12 * interval * meanOf(alike.map((d) => of[d]![k]!)));
  const frequencies = bins.map((k) => (k + 1) / (readings.length * interval));
  const binned = inLogBins(frequencies, { measured: density(power), law: density(law) }, perDecade);
  return {
    name: 'traces',
    title: 'Spectrum of readings at a constant state, and the law',
    about: `mean periodogram of ${alike.length} devices, ${readings.length} readings each`,
    uses: [],
    plot: {
      form: 'chart',
      x: { name: 'frequency', unit: 'Hz', scale: 'log' },
      y: { name: 'spectral density', unit: 'S^2/Hz', scale: 'log' },
      series: [
        {
          name: 'readings',
          colour: 0,
          drawn: 'dots',
          kind: 'measured',
          x: binned.frequencies,
          y: binned.values.measured,
        },
        { name: 'law', colour: 1, drawn: 'line', kind: 'law', x: binned.frequencies, y: binned.values.law },
      ],
    },
  };
}
