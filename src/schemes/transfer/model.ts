/** A transfer as reports and the compiler see it. */
import { enduranceSpent } from '../../diagnostics/all.ts';
import { levelStepOf } from '../../target/cell.ts';
import { hidden } from '../../target/hidden-plane.ts';
import { type Check, unless } from '../../target/problem.ts';
import { formatQuantity } from '../../text/units.ts';
import type { ProgrammedTarget, SchemeModel } from '../scheme.ts';
import { resetSpread } from '../spread.ts';
import { transferEffects, transferIdeals } from './effects.ts';
import { parameters, type TransferProgramming } from './parameters.ts';
import { transferRates } from './rates.ts';
import { transferSpread } from './spread.ts';
import { transferLawOf } from './transfer.ts';

const checks: readonly Check<ProgrammedTarget<TransferProgramming>>[] = [
  ({ cell }) =>
    unless(cell.encoding === 'differential', 'cell.encoding', 'a transfer sets a differential pair'),
  ({ cell, hidden: plane }) => {
    const { transferBits } = plane!;
    const levels = 2 ** transferBits;
    return unless(
      cell.levels === levels,
      'cell.levels',
      `${transferBits} transferred bits give ${levels} levels`,
    );
  },
  ({ hidden: plane }) => {
    const { bits, transferBits } = plane!;
    return unless(
      transferBits < bits,
      'hidden.transferBits',
      `a hidden integer has ${bits - 1} magnitude bits`,
    );
  },
  ({ array, hidden: plane }) => {
    const { bits, fecapsPerLine } = plane!;
    const pairs = Math.floor(array.columns / 2);
    const ofLine = `${pairs} pairs of ${bits} bits need ${pairs * bits} FeCAPs on a line`;
    return unless(pairs * bits <= fecapsPerLine, 'hidden.fecapsPerLine', ofLine);
  },
  ({ hidden: plane }) => {
    const { film } = plane!;
    const nothing = `nothing switches within attemptTime, ${formatQuantity(film?.attemptTime ?? 0, 's')}`;
    return unless(!film || film.loopTime > film.attemptTime, 'hidden.film.loopTime', nothing);
  },
  ({ hidden: plane }) => {
    const { ageing } = plane!;
    return unless(!ageing || ageing.spent < ageing.endurance, 'hidden.ageing.spent', '').map((problem) => ({
      ...problem,
      diagnose: (place, field) => enduranceSpent(`${place}: ${field}`, 'any program', 'no cycles', 'FeCAPs'),
    }));
  },
  ({ programming: { access } }) => {
    const stays = `${formatQuantity(access?.contactVoltage ?? 0, 'V')} of it stay across the memristor, so no current flows`;
    return unless(
      !access || access.setVoltage > access.contactVoltage,
      'programming.access.setVoltage',
      stays,
    );
  },
  ({ disturb }) =>
    disturb
      ? [
          {
            path: ['disturb'],
            reason: 'the transistors through which a transfer programs its cells isolate all others',
          },
        ]
      : [],
];

export const transfer: SchemeModel<TransferProgramming> = {
  parameters,
  essentials: ['hidden.bits', 'hidden.transferBits', 'programming.cycleToCycle'],
  sections: { hidden },
  checks,
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
      effects: () => transferEffects(law),
      ideals: () => transferIdeals(law),
    };
  },
};
