/**
 * What a bench shows of denoising: turns a target into the errors of one device's staircase, and into the currents of cells and their
 * spectra, each as cells are written and once they are denoised.
 */
import { writtenSpectrum } from '../../conditions/traps/spectrum.ts';
import type { Figure } from '../../figures/figure.ts';
import { openStream } from '../../math/random.ts';
import { evenly, evenlyInLog, histogramOf } from '../../math/statistics.ts';
import { shapingFields } from '../programmed-experiments.ts';
import type { ProgrammedTarget, SchemeExperiment } from '../scheme.ts';
import { newOutcome } from '../scheme.ts';
import { openDenoise } from './cells.ts';
import { weakAmplitudes, writeDenoised } from './denoised-write.ts';
import { type Bench, type Device, openDevice, readDevice } from './device.ts';
import type { DenoiseProgramming } from './parameters.ts';
import { climb, type Step, undenoised } from './staircase.ts';

type Target = ProgrammedTarget<DenoiseProgramming>;

/** Every so many levels one is drawn. */
const drawnEvery = 4;
const ways = ['without denoising', 'denoised'] as const;

function staircaseFigures(target: Target, seed: number): Figure[] {
  const runs = [climb(undenoised(target), seed), climb(target, seed)] as const;
  const { tolerance } = target.programming;
  const failing = (steps: readonly Step[]) =>
    steps.filter(({ worst }) => Math.abs(worst) >= tolerance).length;
  const told = runs.map((steps, i) => `${ways[i]!} ${failing(steps)}`).join(', ');
  const uses = [
    'cell.levels',
    'cell.gMin',
    'cell.gMax',
    'cell.gUseMin',
    'cell.gUseMax',
    ...shapingFields(target),
    'traps',
  ];
  const about = `every level of one device in turn, each read 64 times long after one another: the reading that lies farthest off. Of ${runs[0].length} levels fail by programming.tolerance: ${told}`;
  const most = Math.max(...runs.flat().map(({ worst }) => Math.abs(worst)));
  return [
    {
      name: 'level-errors',
      title: 'Staircase of one device: error of every level',
      about: `${about}. Drawn is one level of ${drawnEvery}`,
      uses,
      plot: {
        form: 'chart',
        x: { name: 'conductance of the level', unit: 'S' },
        y: { name: 'worst reading minus level', unit: 'S' },
        series: runs.map((steps, i) => {
          const drawn = steps.filter((_, code) => code % drawnEvery === 0);
          return {
            name: ways[i]!,
            drawn: 'dots',
            kind: 'measured',
            x: drawn.map(({ level }) => level),
            y: drawn.map(({ worst }) => worst),
          } as const;
        }),
      },
    },
    {
      name: 'level-error-histogram',
      title: 'Staircase of one device: how large the errors are',
      about,
      uses,
      plot: {
        form: 'chart',
        x: { name: 'worst reading minus level', unit: 'S' },
        y: { name: 'share of levels', unit: '%' },
        series: runs.map((steps, i) => {
          const reach = Math.min(most, 4 * tolerance);
          const { middles, shares } = histogramOf(
            steps.map(({ worst }) => Math.max(-reach, Math.min(reach, worst))),
            -reach,
            reach,
            81,
          );
          const y = shares.map((share) => 100 * share);
          return { name: ways[i]!, drawn: 'steps', kind: 'measured', x: middles, y } as const;
        }),
      },
    },
  ];
}

/** Cells whose spectra are averaged, and samples of each. */
const [cells, samples] = [2000, 512];

function tracesOf(target: Target, seed: number) {
  const { programming: law, cell, traps } = target;
  const open = (effect: string) => openStream(seed, effect, 0);
  const draws = {
    traps: open('traps'),
    trapEvents: open('trap-events'),
    readNoise: open('read-noise'),
    cycleToCycle: open('cycle-to-cycle'),
    reset: open('restart'),
  };
  const bench: Bench = { law, traps, cells, draws };
  const level = (cell.gUseMin + cell.gUseMax) / 2;
  const { vRead } = target.driver;
  const trace = (device: Device) =>
    Float64Array.from({ length: samples }, () => vRead * readDevice(bench, device, law.look.interval));
  const amplitudes = weakAmplitudes(law);
  return Array.from({ length: cells }, (_, index) => {
    for (const stream of [draws.trapEvents, draws.readNoise, draws.cycleToCycle, draws.reset])
      stream.seek(index);
    const device = openDevice(bench, { cell: index, g: level, word: 0, gain: 1, window: cell });
    const written = trace(device);
    writeDenoised(bench, device, amplitudes, { level, tolerance: law.tolerance }, newOutcome());
    return [written, trace(device)] as const;
  });
}

const spreadOf = (trace: Float64Array) => {
  const mean = trace.reduce((sum, i) => sum + i, 0) / trace.length;
  return trace.reduce((sum, i) => sum + (i - mean) ** 2, 0);
};

