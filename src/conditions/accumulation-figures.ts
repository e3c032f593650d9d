/**
 * 1/f noise that has accumulated since programming, on a bench: turns such a law into the spread of a reading by time, and into
 * traces and spectra of a day later, each beside its closed form.
 */
import type { Figure, Series } from '../figures/figure.ts';
import { choleskyOf, densityOf } from '../math/one-over-f.ts';
import { openStream } from '../math/random.ts';
import { folded } from '../math/spectrum.ts';
import { evenlyInLog, sigmaOfSample } from '../math/statistics.ts';
import { formatQuantity } from '../text/units.ts';
import { bandAt, covariances } from './accumulated.ts';
import type { Accumulation } from './condition.ts';
import { noiseFigures, type Recorded, samples } from './noise-figures.ts';
import { timeAfterProgramming } from './population-figures.ts';

/** Cells by time, and of a spectrum; seconds after programming at which its records begin; images of it that are folded back. */
const [cellsByTime, cells, day, images] = [1000, 32, 86_400, 200];
/** Records are short beside the time in which noise has accumulated. */
const stationary = 1 / 32;

export interface AccumulationBench {
  readonly name: string;
  readonly title: string;
  readonly uses: readonly string[];
  readonly law: Accumulation;
  /** Conductances that are looked at, and that of traces and spectra (S). */
  readonly levels: readonly number[];
  readonly level: number;
  /** Standard deviation that a factor e of time adds at a conductance, by the law itself (S). */
  readonly sigma: (g: number) => number;
}

export function accumulationFigures(bench: AccumulationBench, seed: number): Figure[] {
  const { name, title, uses, law, level } = bench;
  const draw = drawing(law, seed);
  const byTime = spreadByTime(bench, draw);
  if (bench.sigma(level) === 0) return [byTime];
  const slowest = (day * stationary) / samples;
  const fastest = Math.min(slowest, 8 * law.clock.readTime);
  const intervals = fastest === slowest ? [slowest] : evenlyInLog(fastest, slowest, 3);
  const recorded = intervals.map((interval): Recorded => {
    const times = Array.from({ length: samples }, (_, i) => day + i * interval);
    const band = { ...bandAt(law.clock, day), from: Math.max(law.clock.readTime, interval) };
    const density = (f: number) => bench.sigma(level) ** 2 * densityOf(band, f);
    return { interval, records: draw(times, interval, level, cells), law: folded(density, interval, images) };
  });
  const about = `cells at ${formatQuantity(level, 'S', 3)}, a day after programming, each reading a mean over its interval`;
  return [byTime, ...noiseFigures({ name, title, about, uses, time: 's', drawn: 'line', recorded })];
}

type Draw = (times: readonly number[], shortest: number, g: number, count: number) => Float64Array[];

/** Conductances of cells at some times (s), with the noise whose scales are longer than `shortest` (s). */
function drawing({ clock, sigma }: Accumulation, seed: number): Draw {
  const normals = openStream(seed, 'accumulation-bench', 0);
  let drawn = 0;
  return (times, shortest, g, count) => {
    const factors = choleskyOf(covariances(clock, times, shortest));
    const size = sigma(g, g);
    return Array.from({ length: count }, () => {
      normals.seek(drawn++);
      const own = times.map(() => normals.normal());
      return Float64Array.from(
        factors,
        (row, i) => g + size * row.subarray(0, i + 1).reduce((sum, factor, k) => sum + factor * own[k]!, 0),
      );
    });
  };
}

function spreadByTime({ name, title, uses, law, levels, sigma }: AccumulationBench, draw: Draw): Figure {
  const { readTime, t0 } = law.clock;
  const times = evenlyInLog(Math.max(4 * readTime, 1e-3), 1e6, 28);
  const series = levels.flatMap((g, colour): Series[] => {
    const all = draw(times, readTime, g, cellsByTime);
    const measured = times.map((_, at) => sigmaOfSample(all.map((record) => record[at]!)));
    const factor = (t: number) => Math.sqrt(Math.log((t + t0 + readTime) / (2 * readTime)));
    const common = { colour, x: times };
    return [
      { ...common, name: formatQuantity(g, 'S', 3), drawn: 'dots', kind: 'measured', y: measured },
      {
        ...common,
        name: 'closed form',
        drawn: 'line',
        kind: 'law',
        y: times.map((t) => sigma(g) * factor(t)),
      },
    ];
  });
  return {
    name,
    title,
    about: `standard deviation of one reading over ${cellsByTime} cells of each conductance, by the time since programming. Dashed: closed form`,
    uses,
    plot: {
      form: 'chart',
      x: timeAfterProgramming,
      y: { name: 'standard deviation', unit: 'S' },
      series,
    },
  };
}
