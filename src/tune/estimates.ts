/**
 * Energies that the scores of mappings are expected to err by, and what mappings measured -> what a mapping is expected to lose.
 * Whole mappings err more or less than their layers added up: by a common factor, which the measured mapping nearest to one tells.
 */
import { decibels } from '../math/decibels.ts';
import type { Response } from './response.ts';

export interface Estimates {
  /** Takes note of a measured mapping. @param noise error energy of its outputs, as a share of theirs */
  readonly learn: (energy: number, noise: number) => void;
  /** Energy of the outputs' error as a share of theirs, and points lost. */
  readonly of: (energy: number) => { readonly noise: number; readonly loss: number };
  /** What measured mappings had more of than was expected, about there (dB). */
  readonly offsetAt: (energy: number) => number;
}

export function openEstimates(response: Response): Estimates {
  const known: { readonly energy: number; readonly factor: number }[] = [];
  const factorAt = (energy: number): number => {
    const distance = (other: number) => Math.abs(Math.log(other / energy));
    const [nearest] = known.toSorted((a, b) => distance(a.energy) - distance(b.energy));
    return nearest?.factor ?? 1;
  };
  return {
    learn(energy, noise) {
      if (energy > 0 && noise > 0) known.push({ energy, factor: response.energyOf(noise) / energy });
    },
    of(energy) {
      const actual = energy * factorAt(energy);
      return { noise: response.noiseAt(actual), loss: response.lossAt(actual) };
    },
    offsetAt: (energy) => decibels(factorAt(energy)),
  };
}
