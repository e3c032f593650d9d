/**
 * How the transfer line sets a memristor: turns its voltage into a compliance current and that into a conductance, in one
 * SET without verifying. The transistor in series is velocity-saturated, so its current is linear in its gate voltage; and
 * a filament grows until the voltage across it has fallen to `contactVoltage`, at whatever current that is (Ielmini, IEEE
 * TED 58, 4309, 2011):
 *
 *   I = transconductance (V - threshold),   G = I / contactVoltage
 *
 * so that G is linear in the line voltage, which is linear in the digit: the line starts where level 0 would be, and every
 * step of the digit adds `lineStep`.
 */

import { levelConductance, levelStepOf } from '../../../target/cell.ts';
import type { Target } from '../../../target/target.ts';
import type { AccessTransistor } from '../parameters.ts';

type Cell = Target['cell'];

/** Current to which a line voltage limits a SET (A). */
export function complianceAt({ transconductance, threshold }: AccessTransistor, line: number): number {
  return transconductance * Math.max(0, line - threshold);
}

/** Conductance that a SET at this compliance leaves (S). */
export function conductanceAt({ contactVoltage }: AccessTransistor, compliance: number): number {
  return compliance / contactVoltage;
}

/** Rise of the line that one digit step takes (V). */
export function lineStep({ contactVoltage, transconductance }: AccessTransistor, cell: Cell): number {
  return (contactVoltage * levelStepOf(cell)) / transconductance;
}

/** Line voltage of a digit (V): the voltage before any FeCAP is read, and one step for each of the digit. */
export function lineVoltageOf(access: AccessTransistor, cell: Cell, digit: number): number {
  const start =
    access.threshold + (access.contactVoltage * levelConductance(cell, 0)) / access.transconductance;
  return start + digit * lineStep(access, cell);
}

/** Whether the transistor is saturated when a SET at this line voltage ends: V_DS >= V_GS - threshold. */
export function isSaturated(
  { setVoltage, contactVoltage, threshold }: AccessTransistor,
  line: number,
): boolean {
  return setVoltage - contactVoltage >= line - threshold;
}

/** Energy of a pulse of `time` at `voltage` whose current is limited (J). */
export function limitedEnergy(voltage: number, compliance: number, time: number): number {
  return voltage * compliance * time;
}
