/**
 * The errors of a target, one by one: every effect of it that errs -> the same target without it. Draws are keyed by seed,
 * effect, array and cell, so whatever remains has the same of them.
 */
import { conditionsOf } from '../conditions/models.ts';
import { schemeOf, withExactCells } from '../schemes/models.ts';
import { effectsOf } from './effects.ts';
import { adcErrors, driverErrors, quantization } from './periphery.ts';
import type { Target } from './target.ts';
import { wires } from './wires.ts';

/**
 * Where an error acts, and so what has to be done anew without it: the cells are written by the same program; they are only
 * read; what the compiler makes up for or rounds to (converters, wires) is settled anew as well; cells that hold no weight are
 * taken out of the chip.
 */
type Acts = 'writing' | 'reading' | 'settling' | 'unused cells';

export interface TargetError {
  /** Name of the effect. */
  readonly error: string;
  readonly acts: Acts;
  /** Only some time after programming. */
  readonly later: boolean;
  /** The target without it. */
  readonly ideal: Target;
}

/** Bits of a converter that hardly rounds. */
const fineBits = 16;

/** In the order in which they act. */
export function errorsOf(target: Target): readonly TargetError[] {
  const known = new Map(idealsOf(target).map((ideal) => [ideal.error, ideal]));
  return effectsOf(target, false).flatMap(({ name, applied }) => (applied ? (known.get(name) ?? []) : []));
}

/**
 * The target without any of these errors, by their names. They are taken away one after the other, each from what is left:
 * one that goes with another, as all that pulses err by goes with exact cells, is gone already.
 */
export function withoutErrors(target: Target, names: readonly string[]): Target {
  return names.reduce(
    (left, name) => errorsOf(left).find(({ error }) => error === name)?.ideal ?? left,
    target,
  );
}

function idealsOf(target: Target): TargetError[] {
  const without = (error: string, acts: Acts, ideal: object, later = false): TargetError => ({
    error,
    acts,
    later,
    ideal: { ...target, ...ideal },
  });
  const { faults, cell } = target;
  return [
    ...Object.entries(schemeOf(target).ideals()).map(([name, sections]) =>
      without(name, 'writing', sections === 'exact cells' ? withExactCells(target) : sections),
    ),
    without('stuck cells', 'writing', { faults: faults && { ...faults, stuckLow: 0, stuckHigh: 0 } }),
    ...conditionsOf(target).map(({ section, model: { kind, name } }) =>
      without(name, kind === 'disturb' ? 'writing' : 'reading', { [section]: undefined }, kind === 'ageing'),
    ),
    without('cells that no weight uses', 'unused cells', { cell: { ...cell, gUnformed: 0 } }),
    without(wires.name, 'settling', { wires: undefined }),
    without(driverErrors.name, 'reading', { driverErrors: undefined }),
    without(adcErrors.name, 'reading', { adcErrors: undefined }),
    without(quantization, 'settling', fineConverter(target)),
  ];
}

/** Errors of the converter are given in codes: they stay the same share of its range. */
function fineConverter({ adc, adcErrors: errors }: Target): object {
  const finer = 2 ** Math.max(0, fineBits - adc.bits);
  return {
    adc: { ...adc, bits: Math.max(adc.bits, fineBits) },
    adcErrors: errors && {
      ...errors,
      offsetSpread: finer * errors.offsetSpread,
      nonlinearity: errors.nonlinearity.map((codes) => finer * codes),
    },
  };
}
