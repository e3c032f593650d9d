/**
 * Chips without some of the errors of writes, or without wires, where levels are corrected for wires. Such a correction makes up for what
 * cells of a level conduct on average as well: this average belongs to the correction, and is no error while both are there. Were one
 * of the two taken away, the other would err in its place. So cells keep the average that their levels are settled for, and what
 * is taken away with an error of writes is what scatters about it; where the correction is gone with the wires, the average is the level.
 */
import type { Chip } from '../chip/chip.ts';
import type { ArrayProgram } from '../ir/schedule.ts';
import { toldCells } from '../ir/told-cells.ts';
import { schemeOf } from '../schemes/models.ts';
import { levelConductance } from '../target/cell.ts';
import type { Target } from '../target/target.ts';

/**
 * @param told instructions that the chip was programmed by
 * @param own target of its devices
 * @param expected target whose averages its levels make up for; `levels` where they make up for none
 * @returns the chip with every cell that a write has brought to its level moved by as much as these averages differ
 */
export function endingAsExpected(
  chip: Chip,
  told: Iterable<ArrayProgram>,
  own: Target,
  expected: Target | 'levels',
): Chip {
  const { cell } = own;
  const levels = Array.from({ length: cell.levels }, (_, code) => levelConductance(cell, code));
  const offsets = levels.map(
    (level) => (expected === 'levels' ? level : averageOf(expected, level)) - averageOf(own, level),
  );
  if (offsets.every((offset) => offset === 0)) return chip;
  const reach = acceptedWithin(expected === 'levels' ? own : expected);
  const conductances = [...chip.conductances];
  for (const program of told) {
    const codes = toldCells(chip.header, program).levels;
    conductances[program.array] = conductances[program.array]!.map((g, at) => {
      const code = codes[at]!;
      return code >= 0 && Math.abs(g - levels[code]!) <= reach ? g + offsets[code]! : g;
    });
  }
  return { ...chip, conductances };
}

const averageOf = (target: Target, level: number): number => schemeOf(target).meanAt?.(level) ?? level;

/** How far from its level a cell may be that writes have not given up (S): standard deviations of the last reading. */
const furthest = 6;

function acceptedWithin(target: Target): number {
  const { tolerance, readNoise } = schemeOf(target).precision() ?? { tolerance: 0, readNoise: 0 };
  return tolerance + furthest * readNoise;
}
