/** How the fields of the laws between programming and reading fit together, and with the levels that are read. */

import { polynomial } from '../polynomial.ts';
import { formatQuantity } from '../units.ts';
import { levelStepOf } from './cell.ts';
import type { Problem } from './problem.ts';
import type { Target } from './target.ts';

export function readingProblems(target: Target): readonly Problem[] {
  const { relaxation, drift, flicker, readNoise, cell } = target;
  const problems: Problem[] = [];
  const expect = (holds: boolean, field: string, reason: string) => {
    if (!holds) problems.push({ path: [...field.split('.'), 'value'], reason });
  };
  if (relaxation) {
    const { validFrom, validTo, validGMin, validGMax } = relaxation;
    expect(
      validFrom > 0,
      'relaxation.validFrom',
      'this must be more than 0 s: a logarithm has no value there',
    );
    expect(validFrom <= validTo, 'relaxation.validTo', 'this lies before relaxation.validFrom');
    expect(validGMin <= validGMax, 'relaxation.validGMax', 'this lies below relaxation.validGMin');
  }
  if (drift) {
    expect(drift.exponentMin <= drift.exponentMax, 'drift.exponentMax', 'this lies below drift.exponentMin');
    expect(drift.spreadMin <= drift.spreadMax, 'drift.spreadMax', 'this lies below drift.spreadMin');
    expect(drift.validFrom <= drift.validTo, 'drift.validTo', 'this lies before drift.validFrom');
    expect(drift.validGMin <= drift.validGMax, 'drift.validGMax', 'this lies below drift.validGMin');
  }
  if (flicker)
    expect(flicker.shortest <= flicker.longest, 'flicker.longest', 'this is shorter than flicker.shortest');
  if (readNoise) {
    const levels = Array.from({ length: cell.levels }, (_, code) => cell.gUseMin + code * levelStepOf(cell));
    const negative = levels.find((g) => polynomial(readNoise.sigma, g) < 0);
    expect(
      negative === undefined,
      'readNoise.sigma',
      `this is negative at ${formatQuantity(negative ?? 0, 'S')}, the conductance of a level`,
    );
  }
  return problems;
}
