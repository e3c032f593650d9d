/** Relaxation as targets and reports see it: in the logarithm of time, the same for all levels (Falcone et al. 2025). */
import { z } from 'zod';
import { above0, quantity, type Read } from '../../target/leaf.ts';
import { unless } from '../../target/problem.ts';
import type { ConditionModel } from '../condition.ts';
import { measuredChecks, measuredFields, measuredPrint } from '../measured.ts';

const schema = z.strictObject({
  slope: quantity('S', 'Mean loss of conductance per factor e of time', z.number()),
  spread: quantity('S', 'Spread of the conductances at t0'),
  spreadSlope: quantity('S', 'Growth of that spread per factor e of time'),
  t0: quantity('s', 'Time after programming at which the logarithm is zero', above0),
  ...measuredFields,
});

export type Relaxation = Read<typeof schema>;

export const relaxation: ConditionModel<Relaxation, 'ageing'> = {
  kind: 'ageing',
  schema,
  name: 'relaxation',
  law: 'G(t) = G - slope ln(t / t0) + (spread + spreadSlope ln(t / t0)) xi, one xi per cell; none at t = 0',
  print: measuredPrint,
  measured: (section) => section,
  checks: [
    ({ validFrom }) =>
      unless(validFrom > 0, 'validFrom', 'this must be more than 0 s: a logarithm has no value there'),
    ...measuredChecks('relaxation'),
  ],
};
