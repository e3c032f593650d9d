/** 1/f noise of CMO/HfOx cells: amplitude log10(G / gReference) per square root of a factor e of time, none below gReference. */
import type { CellLaws } from '../condition.ts';
import type { LogNoise } from './model.ts';

export const growingNoise: CellLaws<LogNoise>['accumulation'] = ({ amplitude, gReference, readTime }) => ({
  clock: { readTime, t0: 0 },
  sigma: (g) => amplitude * Math.max(0, Math.log10(g / gReference)),
});
