/** The parts of a chip that an inference makes work, how their acts are counted, and the energy of one act of each. */
import type { Circuits } from '../target/circuits.ts';
import type { Target } from '../target/target.ts';

/** In the order in which a value passes them. */
export const parts = [
  'drivers',
  'cells',
  'sampleHold',
  'converters',
  'shiftAdd',
  'registers',
  'buffers',
  'interconnect',
  'digital',
] as const;
export type Part = (typeof parts)[number];

/** One number for every part. */
export type ByPart = Readonly<Record<Part, number>>;

/**
 * Energy of one act of every part (J): a row driven, a cell on a driven row, a value held, a conversion, a code added, a byte that
 * passes registers, buffers or interconnect, a digital operation.
 * @param cell that of one cell on a driven row (J)
 */
export function energiesOf(
  circuits: Circuits,
  { energy: conversion }: Pick<Target['adc'], 'energy'>,
  cell: number,
): ByPart {
  return {
    ...byPart((part) => (part === 'converters' || part === 'cells' ? 0 : (circuits[part]?.energy ?? 0))),
    cells: cell,
    converters: conversion,
  };
}

export function byPart(value: (part: Part) => number): ByPart {
  return Object.fromEntries(parts.map((part) => [part, value(part)])) as Record<Part, number>;
}

export const addedParts = (all: readonly ByPart[]): ByPart =>
  byPart((part) => all.reduce((sum, one) => sum + one[part], 0));

export const totalOf = (of: ByPart): number => parts.reduce((sum, part) => sum + of[part], 0);
