/** What may be chosen for the crossbar layers of a class: the ways of storing them that a tuning compares, as far as a target allows them. */
import type { Origin } from '../ir/graph.ts';
import {
  type Choice,
  type CompileOptions,
  choiceFor,
  inputBitsOf,
  mostCopies,
  mostSlices,
} from '../ir/options.ts';
import type { Stored } from '../ir/stored.ts';
import { schemeOf } from '../schemes/models.ts';
import type { Target } from '../target/target.ts';

/** How a layer is stored, and what drives it. */
export interface LayerChoice extends Omit<Choice, 'copiesOpen'> {
  readonly inputBits: number | 'auto';
}

/** @param stored what the compiler chose where options leave it open; so often layers stay stored when others change */
export function layerChoice(
  options: CompileOptions,
  origin: Origin,
  target: Target,
  stored: Stored,
): LayerChoice {
  const { copiesOpen, ...choice } = choiceFor(options, origin, target);
  return { ...choice, ...(copiesOpen && stored), inputBits: inputBitsOf(options, origin) };
}

/** A change of how a layer is stored, by a name for people. */
export interface Variant {
  readonly name: string;
  /** The changed choice; undefined where it would be impossible, or no change. */
  readonly apply: (given: LayerChoice) => LayerChoice | undefined;
}

/** What one layer does. */
export type Taken = Variant | 'digital';

type Change = (given: LayerChoice) => Partial<LayerChoice>;

export const asGivenVariant: Variant = { name: 'as given', apply: (given) => given };

/**
 * The layer as the options give it comes first.
 * @param codesAreFree whether inputs may be given other codes
 */
export function variantsFor(target: Target, codesAreFree: boolean): readonly Variant[] {
  const changes: Readonly<Record<string, Change>> = {
    offset: () => ({ encoding: 'offset', residual: false }),
    differential: () => ({ encoding: 'differential' }),
    'one slice fewer': ({ slices, copies, residual }) => ({
      slices: slices - 1,
      residual: residual && (slices - 1) * copies > 1,
    }),
    ...moreCells(target),
    ...(codesAreFree ? finerInputs : {}),
  };
  const variants = Object.entries(changes).map(
    ([name, change]): Variant => ({
      name,
      apply(given) {
        const choice = { ...given, ...change(given) };
        const changed = Object.entries(choice).some(([field, value]) => Reflect.get(given, field) !== value);
        return changed && isPossible(choice, target) ? choice : undefined;
      },
    }),
  );
  return [asGivenVariant, ...variants];
}

/**
 * Digits that take more cells. Copies take arrays and conversions, and err apart; repeats are cells of one column, driven together, and
 * take rows alone. Where cells are read back, residual parts make up for each other, and of what costs the same they come first; they
 * leave no room for repeats.
 */
function moreCells(target: Target): Readonly<Record<string, Change>> {
  const { exact, readsBack } = schemeOf(target);
  if (exact) return { 'slices +1': ({ slices }) => ({ slices: slices + 1 }) };
  const residual = { residual: true } as const;
  return {
    ...(readsBack && {
      'slices +1, residual': ({ slices, copies }) => ({
        slices: slices + 1,
        copies,
        ...residual,
      }),
      'copies 2, residual': () => ({ copies: 2, ...residual }),
      'copies 4, residual': () => ({ copies: 4, ...residual }),
    }),
    'slices +1': ({ slices }) => ({ slices: slices + 1, residual: false }),
    ...Object.fromEntries(
      [1, 2, 4, mostCopies].map((copies): [string, Change] => [
        `copies ${copies}`,
        () => ({ copies, residual: false }),
      ]),
    ),
    // Where layers are stored as often as each needs it.
    'half the copies': ({ copies }) => ({ copies: Math.ceil(copies / 2), residual: false }),
    'twice the copies': ({ copies }) => ({ copies: Math.min(mostCopies, 2 * copies), residual: false }),
    'repeats 4': () => ({ repeats: 4 }),
    'repeats 16': () => ({ repeats: 16 }),
  };
}

/** More planes of input bits take conversions alone. */
const finerInputs: Readonly<Record<string, Change>> = Object.fromEntries(
  [10, 12].map((bits): [string, Change] => [
    `inputs of ${bits} bits`,
    ({ inputBits }) => ({ inputBits: inputBits === 'auto' ? inputBits : Math.max(bits, inputBits) }),
  ]),
);

/** What the compiler would refuse is not tried. */
function isPossible({ encoding, slices, copies, repeats, residual }: LayerChoice, target: Target): boolean {
  const { array, driver } = target;
  if (repeats !== 'auto' && repeats > Math.min(array.rows, driver.rowsAtOnce)) return false;
  const parts = slices * copies;
  if (slices < 1 || slices > mostSlices) return false;
  if (encoding === 'offset' && (target.hidden || target.cell.levels < 3)) return false;
  if (!residual) return true;
  return encoding !== 'offset' && parts > 1 && 2 * parts <= array.columns;
}
