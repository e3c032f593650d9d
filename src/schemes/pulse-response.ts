/**
 * Potentiation and depression on a bench: turns devices that get identical pulses, first all up, then all down, into their
 * conductance pulse by pulse, beside the closed form of the mean device.
 */
import type { Figure, Series } from '../figures/figure.ts';
import { quantileOf } from '../math/statistics.ts';

/** Devices that are looked at. */
const devices = 200;

export interface PulseResponse {
  readonly uses: readonly string[];
  /** What a pulse is, for the text. */
  readonly about: string;
  /** Pulses in each direction. */
  readonly pulses: number;
  /** A device at its lowest conductance: every call is a pulse, and gives what it conducts afterwards (S). */
  readonly open: (device: number) => (up: boolean) => number;
  /** Conductance at which devices begin, and after n pulses up and m pulses down, of the mean device (S); undefined without closed form. */
  readonly law?: (up: number, down: number) => number | undefined;
}

/** Conductances by pulse and device, rising (S). */
export function responses({ pulses, open }: PulseResponse): Float64Array[] {
  const all = Array.from({ length: 2 * pulses }, () => new Float64Array(devices));
  for (let device = 0; device < devices; device++) {
    const pulse = open(device);
    for (const [n, after] of all.entries()) after[device] = pulse(n < pulses);
  }
  return all.map((after) => after.sort());
}

export function pulseResponseFigures(bench: PulseResponse): Figure[] {
  const { uses, about, pulses, open, law } = bench;
  const sorted = responses(bench);
  const x = sorted.map((_, n) => n + 1);
  const at = (share: number) => sorted.map((after) => quantileOf(after, share));
  const one = open(0);
  const expected = x.map((n) => law?.(Math.min(n, pulses), Math.max(0, n - pulses)));
  const closedForm: Series = {
    name: 'closed form',
    drawn: 'line',
    kind: 'law',
    x,
    y: expected.map((g) => g ?? 0),
  };
  const known = expected.every((g) => g !== undefined);
  return [
    {
      name: 'potentiation-depression',
      title: 'Potentiation and depression by identical pulses',
      about: `${pulses} pulses up and as many down, ${about}: ${devices} devices from the lowest conductance, their median with a band from the 10 % to the 90 % quantile, and one of them${known ? '. Dashed: the mean device without noise, in closed form' : ''}`,
      uses,
      plot: {
        form: 'chart',
        x: { name: 'pulse', unit: '' },
        y: { name: 'conductance', unit: 'S' },
        series: [
          { name: 'median', drawn: 'line', kind: 'measured', x, y: at(0.5), low: at(0.1), high: at(0.9) },
          { name: 'one device', drawn: 'dots', kind: 'measured', x, y: x.map((n) => one(n <= pulses)) },
          ...(known ? [closedForm] : []),
        ],
      },
    },
  ];
}