function noiseFigures(target: Target, seed: number): Figure[] {
  const { programming: law, driver } = target;
  const { interval } = law.look;
  const traces = tracesOf(target, seed);
  const loudest = traces.reduce((most, own) => (spreadOf(own[0]) > spreadOf(most[0]) ? own : most));
  const uses = [...shapingFields(target), 'traps', 'driver.vRead', 'cell.gUseMin', 'cell.gUseMax'];
  const level = (target.cell.gUseMin + target.cell.gUseMax) / 2;
  const times = Array.from({ length: samples }, (_, i) => i * interval);
  // Whole periods within a trace, so that its mean is in none of them.
  const bins = [...new Set(evenlyInLog(1, samples / 2 - 1, 24).map(Math.round))];
  const frequencies = bins.map((bin) => bin / (samples * interval));
  const spectra = [0, 1].map((way) =>
    bins.map((bin) => {
      const angle = (2 * Math.PI * bin) / samples;
      const turns = Array.from({ length: samples }, (_, i) => [Math.cos(angle * i), Math.sin(angle * i)]);
      const power = traces.reduce((sum, own) => {
        let [re, im] = [0, 0];
        own[way as 0 | 1].forEach((current, i) => {
          re += current * turns[i]![0]!;
          im += current * turns[i]![1]!;
        });
        return sum + re ** 2 + im ** 2;
      }, 0);
      return (2 * interval * power) / samples / cells;
    }),
  );
  const white = 2 * interval * (driver.vRead * law.readNoise) ** 2;
  const written = frequencies.map(
    (f) => white + (target.traps ? driver.vRead ** 2 * writtenSpectrum(target.traps, interval, f) : 0),
  );
  return [
    {
      name: 'telegraph-trace',
      title: 'Current of the loudest cell, as it was written and denoised',
      about: `${samples} readings at driver.vRead of that cell of ${cells} whose readings scatter most, in the middle of the window`,
      uses,
      plot: {
        form: 'chart',
        x: { name: 'time', unit: 's' },
        y: { name: 'current less that of the level', unit: 'A' },
        series: loudest.map((trace, i) => {
          const name = ['as written', 'denoised'][i]!;
          // Around what the level conducts, which is far larger.
          const y = [...trace].map((current) => current - driver.vRead * level);
          return { name, drawn: 'line', kind: 'measured', x: times, y } as const;
        }),
      },
    },
    {
      name: 'telegraph-spectrum',
      title: 'Spectrum of the current, as cells were written and denoised',
      about: `mean of ${cells} cells in the middle of the window, ${samples} readings each. Dashed: traps as writes leave them, and the noise of readings alone, in closed form`,
      uses,
      plot: {
        form: 'chart',
        x: { name: 'frequency', unit: 'Hz', scale: 'log' },
        y: { name: 'power spectral density', unit: 'A^2/Hz', scale: 'log' },
        series: [
          ...spectra.map((y, i) => {
            const name = ['as written', 'denoised'][i]!;
            return { name, drawn: 'dots', kind: 'measured', colour: i, x: frequencies, y } as const;
          }),
          { name: 'traps and noise', drawn: 'line', kind: 'law', colour: 0, x: frequencies, y: written },
          {
            name: 'noise of readings',
            drawn: 'line',
            kind: 'law',
            colour: 1,
            x: frequencies,
            y: frequencies.map(() => white),
          },
        ],
      },
    },
  ];
}

/** Blocks along either side, and cells of each that are looked at. */
const [blocks, perBlock] = [8, 8];

/** As published: an array in 64 blocks, each at a level of its own. */
function levelMap(target: Target, seed: number): Figure[] {
  const { array, cell, programming: law } = target;
  const { rows, columns } = array;
  const lines = blocks * perBlock;
  if (rows % lines !== 0 || columns % lines !== 0) return [];
  const cells = openDenoise(target, { rows, columns, hiddenBits: 0 }, seed, 0);
  const at = (n: number) => Array.from({ length: lines }, (_, i) => Math.floor((n * (i + 0.5)) / lines));
  const [ys, xs] = [at(rows), at(columns)];
  const levels = evenly(cell.gUseMin, cell.gUseMax, blocks ** 2);
  const programmed = ys.map((row, i) =>
    xs.map((column, j) => {
      const index = row * columns + column;
      const level = levels[blocks * Math.floor(i / perBlock) + Math.floor(j / perBlock)]!;
      const from = cells.reset(index, index);
      const event = rows * columns + index;
      const write = { cell: index, event, from, level, tolerance: law.tolerance, stuck: undefined };
      return cells.program!(write).conductance;
    }),
  );
  return [
    {
      name: 'level-map',
      title: `${blocks ** 2} blocks of an array, each at a level of its own`,
      about: `${blocks ** 2} levels evenly over the window, the lowest at the top left, denoised: every ${rows / lines}th row and every ${columns / lines}th column`,
      uses: ['cell.gUseMin', 'cell.gUseMax', ...shapingFields(target), 'traps'],
      plot: {
        form: 'grid',
        x: { name: 'column', unit: '' },
        y: { name: 'row', unit: '' },
        value: { name: 'conductance', unit: 'S' },
        xs,
        ys,
        rows: programmed,
      },
    },
  ];
}

export const denoiseExperiments: Readonly<Record<string, SchemeExperiment<DenoiseProgramming>>> = {
  staircase: (target, { seed }) => staircaseFigures(target, seed),
  telegraph: (target, { seed }) => noiseFigures(target, seed),
  'level-map': (target, { seed }) => levelMap(target, seed),
};
