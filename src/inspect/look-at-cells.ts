/**
 * A package, and a chip that was programmed from it -> the conductances of its cells: those that they are told, those that they
 * got, the difference, and a small picture of every array.
 */
import type { Chip } from '../chip/chip.ts';
import { toldCells, untold } from '../ir/told-cells.ts';
import { decodePrograms } from '../package/bitstreams.ts';
import type { Package } from '../package/open.ts';
import { type Cell, levelConductance, levelStepOf } from '../target/cell.ts';
import { type Floorplan, floorplanOf } from './floorplan.ts';
import { type Histogram, histogramOf, trimmed } from './histogram.ts';

/** What cells of a layer are off the level that they are told (S). */
export interface LayerErrors {
  readonly layer: string;
  /** Cells that are told a level. */
  readonly cells: number;
  readonly mean: number;
  /** Root of the mean square around that mean. */
  readonly deviation: number;
}

/** Shades of pictures; one more is of cells that are told nothing, or were never formed. */
export const shades = 8;

export interface CellsLook {
  /** Cells by the conductance (S) of the level that they are told. */
  readonly targets: Histogram;
  /** The same cells by what they conduct; with a chip. */
  readonly programmed?: Histogram;
  /** The same cells by what they are off (S); with a chip. */
  readonly errors?: Histogram;
  /** Layers with such cells; with a chip. */
  readonly layers: readonly LayerErrors[];
  /** What a picture shows from its first shade to its last (S); beyond lie the end shades. */
  readonly range: { readonly from: number; readonly to: number };
  /** By array: shade of every cell, rows x columns, of the chip or, without one, of the levels. */
  readonly pictures: readonly Uint8Array[];
}

export interface CellsLookOptions {
  readonly chip?: Chip;
  readonly onArray?: (done: number, total: number) => void;
}

/** Bins of conductances are as wide as a level step, or wider where there are many levels. */
const mostBins = 64;
/** Errors up to half of the window are told apart, in so many steps on each side. */
const errorSteps = 500;

export async function lookAtCells(
  pkg: Package,
  { chip, onArray }: CellsLookOptions = {},
): Promise<CellsLook> {
  const { cell } = pkg.loaded.target;
  const plan = floorplanOf(pkg);
  const { header, arrays } = await decodePrograms(pkg);
  const tallies = openTallies(cell, plan);
  const pictures: Uint8Array[] = [];
  const shade = shadeOf(cell);
  onArray?.(0, header.arrays);
  for await (const program of arrays) {
    const { array } = program;
    const { levels } = toldCells(header, program);
    const got = chip?.conductances[array];
    for (const block of plan.arrays[array]!)
      for (let row = block.rows.start; row < block.rows.end; row++)
        for (let column = block.columns.start; column < block.columns.end; column++) {
          const at = row * header.columns + column;
          const level = levels[at]!;
          if (level !== untold) tallies.take(block.number, levelConductance(cell, level), got?.[at]);
        }
    pictures[array] = got
      ? Uint8Array.from(got, shade)
      : Uint8Array.from(levels, (level) =>
          level === untold ? shades : shade(levelConductance(cell, level)),
        );
    onArray?.(pictures.length, header.arrays);
  }
  return { ...tallies.come(chip !== undefined), range: { from: cell.gUseMin, to: cell.gUseMax }, pictures };
}

/** Cells that conduct less than halfway from unformed to the lowest that can be programmed were never formed. */
function shadeOf({ gUseMin, gUseMax, gMin, gUnformed }: Cell): (g: number) => number {
  const formed = gUnformed < gMin ? (gUnformed + gMin) / 2 : 0;
  const step = (gUseMax - gUseMin) / shades;
  return (g) => (g < formed ? shades : Math.max(0, Math.min(shades - 1, Math.floor((g - gUseMin) / step))));
}

/** What the cells come to, one after the other. */
function openTallies(cell: Cell, { layers }: Floorplan) {
  const { gUseMin, gUseMax } = cell;
  const window = gUseMax - gUseMin;
  const level = levelStepOf(cell);
  const step = Math.max(level, window / (mostBins - 1));
  const margin = Math.ceil(window / 4 / step);
  const below = Math.min(margin, Math.floor(gUseMin / step));
  const bins = Math.round(window / step) + 1;
  const targets = histogramOf(gUseMin - step / 2, step, bins);
  const programmed = histogramOf(gUseMin - (below + 0.5) * step, step, below + bins + margin);
  const errors = histogramOf(-window / 2, window / 2 / errorSteps, 2 * errorSteps);
  const sums = layers.map(() => ({ cells: 0, sum: 0, squares: 0 }));
  return {
    take(layer: number, told: number, got: number | undefined): void {
      targets.add(told);
      if (got === undefined) return;
      programmed.add(got);
      errors.add(got - told);
      const own = sums[layer]!;
      own.cells++;
      own.sum += got - told;
      own.squares += (got - told) ** 2;
    },
    come(programmedToo: boolean): Pick<CellsLook, 'targets' | 'programmed' | 'errors' | 'layers'> {
      if (!programmedToo) return { targets: targets.counted(), layers: [] };
      return {
        targets: targets.counted(),
        programmed: programmed.counted(),
        errors: trimmed(errors.counted(), mostBins),
        layers: sums.flatMap(({ cells, sum, squares }, i) => {
          const mean = sum / cells;
          const deviation = Math.sqrt(Math.max(0, squares / cells - mean ** 2));
          return cells > 0 ? [{ layer: layers[i]!.name, cells, mean, deviation }] : [];
        }),
      };
    },
  };
}
