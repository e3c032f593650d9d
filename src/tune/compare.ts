/** Every way of storing every layer, measured one layer at a time; and what the search makes of it. */
import type { CompileOptions } from '../ir/options.ts';
import type { Target } from '../target/target.ts';
import { decibels } from '../verify/metrics.ts';
import { appliesTo, applyVariants } from './apply.ts';
import type { Candidate } from './path.ts';
import type { Assignment } from './search.ts';
import { measureUnits, openSensitivity, type Unit, type UnitError } from './sensitivity.ts';
import type { Setup } from './setup.ts';
import { type Variant, variantsFor } from './variants.ts';

/** One way of storing one layer. */
export interface Compared {
  readonly variant: Variant;
  readonly error: UnitError;
}

/** Share of the time after which no more variants are compared: mappings as a whole are measured in the rest. */
const timeForVariants = 0.6;

/**
 * Programs one chip per variant, on which every layer that can take it does.
 * @param isUseful whether a variant could help
 * @returns by unit, the variants that it can take: as given first
 */
export async function compareVariants(
  setup: Setup,
  units: readonly Unit[],
  isUseful: (variant: Variant) => boolean,
): Promise<readonly (readonly Compared[])[]> {
  const { options, loaded } = setup;
  let opened: ReturnType<typeof openSensitivity> | undefined;
  const context = () => {
    opened ??= openSensitivity(setup);
    return opened;
  };
  const [asGiven, ...others] = variantsFor(asDriven(loaded.target, options)) as [Variant, ...Variant[]];
  const variants = [asGiven, ...others.filter(isUseful)];
  const compared: Compared[][] = units.map(() => []);
  for (const variant of variants) {
    const takes = units.map((unit) => appliesTo(variant, unit, options, loaded.target));
    const taking = units.flatMap((_, i) => (takes[i] ? [i] : []));
    if (taking.length === 0 || (variant !== asGiven && setup.isOver(timeForVariants))) continue;
    const start = performance.now();
    const chosen = takes.map((take) => (take ? variant : asGiven));
    const all = applyVariants(options, loaded.target, units, chosen);
    const own = taking.map((i) => units[i]!);
    const what = `layers alone: ${variant.name}`;
    const errors = await measureUnits(setup, context, all, own, what);
    for (const [at, unit] of taking.entries()) compared[unit]!.push({ variant, error: errors[at]! });
    setup.tell({ what, trials: 1, seconds: (performance.now() - start) / 1000 });
  }
  return compared;
}

/** The target with as many rows at once as the options drive. */
function asDriven(target: Target, { rowsAtOnce }: CompileOptions): Target {
  return { ...target, driver: { ...target.driver, rowsAtOnce: rowsAtOnce ?? target.driver.rowsAtOnce } };
}

/** One chip is one draw: a change has to be better by about a decibel to count as better. */
const handicap = 1.25;

/** Output error and cost of every variant; cost as shares of the arrays and conversions of the mapping as given, added. */
export function candidatesOf(compared: readonly (readonly Compared[])[]): readonly (readonly Candidate[])[] {
  const total = (figure: 'arrays' | 'conversions') =>
    compared.reduce((sum, [given]) => sum + given!.error[figure], 0);
  const [arrays, conversions] = [total('arrays'), total('conversions')];
  return compared.map((variants) =>
    variants.map(({ error }, number) => ({
      noise: number === 0 ? noiseOf(error) : handicap * noiseOf(error),
      cost: error.arrays / arrays + error.conversions / conversions,
    })),
  );
}

/** Energy of the error as a share of the output's. */
function noiseOf(error: UnitError): number {
  return 10 ** (-decibels(error) / 10);
}

/** By unit, what an assignment says. */
export function variantsIn(
  compared: readonly (readonly Compared[])[],
  assignment: Assignment,
): readonly (Variant | 'digital')[] {
  return assignment.map((place, unit) => (place === 'digital' ? place : compared[unit]![place]!.variant));
}

/**
 * The layers that may stay digital together, those first that take most error along per multiplication.
 * @param noises by unit
 * @param most share of all multiplications that may be digital
 */
export function digitalOrder(units: readonly Unit[], noises: readonly number[], most: number): number[] {
  const total = units.reduce((sum, { multiplications }) => sum + multiplications, 0);
  const worth = (unit: number) => noises[unit]! / units[unit]!.multiplications;
  const order: number[] = [];
  let digital = 0;
  for (const unit of [...units.keys()].sort((a, b) => worth(b) - worth(a))) {
    const { multiplications } = units[unit]!;
    if ((digital + multiplications) / total > most || order.length === units.length - 1) continue;
    digital += multiplications;
    order.push(unit);
  }
  return order;
}
