/**
 * A target that was loaded before, as a package keeps it: the plain SI values of a Target, read from JSON, are checked as a
 * file's are, field by field and against each other.
 */
import { z } from 'zod';
import { schemes } from '../schemes/models.ts';
import { crossChecks } from './cross-checks.ts';
import { leafOf } from './leaf.ts';
import { fieldName } from './place.ts';
import { targetSchema } from './schema.ts';
import type { Target } from './target.ts';

export type CheckedValues =
  | { readonly target: Target }
  /** What is wrong, each with its field. */
  | { readonly reasons: readonly string[] };

/** As it is asked: a scheme may be registered later. */
const named = () => z.object({ programming: z.object({ scheme: z.enum(schemes()) }) });

export function checkTargetValues(values: unknown): CheckedValues {
  const scheme = named().safeParse(values);
  if (!scheme.success) return { reasons: reasonsOf(scheme.error) };
  const result = contentsOf(targetSchema(scheme.data.programming.scheme)).safeParse(values);
  if (!result.success) return { reasons: reasonsOf(result.error) };
  const target = result.data as Target;
  const reasons = crossChecks(target).map(({ path, reason }) => `${fieldName(path)}: ${reason}`);
  return reasons.length > 0 ? { reasons } : { target };
}

function reasonsOf({ issues }: z.ZodError): string[] {
  return issues.map(({ path, message }) => `${path.join('.') || 'the target'}: ${message}`);
}

/** The schema of what a schema of target files reads: leaves as their values alone, quantities as numbers. */
function contentsOf(schema: z.core.$ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional) return contentsOf(schema.unwrap()).optional();
  if (schema instanceof z.ZodObject) {
    const shape = Object.entries(schema.shape).map(([key, own]) => [key, contentsOf(own)] as const);
    return z.strictObject(Object.fromEntries(shape));
  }
  const leaf = leafOf(schema);
  if (leaf) return leafContentsOf(leaf.value);
  if (schema instanceof z.ZodPipe) return contentsOf(schema.in);
  return schema as z.ZodType;
}

/** A list that changes its units stays a list; a quantity becomes the number within its range. */
function leafContentsOf(schema: z.core.$ZodType): z.ZodType {
  if (!(schema instanceof z.ZodPipe)) return schema as z.ZodType;
  return leafContentsOf(schema.out instanceof z.ZodTransform ? schema.in : schema.out);
}
