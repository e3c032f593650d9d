/** A transfer as reports and the compiler see it. */
import { enduranceSpent } from '../../diagnostics/all.ts';
import { levelStepOf } from '../../target/cell.ts';
import { hidden } from '../../target/hidden-plane.ts';
import { type Problem, unless } from '../../target/problem.ts';
import { formatQuantity } from '../../text/units.ts';
import type { ProgrammedTarget, SchemeModel } from '../scheme.ts';
import { resetSpread } from '../spread.ts';
import { transferEffects, transferIdeals } from './effects.ts';
import { parameters, type TransferProgramming } from './parameters.ts';
import { transferRates } from './rates.ts';
import { transferSpread } from './spread.ts';
import { type TransferLaw, transferLawOf } from './transfer.ts';

export const transfer: SchemeModel<TransferProgramming> = {
  parameters,
  sections: { hidden },
  of(target) {
    const law = transferLawOf(target);
    const { programming, cell } = law;
    return {
      exact: false,
      readsBack: false,
      openLoop: true,
      tolerance: levelStepOf(cell) / 2,
      precision: () => undefined,
      spread: (level) => transferSpread(law, level),
      afterReset: () => resetSpread(cell, programming.resetSpread),
      rates: transferRates(law),
      problems: () => problemsOf(target, law),
      effects: () => transferEffects(law),
      ideals: () => transferIdeals(law),
    };
  },
};

function problemsOf(
  { array, disturb }: ProgrammedTarget<TransferProgramming>,
  { programming: { access }, hidden: plane, cell }: TransferLaw,
): readonly Problem[] {
  const { bits, transferBits, fecapsPerLine, film, ageing } = plane;
  const pairs = Math.floor(array.columns / 2);
  const needed = pairs * bits;
  const levels = 2 ** transferBits;
  const ofLine = `${pairs} pairs of ${bits} bits need ${needed} FeCAPs on a line`;
  const ofFilm = `nothing switches within attemptTime, ${formatQuantity(film?.attemptTime ?? 0, 's')}`;
  const ofAccess = `${formatQuantity(access?.contactVoltage ?? 0, 'V')} of it stay across the memristor, so no current flows`;
  const worn: Problem['diagnose'] = (place, field) =>
    enduranceSpent(`${place}: ${field}`, 'any program', 'no cycles', 'FeCAPs');
  const isolated = 'the transistors through which a transfer programs its cells isolate all others';
  return [
    ...unless(cell.encoding === 'differential', 'cell.encoding', 'a transfer sets a differential pair'),
    ...unless(
      cell.levels === levels,
      'cell.levels',
      `${transferBits} transferred bits give ${levels} levels`,
    ),
    ...unless(transferBits < bits, 'hidden.transferBits', `a hidden integer has ${bits - 1} magnitude bits`),
    ...unless(needed <= fecapsPerLine, 'hidden.fecapsPerLine', ofLine),
    ...unless(!film || film.loopTime > film.attemptTime, 'hidden.film.loopTime', ofFilm),
    ...unless(!ageing || ageing.spent < ageing.endurance, 'hidden.ageing.spent', '').map((problem) => {
      return { ...problem, diagnose: worn };
    }),
    ...unless(
      !access || access.setVoltage > access.contactVoltage,
      'programming.access.setVoltage',
      ofAccess,
    ),
    ...(disturb ? [{ path: ['disturb'], reason: isolated }] : []),
  ];
}
