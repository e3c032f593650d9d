/**
 * What a bench shows of FeCAPs and of the transfer into memristors: turns a target's law into its P-E loop, its currents, its
 * read windows, its staircase and its endurance, each beside its closed form.
 */
import type { Figure } from '../../figures/figure.ts';
import { normalDensity } from '../../math/normal.ts';
import { evenly, evenlyInLog, histogramOf, quantileOf } from '../../math/statistics.ts';
import { levelConductance } from '../../target/cell.ts';
import type { SchemeExperiment } from '../scheme.ts';
import { resetSpread } from '../spread.ts';
import { chargeAfter } from './fecap/ageing.ts';
import { chargeShare } from './fecap/charge.ts';
import { complianceAt, lineVoltageOf } from './fecap/compliance.ts';
import { windowOf } from './fecap/sense.ts';
import { filmFigures } from './film-figures.ts';
import type { TransferProgramming } from './parameters.ts';
import { transferSpread } from './spread.ts';
import { errorSources, type StaircaseLevel, staircase } from './staircase.ts';
import { openTransferDraws, type TransferLaw, transferLawOf } from './transfer.ts';

/** As published: circuits, and transfers of every digit in each. */
const [circuits, transfers] = [33, 6];
/** The voltage at which a filament switches is no part of the model, so branches are drawn that lie on either side of it. */
function memristorIv({ programming: { access }, hidden, cell }: TransferLaw): Figure[] {
  if (!access) return [];
  const sweep = evenly(0, access.setVoltage, 76);
  const compliances = Array.from({ length: cell.levels }, (_, digit) =>
    digit === 0
      ? Number.POSITIVE_INFINITY
      : complianceAt(access, lineVoltageOf(access, cell, chargeShare(hidden) * digit)),
  );
  const series = compliances.map((compliance, digit) => {
    const g = digit === 0 ? cell.gMin : compliance / access.contactVoltage;
    const y = sweep.map((v) => Math.min(g * v, compliance));
    return {
      name: digit === 0 ? 'RESET' : `digit ${digit}`,
      drawn: 'line',
      kind: 'law',
      x: sweep,
      y,
    } as const;
  });
  return [
    {
      name: 'memristor-iv',
      title: 'Quasi-static I-V of a memristor and its transistor',
      about:
        'by the law of the compliance: after the SET of a digit the current is ohmic up to contactVoltage, and beyond it the transistor limits it. At what voltage a filament switches is not modelled',
      uses: [
        'programming.access',
        'cell.gMin',
        'cell.gUseMin',
        'cell.gUseMax',
        'hidden.film',
        'hidden.ageing',
      ],
      plot: {
        form: 'chart',
        x: { name: 'voltage', unit: 'V' },
        y: { name: 'current', unit: 'A' },
        series,
      },
    },
  ];
}

/** Windows of all FeCAPs of an array, rising (V). */
function drawnWindows({ hidden }: TransferLaw, count: number, seed: number): Float64Array {
  const { window } = openTransferDraws(seed, 0);
  return Float64Array.from({ length: count }, (_, fecap) => {
    window.seek(fecap);
    return windowOf(hidden, window.normal());
  }).sort();
}

function windowHistogram(law: TransferLaw, count: number, seed: number): Figure {
  const windows = drawnWindows(law, count, seed);
  const [low, high] = [windows[0]!, windows.at(-1)!];
  const { middles, width, shares } = histogramOf(windows, low, high, 60);
  const share = chargeShare(law.hidden);
  const [mean, sigma] = [share * law.hidden.window, share * law.hidden.windowSpread];
  const xs = evenly(low, high, 201);
  const millivolts = (volts: number) => `${(1e3 * volts).toFixed(0)} mV`;
  return {
    name: 'window-histogram',
    title: 'Read windows of FeCAPs',
    about: `${count} FeCAPs of one array: median ${millivolts(quantileOf(windows, 0.5))}, worst ${millivolts(low)}`,
    uses: ['hidden.window', 'hidden.windowSpread', 'hidden.film', 'hidden.ageing', 'hidden.writeTime'],
    plot: {
      form: 'chart',
      x: { name: 'read window', unit: 'V' },
      y: { name: 'share of FeCAPs', unit: '%' },
      series: [
        { name: 'FeCAPs', drawn: 'bars', kind: 'measured', x: middles, y: shares.map((s) => 100 * s) },
        {
          name: 'normal law',
          drawn: 'line',
          kind: 'law',
          x: xs,
          y: xs.map((x) => (100 * width * normalDensity((x - mean) / sigma)) / sigma),
        },
      ],
    },
  };
}

