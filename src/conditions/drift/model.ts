/** Structural drift of phase-change cells as targets and reports see it: a power law of time (Nandakumar et al. 2019). */
import { z } from 'zod';
import { above0, quantity, type Read, real, spread } from '../../target/leaf.ts';
import { unless } from '../../target/problem.ts';
import type { ConditionModel } from '../condition.ts';
import { measuredChecks, measuredFields, measuredPrint } from '../measured.ts';

const schema = z.strictObject({
  exponent: real('Mean drift exponent at gReference'),
  exponentSlope: real('Its change per factor e of conductance'),
  exponentMin: real('Smallest mean drift exponent'),
  exponentMax: real('Largest mean drift exponent'),
  spread: real('Spread of the exponent from cell to cell at gReference'),
  spreadSlope: real('Its change per factor e of conductance'),
  spreadMin: spread('Smallest spread of the exponent'),
  spreadMax: spread('Largest spread of the exponent'),
  gReference: quantity('S', 'Conductance to which exponent and spread refer', above0),
  t0: quantity('s', 'Time of the first reading, from the end of a pulse', above0),
  ...measuredFields,
});

export type Drift = Read<typeof schema>;

export const drift: ConditionModel<Drift, 'ageing'> = {
  kind: 'ageing',
  schema,
  name: 'drift',
  law: 'G(t) = G (1 + t / t0)^-nu; nu = |clip(exponent + exponentSlope x) + clip(spread + spreadSlope x) xi|, x = ln(G / gReference), one xi per cell',
  print: measuredPrint,
  measured: (section) => section,
  checks: [
    ({ exponentMin, exponentMax }) =>
      unless(exponentMin <= exponentMax, 'exponentMax', 'this lies below drift.exponentMin'),
    ({ spreadMin, spreadMax }) =>
      unless(spreadMin <= spreadMax, 'spreadMax', 'this lies below drift.spreadMin'),
    ...measuredChecks('drift'),
  ],
};
