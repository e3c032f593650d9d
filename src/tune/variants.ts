/** What may be chosen for one crossbar layer: the ways of storing it that a tuning compares, as far as a target allows them. */
import type { Choice } from '../ir/options.ts';
import { schemeOf } from '../schemes/models.ts';
import type { Target } from '../target/target.ts';

/** Where accuracy is lost, as far as changes of how layers are stored bear on it. */
export type Weakness = 'cells' | 'converters' | 'rounding';

/** A change of how a layer is stored, by a name for people. */
export interface Variant {
  readonly name: string;
  /** What it takes, against the layer as given: `less` arrays or conversions, the `same`, or `more`. */
  readonly takes: 'less' | 'same' | 'more';
  /** What it makes less of; undefined for what changes everything. */
  readonly against: readonly Weakness[] | undefined;
  /** The changed choice; undefined where it would be impossible, or no change. */
  readonly apply: (given: Choice) => Choice | undefined;
}

const mostParts = 8;

type Changes = Readonly<Record<string, (given: Choice) => Partial<Choice>>>;

/** The layer as the options give it comes first; then what costs less, what costs the same, and what costs more. */
export function variantsFor(target: Target): readonly Variant[] {
  const { exact, readsBack } = schemeOf(target);
  const variantsOf = (
    takes: Variant['takes'],
    against: Variant['against'],
    changes: Changes,
  ): readonly Variant[] =>
    Object.entries(changes).map(([name, change]) => ({
      name,
      takes,
      against,
      apply(given: Choice) {
        const choice = { ...given, ...change(given) };
        const changed = Object.entries(choice).some(([field, value]) => Reflect.get(given, field) !== value);
        return changed && isPossible(choice, target) ? choice : undefined;
      },
    }));
  return [
    { name: 'as given', takes: 'same', against: undefined, apply: (given) => given },
    ...variantsOf('less', undefined, {
      offset: () => ({ encoding: 'offset', residual: false }),
      'one slice fewer': ({ slices, copies, residual }) => ({
        slices: slices - 1,
        residual: residual && (slices - 1) * copies > 1,
      }),
    }),
    ...variantsOf('same', ['converters'], {
      'range max': () => ({ converterRange: 'max' }),
      'range percentile': () => ({ converterRange: 'percentile' }),
    }),
    ...variantsOf('more', undefined, { differential: () => ({ encoding: 'differential' }) }),
    ...variantsOf('more', ['cells', 'converters', 'rounding'], {
      'slices +1': ({ slices }) => ({ slices: slices + 1 }),
    }),
    ...(exact ? [] : variantsOf('more', ['cells'], repeatedRows)),
    ...(readsBack ? variantsOf('more', ['cells'], residualParts) : []),
    ...(readsBack || exact ? [] : variantsOf('more', ['cells'], averagedCopies)),
  ];
}

/** Parts that make up for each other. */
const residualParts: Changes = {
  'copies x2, residual': ({ copies }) => ({ copies: 2 * copies, residual: true }),
  'slices +1, residual': ({ slices }) => ({ slices: slices + 1, residual: true }),
  'slices +1, copies x2, residual': ({ slices, copies }) => ({
    slices: slices + 1,
    copies: 2 * copies,
    residual: true,
  }),
};

/** Cells of one column, driven together: they take rows, and neither conversions nor, of a dense layer, time. */
const repeatedRows: Changes = {
  'repeats 4': () => ({ repeats: 4 }),
  'repeats 16': () => ({ repeats: 16 }),
};

const averagedCopies: Changes = {
  'copies x2': ({ copies }) => ({ copies: 2 * copies }),
  'copies x4': ({ copies }) => ({ copies: 4 * copies }),
};

/** What the compiler would refuse is not tried. */
function isPossible({ encoding, slices, copies, repeats, residual }: Choice, target: Target): boolean {
  const { array, driver } = target;
  if (repeats !== 'auto' && repeats > Math.min(array.rows, driver.rowsAtOnce)) return false;
  const parts = slices * copies;
  if (slices < 1 || slices > mostParts || copies > mostParts) return false;
  if (encoding === 'offset' && (target.hidden || target.cell.levels < 3)) return false;
  if (!residual) return true;
  return encoding !== 'offset' && parts > 1 && 2 * parts <= array.columns;
}
