/** One effect of a simulation, and how its parameters are printed. */
import { formatQuantity } from '../units.ts';

export interface Effect {
  readonly name: string;
  /** False where the target or the options switch it off. */
  readonly applied: boolean;
  /** By field of the target, with units. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly law: string;
}

export const siemens = (value: number): string => formatQuantity(value, 'S');
export const volts = (value: number): string => formatQuantity(value, 'V');
export const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;
