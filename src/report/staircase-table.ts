/** A transfer staircase -> its table, and what window and digit step rest on, as lines of text. */
import { chargeShare } from '../schemes/transfer/fecap/charge.ts';
import { complianceAt, lineVoltageOf } from '../schemes/transfer/fecap/compliance.ts';
import type { TransferPhysics } from '../schemes/transfer/fecap/physics.ts';
import { errorSources, type StaircaseLevel } from '../schemes/transfer/staircase.ts';
import type { TransferLaw } from '../schemes/transfer/transfer.ts';
import type { ArraySize } from '../target/sections.ts';
import { formatQuantity } from '../text/units.ts';
import { formatCount, formatShare } from './number.ts';
import { formatTable, numbers } from './table.ts';

const inMicro = (siemens: number) => (1e6 * siemens).toFixed(2).replace(/^-(?=0\.00$)/, '');

/** One line per digit, conductances in uS; the columns from `sigma` on are standard deviations. */
export function formatStaircase(law: TransferLaw, levels: readonly StaircaseLevel[]): string {
  const { access } = law.programming;
  const headers = ['digit', ...(access ? ['line', 'limit'] : []), 'ideal', 'mean', 'sigma', ...errorSources];
  const rows = levels.map(({ digit, ideal, all, alone }) => [
    String(digit),
    ...(access ? circuitTexts(law, digit) : []),
    inMicro(ideal),
    inMicro(all.mean),
    inMicro(all.sigma),
    ...errorSources.map((source) => inMicro(alone[source].sigma)),
  ]);
  return formatTable(numbers(...headers), rows);
}

/** Line voltage and compliance of a digit; without a SET there is neither. */
function circuitTexts(
  { programming: { access }, hidden, cell }: TransferLaw,
  digit: number,
): readonly string[] {
  if (!access || digit === 0) return ['', ''];
  const line = lineVoltageOf(access, cell, chargeShare(hidden) * Math.abs(digit));
  return [formatQuantity(line, 'V', 4), formatQuantity(complianceAt(access, line), 'A')];
}

/** Each derived number beside the field of the target that states it, where there is one. */
export function formatPhysics(
  { chargeShare: share, window, worstWindow, film, access }: TransferPhysics,
  { hidden, programming, cell }: TransferLaw,
  array: ArraySize,
): string {
  const volts = (value: number) => formatQuantity(value, 'V');
  const joules = (value: number) => formatQuantity(value, 'J');
  const count = formatCount(array.rows * hidden.fecapsPerLine);
  const lines = [
    `FeCAPs give ${formatShare(share)} of their charge; read window ${volts(window)}, of the worst of ${count} ${volts(worstWindow)}`,
  ];
  if (film)
    lines.push(
      `film: 2 Pr A = ${formatQuantity(film.charge, 'C')}, ${volts(film.window)} on the line of a sign; 2 Pr A V = ${joules(film.energy)} per switch (hidden.writeEnergy ${joules(hidden.writeEnergy)})`,
      `PUND at ${volts(film.voltage)}: 2 Pr = ${formatQuantity(2 * film.remanence, 'C/m2')}, coercive voltage ${volts(film.coerciveVoltage)}`,
    );
  if (access) {
    const { lineCapacitance: line, saturated } = access;
    const load = line === undefined ? '' : `, which takes a line of ${formatQuantity(line, 'F')}`;
    lines.push(
      `transistor: ${volts(access.lineStep)} of line per digit step${load}; ${formatQuantity(access.highest, 'S')} at its highest compliance (cell.gUseMax ${formatQuantity(cell.gUseMax, 'S')}); ${saturated ? 'saturated' : 'not saturated'} at the highest digit`,
      `pulses: SET of the highest digit ${joules(access.setEnergy)} (programming.setEnergy ${joules(programming.setEnergy)}), forming ${joules(access.formEnergy)} (programming.formEnergy ${joules(programming.formEnergy)})`,
    );
  }
  return lines.map((line) => `${line}\n`).join('');
}
