/**
 * How a network runs that needs more arrays than there are: some arrays are written once and stay, the others are written anew in every
 * pass, which holds the layers that come next. Arrays of a package are numbered through, those that stay and then pass after pass; on
 * the chip, all passes begin at the same array.
 */
export interface Passes {
  /** Arrays that are written once: the first. */
  readonly kept: number;
  /** Arrays of every pass, two passes or more. */
  readonly each: readonly number[];
}

/** What the compiler says of them besides. */
export interface PlannedPasses extends Passes {
  /** Of one inference, that wait between passes, all of them together. */
  readonly bytes: number;
}

/** One bitstream's share of a package's arrays. */
export interface ArrayRun {
  /** 0 for the arrays that stay, then 1 for the first pass. */
  readonly pass: number;
  /** Number of its first array in the package, and on the chip. */
  readonly first: number;
  readonly onChip: number;
  readonly arrays: number;
}

/** The arrays that stay, then those of every pass. */
export function runsOf({ kept, each }: Passes): readonly ArrayRun[] {
  let first = kept;
  const written = each.map((arrays, index): ArrayRun => {
    const run = { pass: index + 1, first, onChip: kept, arrays };
    first += arrays;
    return run;
  });
  return [{ pass: 0, first: 0, onChip: 0, arrays: kept }, ...written];
}

export function isOf({ first, arrays }: ArrayRun, array: number): boolean {
  return array >= first && array < first + arrays;
}

/** Arrays of the chip that a package of `arrays` arrays uses. */
export function arraysOnChip(passes: Passes | undefined, arrays: number): number {
  return passes ? passes.kept + Math.max(...passes.each) : arrays;
}

/** By array of the package: its number on the chip. */
export function placesOnChip(passes: Passes | undefined, arrays: number): readonly number[] {
  if (!passes) return Array.from({ length: arrays }, (_, array) => array);
  return runsOf(passes).flatMap((run) => Array.from({ length: run.arrays }, (_, i) => run.onChip + i));
}
