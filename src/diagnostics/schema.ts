/** Diagnostics as they are in JSON. */
import { z } from 'zod';
import type { Diagnostic } from './diagnostic.ts';

export const diagnosticSchema = z.strictObject({
  code: z.string().describe('as in the table of docs/cli.md'),
  severity: z.enum(['error', 'warning', 'note']),
  message: z.string(),
  at: z.string().describe("where, in the user's own terms: a file, a flag, a node"),
  notes: z.array(z.string()).readonly().describe('what to do about it'),
  exit: z.int().nonnegative().describe('exit code of a run with this kind of error alone'),
}) satisfies z.ZodType<Diagnostic>;
