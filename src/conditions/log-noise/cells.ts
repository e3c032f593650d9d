/** Read noise of CMO/HfOx cells: amplitude log10(G / gReference) sqrt(ln((t + readTime) / (2 readTime))), none below gReference. */
import { accumulated } from '../accumulated.ts';
import type { CellLaws } from '../condition.ts';
import type { LogNoise } from './model.ts';

export const growingNoise: CellLaws<LogNoise>['noise'] = ({ amplitude, gReference, readTime }, at) => {
  const growth = accumulated(at, readTime);
  return (g) => amplitude * Math.max(0, Math.log10(g / gReference)) * growth;
};
