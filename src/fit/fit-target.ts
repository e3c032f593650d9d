/** Files of measurements -> the draft of a target: what was fitted is measured, and all else assumed as of another target. */
import { fitForm, fitTwice, optionInvalid } from '../diagnostics/all.ts';
import { type Diagnostic, DiagnosticError, raise } from '../diagnostics/diagnostic.ts';
import { together } from '../diagnostics/together.ts';
import { type Scheme, schemes } from '../schemes/models.ts';
import { type Draft, draftOf } from '../target/draft.ts';
import { readTargetFile, type TargetFile } from '../target/load.ts';
import { targetFields } from '../target/schema.ts';
import type { Setting } from '../target/setting.ts';
import { leavesOf, withLeaf } from '../target/tree.ts';
import { didYouMean } from '../text/near-names.ts';
import { formatQuantity } from '../text/units.ts';
import { type Choice, chooseLaw } from './choose-law.ts';
import type { FittedField } from './law.ts';
import { type Form, forms } from './laws.ts';
import { type Measurements, readMeasurements } from './measurements.ts';

export interface FitOptions {
  readonly name: string;
  readonly title?: string;
  /** A bundled name, or the path of a target file. Default: the bundled target with such a law. */
  readonly like?: string;
  /** Names of laws that are chosen instead of by the data. */
  readonly laws?: readonly string[];
}

export interface FittedTarget extends Pick<Draft, 'tree' | 'target'> {
  readonly like: string;
  readonly choices: readonly Choice[];
}

/**
 * @param paths of CSV files, one for each kind of measurement
 * @throws DiagnosticError with all that is wrong with the files, the laws that they do not tell apart, or the target that they make
 */
export async function fitTarget(paths: readonly string[], options: FitOptions): Promise<FittedTarget> {
  const names = forms.flatMap(({ laws }) => laws);
  raise(
    (options.laws ?? [])
      .filter((law) => !names.includes(law))
      .map((law) =>
        optionInvalid(
          `--law ${law}`,
          'no law has this name',
          ...didYouMean(law, names),
          `Laws: ${names.join(', ')}.`,
        ),
      ),
  );
  const files = await together(...paths.map(readMeasurements));
  const known = files.map((file) => ({ file, form: formOf(file) }));
  const read = known.flatMap(({ file, form }) => ('code' in form ? [] : [{ file, form }]));
  raise(known.flatMap(({ form }) => ('code' in form ? [form] : [])));
  raise(
    read.flatMap(({ file, form }, i) => {
      const first = read.findIndex((other) => other.form === form);
      return first < i ? [fitTwice(file.path, read[first]!.file.path)] : [];
    }),
  );
  const choices = (await together(
    ...read.map(async ({ file, form }) =>
      chooseLaw(
        form,
        file,
        options.laws?.find((law) => form.laws.includes(law)),
      ),
    ),
  )) as readonly Choice[];
  const main = choices.find((choice) => settingsOf(choice).some(isOfProgramming)) ?? choices[0]!;
  const like = options.like ?? main.form.like;
  const settings = choices.flatMap(settingsOf);
  const base = await beginning(like, settings, choices, main, options.like !== undefined);
  const title =
    options.title ??
    `${options.name}, fitted to ${choices.map(({ measurements }) => measurements.file).join(' and ')}`;
  const draft = draftOf(base.like, options.name, title, [...base.scheme, ...settings]);
  raise(draft.diagnostics);
  return { tree: draft.tree, target: draft.target, like: base.like.target.name, choices };
}

function formOf(file: Measurements): Form | Diagnostic {
  const form = forms.find(({ is }) => is(file.columns));
  return (
    form ??
    fitForm(
      file.path,
      `columns ${[...file.columns].join(', ')} are no form of measurements that is known`,
      forms.map(({ what, columns }) => `${what}: ${columns}`),
    )
  );
}

