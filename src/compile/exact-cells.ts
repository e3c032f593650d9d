/** Whether cells conduct what they are told, for as long as they are read: then nothing is expected of layers but all of them. */
import { changesReadings } from '../conditions/models.ts';
import { schemeOf } from '../schemes/models.ts';
import type { Target } from '../target/target.ts';

export const hasExactCells = (target: Target): boolean =>
  schemeOf(target).exact && !changesReadings(target) && !target.wires;
