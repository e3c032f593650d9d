/** White noise of readings whatever the time: sigma(G) of a target -> standard deviation. */
import { sigmaAt } from '../../math/polynomial.ts';
import type { CellLaws } from '../condition.ts';
import type { ReadNoise } from './model.ts';

export const whiteNoise: CellLaws<ReadNoise>['noise'] =
  ({ sigma }) =>
  (g) =>
    sigmaAt(sigma, g);
