/** White noise of every reading, whatever the time, as targets and reports see it: a polynomial of the conductance. */
import { z } from 'zod';
import { polynomial } from '../../math/polynomial.ts';
import { levelConductance } from '../../target/cell.ts';
import { leaf, polynomialInMicro, type Read } from '../../target/leaf.ts';
import { unless } from '../../target/problem.ts';
import { formatQuantity } from '../../text/units.ts';
import type { ConditionModel } from '../condition.ts';

const schema = z.strictObject({
  sigma: leaf(
    polynomialInMicro,
    '',
    'Standard deviation of a reading: list of the coefficients of sigma(G), both in uS, lowest power first',
  ),
});

export type ReadNoise = Read<typeof schema>;

export const readNoise: ConditionModel<ReadNoise, 'noise'> = {
  kind: 'noise',
  schema,
  name: 'read noise',
  law: 'every conversion: variance sum over driven rows of sigma(G)^2, sigma(G) = sum c_k G^k in SI units; white',
  print: { sigma: (sigma) => sigma.map((c) => c.toPrecision(3)).join(', ') },
  checks: [
    ({ sigma }, cell) => {
      const levels = Array.from({ length: cell.levels }, (_, code) => levelConductance(cell, code));
      const negative = levels.find((g) => polynomial(sigma, g) < 0);
      return unless(
        negative === undefined,
        'sigma',
        `this is negative at ${formatQuantity(negative ?? 0, 'S')}, the conductance of a level`,
      );
    },
  ],
};
