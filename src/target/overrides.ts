/** `field=value` texts -> the fields that they set; what is no such text is a problem at its flag. */
import { optionInvalid } from '../diagnostics/all.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Scheme } from '../schemes/models.ts';
import { didYouMean } from '../text/near-names.ts';
import { fieldsOfAny } from './schema.ts';

export interface Override {
  /** As the user wrote it. */
  readonly text: string;
  readonly field: string;
  readonly value: string | number | readonly number[];
}

/** The value that a text stands for: a number, a list of numbers such as `[0.1, 0.02]`, else the text itself. */
export function readValue(written: string): Override['value'] {
  const listed = /^\[(.*)\]$/
    .exec(written)?.[1]
    ?.split(',')
    .map((item) => (item.trim() === '' ? Number.NaN : Number(item)));
  if (listed && !listed.some(Number.isNaN)) return listed;
  const number = Number(written);
  return Number.isNaN(number) ? written : number;
}

/** @param scheme that of the target, whose fields they are; undefined where it is not known: then fields of any */
export function readOverrides(
  texts: readonly string[],
  scheme: Scheme | undefined,
): { readonly overrides: readonly Override[]; readonly problems: readonly Diagnostic[] } {
  const fields = fieldsOfAny(scheme).map(({ field }) => field);
  const problems: Diagnostic[] = [];
  const overrides = texts.flatMap((text): readonly Override[] => {
    const refuse = (reason: string, ...notes: readonly string[]) => {
      problems.push(optionInvalid(`--set ${text}`, reason, ...notes));
      return [];
    };
    const equals = text.indexOf('=');
    const field = text.slice(0, Math.max(equals, 0)).trim();
    const written = text.slice(equals + 1).trim();
    if (equals <= 0 || written === '')
      return refuse('this is not FIELD=VALUE', "Write it such as '--set adc.bits=6'.");
    if (field === 'programming.scheme') {
      const note = 'The scheme decides which other fields exist: write a target file of your own.';
      return refuse('the scheme of programming cannot be overridden', note);
    }
    if (!fields.includes(field)) {
      const note = '`crossloom targets show NAME` lists the fields of a target.';
      return refuse(`the target has no field '${field}'`, ...didYouMean(field, fields), note);
    }
    return [{ text, field, value: readValue(written) }];
  });
  return { overrides, problems };
}
