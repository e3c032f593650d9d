/** What `characterize --json` prints, and figures.json holds. */
import { z } from 'zod';
import type { Characterization } from '../../figures/characterization.ts';
import { count, list } from './parts.ts';

const axis = z.strictObject({
  name: z.string(),
  unit: z.string().describe('SI without prefix where it has one; empty for counts and levels'),
  scale: z.enum(['linear', 'log', 'whole']).exactOptional(),
});
const values = list(z.number());

const chart = z.strictObject({
  form: z.literal('chart'),
  x: axis,
  y: axis,
  series: list(
    z.strictObject({
      name: z.string(),
      drawn: z.enum(['line', 'steps', 'dots', 'bars']),
      kind: z.enum(['measured', 'law']).describe('a law is a closed form beside what was measured'),
      colour: count.exactOptional(),
      x: values,
      y: values,
      low: values.exactOptional().describe('lower end of a band around y'),
      high: values.exactOptional(),
    }),
  ),
});

const grid = z.strictObject({
  form: z.literal('grid'),
  x: axis,
  y: axis,
  value: axis,
  xs: values,
  ys: values,
  rows: list(values).describe('the values at each of ys, from xs to xs'),
});

export const characterized = z.strictObject({
  name: z.string(),
  title: z.string(),
  fingerprint: z.string(),
  overrides: list(z.string()),
  seed: count,
  figures: list(
    z.strictObject({
      name: z.string().describe('of its files'),
      title: z.string(),
      about: z.string().describe('what was done, and how often'),
      plot: z.union([chart, grid]),
      uses: list(z.string()).describe('fields of the target that it rests on, or whole sections'),
      assumed: list(
        z.strictObject({ field: z.string(), text: z.string(), from: z.enum(['assumed', 'override']) }),
      ).describe('those of them that no source states'),
    }),
  ),
}) satisfies z.ZodType<Characterization>;
