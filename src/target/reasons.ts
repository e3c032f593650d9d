/** What is wrong with the value of one field, in the words of a target file. */
import type { z } from 'zod';
import { targetUnit } from '../diagnostics/all.ts';
import { didYouMean } from '../text/near-names.ts';
import { parseTime } from '../text/time.ts';
import { formatQuantity, parsePercent, parseQuantity, respelt, type Unit } from '../text/units.ts';
import { matchKeys } from './keys.ts';
import { isFields, partsOfLeaf } from './leaf.ts';
import type { Problem } from './problem.ts';

/** Names of types for people, where zod's are not. */
const kinds: Readonly<Record<string, string>> = {
  int: 'a whole number',
  array: 'a list of numbers',
  string: 'a text',
};

const nameWithDashes = 'a name consists of lower-case letters, digits, dots and hyphens';

/**
 * The problems with a value that its schema refuses.
 * @param path of the field; what is wrong within a list has the number of its item behind it
 * @param unit of the field; an empty one for numbers, words and lists
 */
export function valueProblems(
  error: z.ZodError,
  written: unknown,
  path: readonly string[],
  unit: Unit,
): readonly Problem[] {
  if (unit !== '' && error.issues.some(isUnitIssue)) return [unitProblem(written, path, unit)];
  return error.issues.map((issue) => ({
    path: [...path, ...issue.path.map(String)],
    ...reasonOf(issue, written, unit),
  }));
}

const isUnitIssue = (issue: z.core.$ZodIssue) =>
  issue.code === 'invalid_union' || (issue.code === 'custom' && issue.params?.unit !== undefined);

function unitProblem(written: unknown, path: readonly string[], unit: Exclude<Unit, ''>): Problem {
  const text = Array.isArray(written) ? `[${written.join(', ')}]` : String(written);
  const right = typeof written === 'string' ? [...respelt(written, unit), ...otherwise(written, unit)] : [];
  const example = unit === 'S' ? '50 uS' : `1 ${unit}`;
  return {
    path,
    reason: `'${text}' is not a quantity in ${unit}`,
    notes: [
      right.length > 0
        ? `Write it as ${right.map((spelling) => `'${spelling}'`).join(' or ')}.`
        : `Write a number and a unit, such as '${example}'.`,
    ],
    diagnose: targetUnit,
  };
}

/** A resistance in place of a conductance, and the other way round; a time in hours or years. */
function otherwise(written: string, unit: Unit): readonly string[] {
  const seconds = unit === 's' ? parseTime(written) : undefined;
  if (seconds !== undefined) return [`${seconds} s`];
  const other = unit === 'S' ? 'ohm' : unit === 'ohm' ? 'S' : undefined;
  const value = other && parseQuantity(written, other);
  return value && unit !== '' ? [formatQuantity(1 / value, unit, 4)] : [];
}

function reasonOf(
  issue: z.core.$ZodIssue,
  written: unknown,
  unit: Unit,
): { readonly reason: string; readonly notes?: readonly string[] } {
  const print = (bound: unknown) => `${String(bound)}${unit && ` ${unit}`}`;
  switch (issue.code) {
    case 'invalid_type': {
      const wanted = `this must be ${kinds[issue.expected] ?? `a ${issue.expected}`}`;
      if (typeof written !== 'string') return { reason: wanted };
      if (parsePercent(written) !== undefined)
        return { reason: `${wanted}, and '${written}' is a percentage` };
      const quoted = written.trim() !== '' && Number.isFinite(Number(written));
      return { reason: wanted, notes: quoted ? ['Write it without quotes.'] : [] };
    }
    case 'invalid_union':
      return { reason: 'this must be a number, or a percentage such as 3%' };
    case 'invalid_value': {
      const names = issue.values.map(String);
      const reason = `this must be ${names.length > 1 ? 'one of ' : ''}${names.join(', ')}`;
      return { reason, notes: typeof written === 'string' ? didYouMean(written, names) : [] };
    }
    case 'too_small':
      return {
        reason:
          issue.origin === 'string'
            ? 'this must not be empty'
            : issue.origin === 'array'
              ? `this must be a list of at least ${counted(Number(issue.minimum))}`
              : `this must be ${issue.inclusive ? 'at least' : 'more than'} ${print(issue.minimum)}`,
      };
    case 'too_big':
      return {
        reason:
          issue.origin === 'array'
            ? `this must be a list of at most ${counted(Number(issue.maximum))}`
            : `this must be ${issue.inclusive ? 'at most' : 'less than'} ${print(issue.maximum)}`,
      };
    case 'invalid_format':
      return { reason: nameWithDashes };
    default:
      return { reason: issue.message };
  }
}

const counted = (numbers: number) => `${numbers} ${numbers === 1 ? 'number' : 'numbers'}`;

/** What is wrong with the form of a leaf; undefined where its value can be looked at. */
export function formReason(written: unknown): string | undefined {
  if (written === null) return 'nothing stands here';
  if (!isFields(written) || matchKeys(Object.keys(written), partsOfLeaf).written.size > 0) return undefined;
  return 'a field is written as its value alone, or as { value, from, source }';
}
