/** What a compilation says of its costs -> the part of it that a report repeats. */
import { z } from 'zod';
import type { Package } from '../package/open.ts';
import type { CostReport } from './report.ts';

/** The counts of the compilation that the report repeats. */
const costSchema = z.object({
  arrays: z.number(),
  chips: z.number(),
  mvms: z.number(),
  conversions: z.number(),
  conversionEnergy: z.number(),
  conversionTime: z.number(),
});

/** What an inference costs by the compiler's count. */
export function costOf({ manifest }: Pick<Package, 'manifest'>): CostReport {
  return costSchema.parse(manifest.summary);
}