function settingsOf({ measurements, law, variant, alike, fit }: Choice): readonly Setting[] {
  const origin = `${measurements.file}, sha256 ${measurements.sha256}`;
  const measured = fit.fields.map((fitted): Setting => {
    const { field, from, how, isChoice } = fitted;
    const open = alike.length > 0 && isChoice === true;
    const source = open
      ? `${origin}: the data do not tell ${variant} from ${alike.join(' or ')}`
      : from === 'measured'
        ? `${origin}: ${law}, ${how}${errorText(fitted)}`
        : `${origin}: ${how}`;
    return {
      field,
      value: writtenValue(fitted),
      from: open ? 'assumed' : from,
      source,
      flag: `${measurements.path}: ${field}`,
    };
  });
  const given = new Set(measured.map(({ field }) => field));
  const followers = measured.flatMap(({ field, value, flag }): Setting[] => {
    const [follower] =
      field === 'cell.gMin' ? ['cell.gUseMin'] : field === 'cell.gMax' ? ['cell.gUseMax'] : [];
    return follower && !given.has(follower)
      ? [{ field: follower, value, from: 'assumed', source: `all of ${field}`, flag }]
      : [];
  });
  return [...measured, ...followers];
}

const errorText = ({ standardError, unit }: FittedField): string =>
  standardError === undefined ? '' : `, standard error ${formatQuantity(standardError, unit, 2)}`;

/** With one digit more than the standard error has told, four at least. */
function writtenValue({ value, unit, standardError }: FittedField): Setting['value'] {
  if (typeof value !== 'number') return value;
  const known = standardError ? Math.ceil(Math.log10(Math.abs(value / standardError))) + 2 : 4;
  const digits = Number.isFinite(known) ? Math.min(9, Math.max(4, known)) : 4;
  return unit === '' ? Number(value.toPrecision(digits)) : formatQuantity(value, unit, digits);
}

const isOfProgramming = ({ field }: Setting): boolean => field.startsWith('programming.');

/** The target to begin with, with the way of programming that has all fitted fields, and without what the fits replace. */
async function beginning(
  name: string,
  settings: readonly Setting[],
  choices: readonly Choice[],
  main: Choice,
  named: boolean,
): Promise<{ readonly like: TargetFile; readonly scheme: readonly Setting[] }> {
  const like = await readTargetFile(name);
  raise(like.diagnostics);
  const own = like.target.programming.scheme;
  const has = (scheme: Scheme) => {
    const fields = new Set(targetFields(scheme).map(({ field }) => field));
    return settings.every(({ field }) => fields.has(field));
  };
  const scheme = has(own) && (named || !settings.some(isOfProgramming)) ? own : schemes().find(has);
  if (scheme === undefined)
    throw new DiagnosticError([
      optionInvalid('fit', 'no way of programming has all that these files tell of', 'Fit them one by one.'),
    ]);
  const fields = new Map(targetFields(scheme).map((field) => [field.field, field]));
  const replaced = (field: string) =>
    choices.some(({ form }) => form.replaces.some((part) => field === part || field.startsWith(`${part}.`)));
  const kept = leavesOf(like.tree).filter(({ field }) => fields.has(field) && !replaced(field));
  const said = new Set([...kept, ...settings].map(({ field }) => field));
  const missing = [...fields.values()].filter(
    ({ field, within }) => within === undefined && !said.has(field),
  );
  if (missing.some(({ field }) => field !== 'programming.scheme'))
    throw new DiagnosticError([
      optionInvalid(
        `--like ${name}`,
        `this target is programmed by ${own}, and what was measured belongs to ${scheme}`,
        `Begin with a target of that, such as '--like ${main.form.like}'.`,
      ),
    ]);
  const tree = kept.reduce<unknown>(
    (root, { field, value, from, source }) => withLeaf(root, field.split('.'), { value, from, source }),
    { name: like.target.name, title: like.target.title },
  );
  const changed = {
    field: 'programming.scheme',
    value: scheme,
    from: 'assumed',
    flag: `--like ${name}`,
  } as const;
  return {
    like: { ...like, tree },
    scheme: scheme === own ? [] : [{ ...changed, source: 'the way of programming that has such a law' }],
  };
}
