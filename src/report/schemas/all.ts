/**
 * Every object that `--json` prints, as a schema: what a run prints is named by it and held against it, and the JSON
 * Schemas that are published come from it.
 */
import { z } from 'zod';
import { characterized } from './characterize.ts';
import { compilation, dies, inference, operators, programming, surveyed } from './compile.ts';
import { costs } from './cost.ts';
import { difference } from './diff.ts';
import { explained, explainedImage } from './explain.ts';
import { fitted } from './fit.ts';
import { inspected } from './inspect.ts';
import { count, counters, diagnostic, list } from './parts.ts';
import { places } from './places.ts';
import { sweepEstimate, sweepOutcome } from './sweep.ts';
import { staircase, targetChecked, targetFields, targetImported, targetList } from './targets.ts';
import { training } from './train.ts';
import { tuning } from './tune.ts';
import { verifyReport } from './verify.ts';

const demonstration = z.strictObject({
  images: count,
  seed: count,
  results: list(
    z.strictObject({
      target: z.string(),
      package: z.string(),
      programming: counters,
      report: verifyReport,
    }),
  ),
});

const errors = z.strictObject({
  crossloom: z.string(),
  exit: count.describe('exit code of the run'),
  errors: list(diagnostic),
  warnings: list(diagnostic),
});

/** By the verb; a form that breaks readers of an earlier one gets another number. */
const bodies = {
  characterize: characterized,
  compile: compilation,
  cost: costs,
  demo: demonstration,
  diff: difference,
  errors,
  explain: explained,
  'explain-image': explainedImage,
  fit: fitted,
  inspect: inspected,
  ops: operators,
  program: programming,
  run: inference,
  survey: surveyed,
  sweep: sweepOutcome,
  'sweep-dry-run': sweepEstimate,
  'targets-check': targetChecked,
  'targets-import': targetImported,
  'targets-list': targetList,
  'targets-show': targetFields,
  'targets-staircase': staircase,
  train: training,
  tune: tuning,
  verify: verifyReport,
  where: places,
  yield: dies,
};

export type ReportName = keyof typeof bodies;
export const reportNames = Object.keys(bodies) as readonly ReportName[];

/** Before it is JSON, which turns infinite numbers into null. */
export type Report<Name extends ReportName> = z.input<(typeof bodies)[Name]>;

/** What a report says of its form. */
export const schemaOf = (name: ReportName): string => `crossloom/${name}/1`;

/** A report with the name of its form before it. */
export function named<Name extends ReportName>(name: Name, report: Report<Name>) {
  return { schema: schemaOf(name), ...report };
}

/** What was printed under this name, read back. */
export function readReportAs<Name extends ReportName>(
  name: Name,
  value: unknown,
): z.ZodSafeParseResult<Report<Name>> {
  const { schema: _, ...report } = value as { readonly schema?: unknown };
  return bodies[name].safeParse(report) as z.ZodSafeParseResult<Report<Name>>;
}

/** The JSON Schema (draft 2020-12) of what is printed under this name. */
export function reportJsonSchema(name: ReportName): object {
  const whole = bodies[name].extend({ schema: z.literal(schemaOf(name)) });
  const title =
    name === 'errors' ? 'Errors of a run with --json' : `crossloom ${name.replace('-', ' ')} --json`;
  return { title, ...z.toJSONSchema(whole, { io: 'input', reused: 'ref' }) };
}
