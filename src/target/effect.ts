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
export const seconds = (value: number): string => formatQuantity(value, 's');
export const ohms = (value: number): string => formatQuantity(value, 'ohm');

/** The effect of an optional section: off, and without parameters, where the target does not have it. */
export function sectionEffect<Section>(
  name: string,
  field: string,
  section: Section | undefined,
  parametersOf: (section: Section) => Readonly<Record<string, string>>,
  law: string,
): Effect {
  const named = section ? Object.entries(parametersOf(section)) : [];
  return {
    name,
    applied: section !== undefined,
    parameters: Object.fromEntries(named.map(([key, text]) => [`${field}.${key}`, text])),
    law,
  };
}
