/**
 * What a simulation of a target contains: every effect with its parameters and its law as one line, and plainly what is
 * not modelled. Every report shows both, so that an accuracy is never read as more than it is.
 */

import { conditionEffects } from '../conditions/models.ts';
import { schemeOf } from '../schemes/models.ts';
import { levelStepOf } from './cell.ts';
import { type Effect, sectionEffect, siemens } from './effect.ts';
import { faultEffects } from './faults.ts';
import { peripheryEffects } from './periphery.ts';
import type { Target } from './target.ts';
import { wires } from './wires.ts';

/** What no field of a target switches on: an ideal world in these respects. */
export const notModelled: readonly string[] = [
  'nonlinear current-voltage curves of the cells',
  'noise of the input drivers and of the converters themselves, and how long both take to settle',
  'temperature, and wear of memristors below the end of their endurance',
];

/** How a layer's digits are stored. */
export interface StoredLayer {
  readonly copies: number;
  /** What the digits of copies add up to for an integer of 1, where these share it. */
  readonly digitsPerOne?: number | undefined;
  readonly repeats: number;
  readonly residual: boolean;
}

/** A fault map that a package was compiled around. */
export interface MappedFaults {
  readonly sha256: string;
  /** Faulty cells that still are off their digit. */
  readonly after: { readonly cells: number };
}

/**
 * The effects of a target, in the order in which they act.
 * @param calibrated whether digital gain and bias were re-estimated on the programmed chip
 * @param layers how the layers of a package are stored: what makes their weights more exact is listed where it is used
 * @param mapped the fault maps of chips that are worked around
 */
export function effectsOf(
  target: Target,
  calibrated: boolean,
  layers: readonly StoredLayer[] = [],
  mapped: readonly MappedFaults[] = [],
): Effect[] {
  return [
    levels(target),
    ...schemeOf(target).effects(),
    ...faultEffects(target.cell, target.faults),
    ...conditionEffects(target, 'disturb'),
    ...(mapped.length > 0 ? [workedAround(mapped)] : []),
    ...storing(layers),
    unused(target),
    ...conditionEffects(target, 'ageing', 'fluctuation'),
    sectionEffect('wires', wires, target.wires),
    ...conditionEffects(target, 'noise', 'accumulation'),
    ...peripheryEffects(target),
    calibration(calibrated),
  ];
}

function levels({ cell, slices }: Target): Effect {
  return {
    name: 'level quantization',
    applied: true,
    parameters: {
      'cell.levels': String(cell.levels),
      'cell.gUseMin': siemens(cell.gUseMin),
      'cell.gUseMax': siemens(cell.gUseMax),
      'level step': siemens(levelStepOf(cell)),
      'cell.encoding': cell.encoding,
      ...(cell.flipped && { 'cell.flipped': cell.flipped }),
      slices: `${slices}, unless the options say otherwise`,
    },
    law: 'G(code) = gUseMin + code (gUseMax - gUseMin) / (levels - 1)',
  };
}

function workedAround(maps: readonly MappedFaults[]): Effect {
  return {
    name: 'known faulty cells, worked around',
    applied: true,
    parameters: {
      'fault maps': maps.map(({ sha256 }) => sha256.slice(0, 12)).join(', '),
      'cells not saved': maps.map(({ after }) => after.cells).join(', '),
    },
    law: 'columns are flipped and moved until stuck and unresponsive cells of this chip hold what they are to; any other chip suffers from its own',
  };
}

function storing(layers: readonly StoredLayer[]): Effect[] {
  const copied = layers.filter(({ copies }) => copies > 1);
  const finer = copied.filter((layer) => layer.digitsPerOne !== undefined);
  const repeated = layers.filter(({ repeats }) => repeats > 1);
  const residual = layers.filter((layer) => layer.residual);
  const on = (some: readonly StoredLayer[]) => ({ layers: `${some.length} of ${layers.length}` });
  const copies: Effect = {
    name: 'averaged copies',
    applied: true,
    parameters: {
      ...on(copied),
      copies: [...new Set(copied.map((layer) => layer.copies))].join(', '),
      ...(finer.length > 0 && { 'finer integers': on(finer).layers }),
    },
    law: `weight = sum over slices and copies of radix^slice / copies * digit; each has its own cells and conversions${finer.length > 0 ? '; copies of finer integers add up to them, or to a multiple' : ''}`,
  };
  const repeats: Effect = {
    name: 'repeated rows',
    applied: true,
    parameters: { ...on(repeated), repeats: [...new Set(repeated.map((layer) => layer.repeats))].join(', ') },
    law: 'digit = sum over repeats of G / (repeats level steps); one input drives their rows together, one conversion takes their sum',
  };
  const slicing: Effect = {
    name: 'residual slicing',
    applied: true,
    parameters: on(residual),
    law: 'level code of a part = round(its own + what the others lack, as they are read), two rounds over all parts',
  };
  return [
    ...(copied.length > 0 ? [copies] : []),
    ...(repeated.length > 0 ? [repeats] : []),
    ...(residual.length > 0 ? [slicing] : []),
  ];
}

function unused({ cell }: Target): Effect {
  const reset = cell.unused === 'reset';
  return {
    name: 'cells that no weight uses',
    applied: reset || cell.gUnformed > 0,
    parameters: { 'cell.unused': cell.unused, 'cell.gUnformed': siemens(cell.gUnformed) },
    law: reset ? 'they conduct as after RESET' : 'they conduct gUnformed',
  };
}

function calibration(calibrated: boolean): Effect {
  return {
    name: 'calibration on the programmed chip',
    applied: calibrated,
    parameters: {},
    law: 'y = gain y + C (sums of the inputs) + bias per column, fitted by least squares to the integer reference on calibration inputs',
  };
}
