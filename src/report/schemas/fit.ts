/** What `fit` prints with `--json`. */
import { z } from 'zod';
import { amount, count, list } from './parts.ts';

const score = z.strictObject({
  devices: count,
  readings: count,
  logLikelihood: z.number().describe('of all readings, as a density by siemens'),
  residual: amount.describe('root of the mean square of residuals in their own standard deviations'),
});

const candidate = z.strictObject({
  law: z.string(),
  variant: z.string().describe('empty where the law has one'),
  criterion: z.number().optional().describe('Bayesian information criterion: the lowest is best'),
  parameters: count.optional(),
  heldOut: z
    .number()
    .optional()
    .describe('logarithm of the likelihood per reading of devices that were not fitted'),
  reason: z.string().optional().describe('why the law is none of these devices'),
});

export const fitted = z.strictObject({
  name: z.string(),
  fingerprint: z.string(),
  like: z.string().describe('target whose values stand for what was not measured'),
  values: count,
  assumed: count.describe('values without a source'),
  fits: list(
    z.strictObject({
      file: z.string(),
      sha256: z.string(),
      form: z.string().describe('of the measurements'),
      law: z.string(),
      variant: z.string(),
      alike: list(z.string()).describe('variants that the data do not tell from it'),
      plot: z.string(),
      fields: list(
        z.strictObject({
          field: z.string(),
          value: z.union([z.number(), z.string(), z.array(z.number()).readonly()]).describe('in SI units'),
          unit: z.string(),
          standardError: amount.optional(),
          from: z.enum(['measured', 'derived', 'assumed']),
          how: z.string(),
        }),
      ),
      fitted: score,
      heldOut: score.optional().describe('devices that were left out of the fit'),
      candidates: list(candidate).describe('best first'),
    }),
  ),
});
