/** What all conditions do to the cells of a chip, by their section of a target; and those of one target, opened on one array. */
import type {
  Accumulation,
  AgedArray,
  CellLaws,
  Kind,
  Move,
  ProgrammedArray,
  SeenArray,
  Sigma,
} from './condition.ts';
import { drifting } from './drift/cells.ts';
import { flickering } from './flicker/cells.ts';
import { halfSelecting } from './half-select/cells.ts';
import { growingNoise } from './log-noise/cells.ts';
import { type Conditions, conditionsOf, type models, type ReadSection, type Section } from './models.ts';
import { relativeNoise } from './power-noise/cells.ts';
import { readDisturbing } from './read-disturb/cells.ts';
import { whiteNoise } from './read-noise/cells.ts';
import { relaxing } from './relaxation/cells.ts';
import { switching } from './telegraph/cells.ts';
import { trapping } from './traps/cells.ts';

export const cells = {
  disturb: halfSelecting,
  relaxation: relaxing,
  drift: drifting,
  readDisturb: readDisturbing,
  telegraph: switching,
  traps: trapping,
  flicker: flickering,
  readNoise: whiteNoise,
  logNoise: growingNoise,
  powerNoise: relativeNoise,
} satisfies { readonly [S in Section]: CellLaws<ReadSection<S>>[(typeof models)[S]['kind']] };

/** Those of one kind that a target has. The registry holds that a section's cells take what its kind says. */
function opened<K extends Kind>(
  target: Conditions,
  kind: K,
  on: Parameters<CellLaws<object>[K]>[1],
): ReturnType<CellLaws<object>[K]>[] {
  return conditionsOf(target, kind).map(({ section, read }) =>
    (cells[section] as (...given: [object, typeof on]) => ReturnType<CellLaws<object>[K]>)(read, on),
  );
}

/** What half-select pulses do, once a program has run. */
export function disturbs(target: Conditions, on: ProgrammedArray): readonly Move[] {
  return opened(target, 'disturb', on);
}

/** What time does to formed cells, once it is over: nothing has aged at 0. */
export function ageings(target: Conditions, on: AgedArray): readonly Move[] {
  return on.at > 0 ? opened(target, 'ageing', on) : [];
}

/** What formed cells do from batch to batch of readings. */
export function fluctuations(target: Conditions, on: SeenArray): readonly Move[] {
  return opened(target, 'fluctuation', on);
}

/** What happens to formed cells until they are read, in the order in which it does. */
export function moves(target: Conditions, on: AgedArray & SeenArray): readonly Move[] {
  return [...ageings(target, on), ...fluctuations(target, on)];
}

/** Variance of cells (S^2), given what they conduct now and conducted right after programming (S). */
type Variance = (g: number, programmed: number) => number;

/** Variance of the white noise of one reading at a time, by all laws together; undefined without. */
export function varianceAt(target: Conditions, at: number): Variance | undefined {
  const sigmas = opened(target, 'noise', at);
  return sigmas.length > 0 ? varianceOf(sigmas) : undefined;
}

/** 1/f noise by its law: variance that a factor e of time scales adds. */
export function densities(target: Conditions): Variance[] {
  return accumulations(target).map(({ sigma }) => varianceOf([sigma]));
}

/** Laws of 1/f noise, in the order of their densities. */
export function accumulations(target: Conditions): Accumulation[] {
  return opened(target, 'accumulation', undefined);
}

/** A cell that does not conduct has no noise. */
function varianceOf(sigmas: readonly Sigma[]): Variance {
  return (g, programmed) => (g > 0 ? sigmas.reduce((sum, sigma) => sum + sigma(g, programmed) ** 2, 0) : 0);
}