function staircaseFigures(law: TransferLaw, levels: readonly StaircaseLevel[]): Figure[] {
  const { cell } = law;
  const x = levels.map(({ digit }) => digit);
  const across = { name: 'digit', unit: '' };
  const uses = [
    'cell.gMin',
    'cell.gMax',
    'cell.gUseMin',
    'cell.gUseMax',
    'programming.cycleToCycle',
    'programming.resetSpread',
  ].concat(
    ['chargeSpread', 'lineNoise', 'thresholdSpread', 'senseOffset', 'film', 'ageing'].map(
      (f) => `hidden.${f}`,
    ),
  );
  const reset = resetSpread(cell, law.programming.resetSpread);
  const expected = x.map((digit) => {
    const set = transferSpread(law, levelConductance(cell, Math.abs(digit)));
    return {
      mean: Math.sign(digit) * (set.mean - reset.mean),
      sigma: Math.sqrt(set.variance + reset.variance),
    };
  });
  const about = `every digit ${transfers} times in each of ${circuits} circuits`;
  return [
    {
      name: 'transfer-staircase',
      title: 'Staircase of transfers',
      about: `${about}: mean of G+ - G-, and a band of two standard deviations either side. Dashed: the expected mean in closed form, without sign errors`,
      uses,
      plot: {
        form: 'chart',
        x: across,
        y: { name: 'G+ - G-', unit: 'S' },
        series: [
          {
            name: 'transfers',
            drawn: 'dots',
            kind: 'measured',
            x,
            y: levels.map(({ all }) => all.mean),
            low: levels.map(({ all }) => all.mean - 2 * all.sigma),
            high: levels.map(({ all }) => all.mean + 2 * all.sigma),
          },
          { name: 'closed form', drawn: 'line', kind: 'law', x, y: expected.map(({ mean }) => mean) },
        ],
      },
    },
    {
      name: 'transfer-spread',
      title: 'Spread of transfers, source by source',
      about: `${about}: standard deviation of G+ - G- with all sources of error, and with each alone. Dashed: all of them in closed form, without sign errors`,
      uses,
      plot: {
        form: 'chart',
        x: across,
        y: { name: 'standard deviation', unit: 'S' },
        series: [
          { name: 'all', drawn: 'dots', kind: 'measured', x, y: levels.map(({ all }) => all.sigma) },
          ...errorSources
            .filter((source) => source !== 'sign')
            .map((source) => ({
              name: source,
              drawn: 'line' as const,
              kind: 'measured' as const,
              x,
              y: levels.map(({ alone }) => alone[source].sigma),
            })),
          { name: 'closed form', drawn: 'line', kind: 'law', x, y: expected.map(({ sigma }) => sigma) },
        ],
      },
    },
  ];
}

function endurance(law: TransferLaw, count: number, seed: number): Figure[] {
  const { hidden } = law;
  const { ageing } = hidden;
  if (!ageing) return [];
  const cycles = evenlyInLog(1, 10 * ageing.endurance, 33);
  const at = cycles.map((n) => {
    const aged = { ...hidden, wakeUpCycles: n, ageing: { ...ageing, spent: 0 } };
    return drawnWindows({ ...law, hidden: aged }, count, seed);
  });
  const today = chargeShare(hidden) / chargeAfter(ageing, hidden.wakeUpCycles);
  return [
    {
      name: 'endurance',
      title: 'Read window against cycles',
      about: `${count} FeCAPs from their first cycle to ten times hidden.ageing.endurance (${ageing.endurance}): median, and a band from the worst to the best. Dashed: the median in closed form`,
      uses: ['hidden.window', 'hidden.windowSpread', 'hidden.film', 'hidden.ageing', 'hidden.writeTime'],
      plot: {
        form: 'chart',
        x: { name: 'cycles', unit: '', scale: 'log' },
        y: { name: 'read window', unit: 'V' },
        series: [
          {
            name: 'FeCAPs',
            drawn: 'line',
            kind: 'measured',
            x: cycles,
            y: at.map((windows) => quantileOf(windows, 0.5)),
            low: at.map((windows) => windows[0]!),
            high: at.map((windows) => windows.at(-1)!),
          },
          {
            name: 'closed form',
            drawn: 'line',
            kind: 'law',
            x: cycles,
            y: cycles.map((n) => hidden.window * today * chargeAfter({ ...ageing, spent: 0 }, n)),
          },
        ],
      },
    },
  ];
}

export const transferExperiments: Readonly<Record<string, SchemeExperiment<TransferProgramming>>> = {
  film: (target) => (target.hidden?.film ? filmFigures(target.hidden.film) : []),
  'memristor-iv': (target) => memristorIv(transferLawOf(target)),
  windows: (target, { seed }) => {
    const law = transferLawOf(target);
    const count = target.array.rows * law.hidden.fecapsPerLine;
    return [windowHistogram(law, count, seed), ...endurance(law, count, seed)];
  },
  transfers: (target, { seed }) => {
    const law = transferLawOf(target);
    const levels = staircase(law, target.array.columns, { circuits, transfers, seed });
    return staircaseFigures(law, levels);
  },
};
