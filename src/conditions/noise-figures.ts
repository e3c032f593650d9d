/**
 * Noise of cells on a bench: turns evenly sampled records of their conductance into pictures of some of them, and into their mean
 * spectrum beside its closed form.
 */
import type { Axis, Figure, Series } from '../figures/figure.ts';
import { inLogBins, spectrumOf } from '../math/spectrum.ts';
import { formatQuantity } from '../text/units.ts';

/** Samples of a record: a multiple of four, as spectra want it. */
export const samples = 256;
/** Cells whose traces are shown, and frequencies of a decade. */
const [shown, perDecade] = [3, 12];

/** Records of several cells with one interval between their samples. */
export interface Recorded {
  /** Seconds; 1 where samples are counted. */
  readonly interval: number;
  /** Conductances by cell (S). */
  readonly records: readonly Float64Array[];
  /** One-sided density as samples see it, in S^2 times the unit of the interval. */
  readonly law: (frequency: number) => number;
}

export interface NoiseBench {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly uses: readonly string[];
  /** Whether intervals are seconds or count readings. */
  readonly time: 's' | 'readings';
  readonly drawn: 'line' | 'steps';
  readonly recorded: readonly Recorded[];
}

/** Traces of the slowest of the records; spectra of all. */
export function noiseFigures({ name, title, about, uses, time, drawn, recorded }: NoiseBench): Figure[] {
  const seconds = time === 's';
  const { interval, records } = recorded.at(-1)!;
  // Steps between the same two conductances would cover each other.
  const cells = Math.min(drawn === 'steps' ? 1 : shown, records.length);
  const every = (of: number) => (seconds ? `every ${formatQuantity(of, 's', 3)}` : 'every reading');
  const x: Axis = seconds ? { name: 'time', unit: 's' } : { name: 'reading', unit: '' };
  const trace: Figure = {
    name: `${name}-trace`,
    title: `${title}: traces`,
    about: `${about}: ${cells === 1 ? 'one' : cells} of them, read ${every(interval)}`,
    uses,
    plot: {
      form: 'chart',
      x,
      y: { name: 'conductance', unit: 'S' },
      series: records.slice(0, cells).map((record, i) => ({
        name: `cell ${i + 1}`,
        drawn,
        kind: 'measured',
        x: Array.from(record, (_, sample) => sample * interval),
        y: [...record],
      })),
    },
  };
  return [
    trace,
    {
      name: `${name}-spectrum`,
      title: `${title}: spectrum`,
      about: `${about}: mean periodogram of ${records.length} cells, ${samples} readings each under a Hann window. Dashed: the law in closed form, with what is faster than half of the rate of readings folded back as they see it`,
      uses,
      plot: {
        form: 'chart',
        x: seconds
          ? { name: 'frequency', unit: 'Hz', scale: 'log' }
          : { name: 'frequency', unit: '1/reading' },
        y: { name: 'spectral density', unit: seconds ? 'S^2/Hz' : 'S^2 reading', scale: 'log' },
        series: recorded.flatMap((own, colour) => spectra(own, colour, every(own.interval))),
      },
    },
  ];
}

function spectra({ interval, records, law }: Recorded, colour: number, name: string): Series[] {
  const { frequencies, densities } = spectrumOf(records, interval);
  const binned = inLogBins(frequencies, { measured: densities, law: frequencies.map(law) }, perDecade);
  const common = { colour, x: binned.frequencies };
  return [
    { ...common, name, drawn: 'dots', kind: 'measured', y: binned.values.measured },
    { ...common, name: 'closed form', drawn: 'line', kind: 'law', y: binned.values.law },
  ];
}

/** Conductances of some cells that a state moves, sample by sample. @param movedAt of a sample: what it makes of a cell */
export function recordsOf(
  cells: readonly number[],
  g: number,
  movedAt: (sample: number) => (g: number, cell: number) => number,
): Float64Array[] {
  const records = cells.map(() => new Float64Array(samples));
  for (let sample = 0; sample < samples; sample++) {
    const move = movedAt(sample);
    for (const [i, cell] of cells.entries()) records[i]![sample] = move(g, cell);
  }
  return records;
}

/** Times of the first samples of a record, the last of them the one that is looked at (s). */
export const timesUntil = (sample: number, interval: number): number[] =>
  Array.from({ length: sample + 1 }, (_, i) => i * interval);
