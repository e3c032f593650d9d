/**
 * Level codes -> what the cells that hold them add to a column when it is read, by how their noise goes on in time: as multiples of
 * what drives their row (row-loads.ts), and of how much their inputs vary. 1/f noise of a law K ln(longest / shortest) is split at a
 * conversion, which the planes of a product have each by itself; at an image; and at the time since calibration. Of what is slower
 * than an image, C(0) in all and C(t) of it still as when the chip was calibrated, corrections remove what they can of C(0) and leave
 * 2 (C(0) - C(t)) in its place, and what they cannot remove is there with C(0): as if 2 C(t) - C(0) lasted and the rest came anew.
 */
import type { CellReading, CellReadings } from '../../src/ir/cell-readings.ts';
import { type Band, covarianceOf, scalesBetween } from '../../src/math/one-over-f.ts';
import { remembered } from '../../src/remembered.ts';
import { levelConductance } from '../../src/target/cell.ts';
import type { Target } from '../../src/target/target.ts';

/** Seconds that a layer takes for one conversion of all its columns, an image, and from calibration to the image. */
export interface ReadingTimes {
  readonly conversion: number;
  readonly image: number;
  readonly sinceCalibration: number;
}

/** Variances (S^2). */
export interface CellNoise {
  /** Mean of what the cells conduct, less their level (S). */
  readonly shift: number;
  /** As calibration finds it. */
  readonly lasting: number;
  /** Anew since then, the same in all planes of a product. */
  readonly together: number;
  /** Anew in every plane. */
  readonly apart: number;
}

/** By level code; -1: cells that no weight uses. */
export function cellNoise(
  { cell }: Pick<Target, 'cell'>,
  readings: CellReadings,
  times: ReadingTimes,
): (code: number) => CellNoise {
  const laws = readings.bands.map((band) => splitOf(band, times));
  const noiseOf = ({ mean, lasting, white, densities }: CellReading, level: number): CellNoise => {
    const sum = (of: (law: CellScales) => number) =>
      densities.reduce((all, density, law) => all + density * of(laws[law]!), 0);
    return {
      shift: mean - level,
      lasting: lasting + sum((law) => law.lasting),
      together: sum((law) => law.together),
      apart: white + sum((law) => law.apart),
    };
  };
  return remembered((code) => {
    const level = code < 0 ? idleConductance(cell) : levelConductance(cell, code);
    return noiseOf(code < 0 ? readings.unused : readings.of(level), level);
  });
}

/** Factors e of time scales. */
type CellScales = Pick<CellNoise, 'lasting' | 'together' | 'apart'>;

/** How much of a law's noise goes on in which way. */
export function splitOf(band: Band, { conversion, image, sinceCalibration }: ReadingTimes): CellScales {
  const slow = { from: Math.max(band.from, image), to: band.to };
  const all = covarianceOf(slow, 0);
  const kept = Math.max(0, 2 * covarianceOf(slow, sinceCalibration) - all);
  return {
    lasting: kept,
    together: all - kept + scalesBetween(band, Math.min(conversion, image), image),
    apart: scalesBetween(band, 0, Math.min(conversion, image)),
  };
}

/** What cells that no weight uses conduct (S). */
function idleConductance({ unused, gMin, gUnformed }: Target['cell']): number {
  return unused === 'reset' ? gMin : gUnformed;
}
