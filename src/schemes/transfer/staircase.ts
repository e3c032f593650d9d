/**
 * The staircase of a transfer: turns the law of a chip into the mean and spread of G+ - G- at every digit, with all error
 * sources and with each alone, by transferring the digit in so many circuits, so many times in each. A circuit is a
 * synapse with devices of its own, on a line of its own; what is fixed in a device is the same in all its transfers.
 */

import { levelConductance } from '../../target/cell.ts';
import type { HiddenPlane } from '../../target/hidden-plane.ts';
import type { Target } from '../../target/target.ts';
import type { TransferProgramming } from './parameters.ts';
import { newTransferOutcome, openTransferDraws, type TransferLaw, transfer } from './transfer.ts';

export const errorSources = ['sign', 'charge', 'line', 'threshold', 'set', 'reset'] as const;
export type ErrorSource = (typeof errorSources)[number];

export interface Spread {
  /** Of G+ - G- (S). */
  readonly mean: number;
  readonly sigma: number;
}

export interface StaircaseLevel {
  /** Signed digit. */
  readonly digit: number;
  /** G+ - G- without any error (S). */
  readonly ideal: number;
  readonly all: Spread;
  readonly alone: Readonly<Record<ErrorSource, Spread>>;
  /** Share of transfers, with all sources, that sensed the sign wrongly. */
  readonly signErrors: number;
}

export interface StaircaseSettings {
  readonly circuits: number;
  /** Of every digit in every circuit. */
  readonly transfers: number;
  readonly seed: number;
}

/** A law with some error sources off. Switching one off reshuffles no other. */
export function withSources(law: TransferLaw, on: readonly ErrorSource[]): TransferLaw {
  const size = (source: ErrorSource, value: number) => (on.includes(source) ? value : 0);
  const hidden: HiddenPlane = {
    ...law.hidden,
    windowSpread: size('sign', law.hidden.windowSpread),
    senseOffset: size('sign', law.hidden.senseOffset),
    chargeSpread: size('charge', law.hidden.chargeSpread),
    lineNoise: size('line', law.hidden.lineNoise),
    thresholdSpread: size('threshold', law.hidden.thresholdSpread),
  };
  const programming: TransferProgramming = {
    ...law.programming,
    cycleToCycle: size('set', law.programming.cycleToCycle),
    resetSpread: size('reset', law.programming.resetSpread),
  };
  return { ...law, hidden, programming };
}

/** Every digit from the lowest to the highest. Standard deviations are those of the sample. */
export function staircase(
  law: TransferLaw,
  columns: Target['array']['columns'],
  settings: StaircaseSettings,
): readonly StaircaseLevel[] {
  const highest = 2 ** law.hidden.transferBits - 1;
  const laws = errorSources.map((source) => [source, withSources(law, [source])] as const);
  return Array.from({ length: 2 * highest + 1 }, (_, i) => {
    const digit = i - highest;
    const all = measure(law, columns, digit, settings);
    const alone = laws.map(([source, of]) => [source, measure(of, columns, digit, settings).spread] as const);
    return {
      digit,
      ideal: Math.sign(digit) * (levelConductance(law.cell, Math.abs(digit)) - law.cell.gMin),
      all: all.spread,
      alone: Object.fromEntries(alone) as Record<ErrorSource, Spread>,
      signErrors: all.signErrors,
    };
  });
}

function measure(
  law: TransferLaw,
  columns: number,
  digit: number,
  { circuits, transfers, seed }: StaircaseSettings,
): { readonly spread: Spread; readonly signErrors: number } {
  const draws = openTransferDraws(seed, 0);
  const outcome = newTransferOutcome();
  const digits = 2 ** (law.hidden.transferBits + 1);
  const cells = circuits * columns;
  const differences: number[] = [];
  let signErrors = 0;
  for (let circuit = 0; circuit < circuits; circuit++) {
    const cell = circuit * columns;
    const at = { row: circuit, synapse: cell >> 1, cell };
    for (let repetition = 0; repetition < transfers; repetition++) {
      // Every digit has its own transfers, as on a bench that goes through the digits again and again.
      const event = (repetition * digits + digit + digits / 2) * cells + cell;
      transfer(law, draws, at, digit < 0, Math.abs(digit), event, outcome);
      differences.push(outcome.gPos - outcome.gNeg);
      signErrors += outcome.signError ? 1 : 0;
    }
  }
  const count = differences.length;
  const mean = differences.reduce((sum, g) => sum + g, 0) / count;
  const squares = differences.reduce((sum, g) => sum + (g - mean) ** 2, 0);
  const spread = { mean, sigma: Math.sqrt(squares / Math.max(1, count - 1)) };
  return { spread, signErrors: signErrors / count };
}
