/** What may be chosen for one crossbar layer: the ways of storing it that a tuning compares, as far as a target allows them. */
import type { Choice } from '../ir/options.ts';
import { schemeOf } from '../schemes/models.ts';
import type { Target } from '../target/target.ts';

/** A change of how a layer is stored, by a name for people. */
export interface Variant {
  readonly name: string;
  /** What it takes, against the layer as given: `less` arrays or conversions, the `same`, or `more`. */
  readonly takes: 'less' | 'same' | 'more';
  /** The changed choice; undefined where it would be impossible, or no change. */
  readonly apply: (given: Choice) => Choice | undefined;
}

const mostParts = 8;

/** The layer as the options give it comes first; then what costs less, what costs the same, and what costs more. */
export function variantsFor(target: Target): readonly Variant[] {
  type Changes = Readonly<Record<string, (given: Choice) => Partial<Choice>>>;
  const less: Changes = {
    offset: () => ({ encoding: 'offset', residual: false }),
    'one slice fewer': ({ slices, copies, residual }) => ({
      slices: slices - 1,
      residual: residual && (slices - 1) * copies > 1,
    }),
  };
  const same: Changes = {
    'range max': () => ({ converterRange: 'max' }),
    'range percentile': () => ({ converterRange: 'percentile' }),
  };
  const more: Changes = {
    differential: () => ({ encoding: 'differential' }),
    'slices +1': ({ slices }) => ({ slices: slices + 1 }),
    ...(schemeOf(target).readsBack
      ? {
          'copies x2, residual': ({ copies }) => ({ copies: 2 * copies, residual: true }),
          'slices +1, residual': ({ slices }) => ({ slices: slices + 1, residual: true }),
          'slices +1, copies x2, residual': ({ slices, copies }) => ({
            slices: slices + 1,
            copies: 2 * copies,
            residual: true,
          }),
        }
      : {
          'copies x2': ({ copies }) => ({ copies: 2 * copies }),
          'copies x4': ({ copies }) => ({ copies: 4 * copies }),
        }),
  };
  const variantsOf = (takes: Variant['takes'], changes: Changes) =>
    Object.entries(changes)
      .filter(([name]) => !(schemeOf(target).exact && name.startsWith('copies')))
      .map(([name, change]) => ({
        name,
        takes,
        apply(given: Choice) {
          const choice = { ...given, ...change(given) };
          const changed = Object.entries(choice).some(
            ([field, value]) => Reflect.get(given, field) !== value,
          );
          return changed && isPossible(choice, target) ? choice : undefined;
        },
      }));
  return [asGiven, ...variantsOf('less', less), ...variantsOf('same', same), ...variantsOf('more', more)];
}

const asGiven: Variant = { name: 'as given', takes: 'same', apply: (given) => given };

/** What the compiler would refuse is not tried. */
function isPossible({ encoding, slices, copies, residual }: Choice, target: Target): boolean {
  const parts = slices * copies;
  if (slices < 1 || slices > mostParts || copies > mostParts) return false;
  if (encoding === 'offset' && (target.hidden || target.cell.levels < 3)) return false;
  if (!residual) return true;
  return encoding !== 'offset' && parts > 1 && 2 * parts <= target.array.columns;
}
