/**
 * DAC-free transfer of a hidden integer to two memristors: turns the FeCAPs' most significant bits into the
 * conductances G+ and G-, as in Martemucci et al., Nature Electronics 8, 921 (2025). Single-shot and open-loop, with
 * one error source per step:
 *
 *   1. sign     one FeCAP is sensed against the middle of its window. Stored 1: line above by W/2, stored 0: below by
 *               W/2, W = s (window + windowSpread * xi) (per FeCAP, fixed); the line's amplifier adds senseOffset * xi
 *               (per line, fixed). The wrong side flips the sign, in the transfer and in the write-back.
 *   2. charge   the magnitude bits b_i share their charge through capacitors in the ratio ... 4:2:1:
 *               s sum b_i 2^i (1 + chargeSpread * xi), in digit steps; xi per FeCAP, fixed. s is the share of their
 *               charge that write pulses, cycles and time leave (fecap/charge.ts), 1 of fresh and well-written FeCAPs.
 *   3. line     + lineNoise * xi, at every transfer.
 *   4. access   - thresholdSpread * xi: the access transistor's threshold (per memristor, fixed). The line voltage
 *               above threshold sets the compliance, linearly.
 *   5. SET      (gUseMin + digit * step) (1 + cycleToCycle * xi), at every SET, held within [gMin, gMax]. The line is not
 *               held: a digit above the highest gives more than gUseMax, up to where gMax says that the SET ends.
 *   6. RESET    both memristors before the SET: gMin + |resetSpread * xi|. The side that is not SET, and both sides
 *               where all the bits read are 0 (the line stays low and no SET happens), keep this conductance.
 *
 * All xi are standard normal and keyed by (seed, effect, array, device, event).
 */
import { InternalError } from '../../diagnostics/diagnostic.ts';
import { openStream, type Stream } from '../../math/random.ts';
import { type Cell, levelConductance, resetConductance } from '../../target/cell.ts';
import type { HiddenPlane } from '../../target/hidden-plane.ts';
import type { ProgrammedTarget } from '../scheme.ts';
import { chargeShare } from './fecap/charge.ts';
import { windowOf } from './fecap/sense.ts';
import type { TransferProgramming } from './parameters.ts';

export interface TransferLaw {
  readonly programming: TransferProgramming;
  readonly hidden: HiddenPlane;
  readonly cell: Cell;
}

/** @throws InternalError for a target without hidden planes, which no check lets through */
export function transferLawOf(target: ProgrammedTarget<TransferProgramming>): TransferLaw {
  const { name, programming, hidden, cell } = target;
  if (!hidden) throw new InternalError('transfer', `target ${name} has no hidden planes`);
  return { programming, hidden, cell };
}

/** The draws of one array, one stream per error source. */
export interface TransferDraws {
  readonly window: Stream;
  readonly senseOffset: Stream;
  readonly charge: Stream;
  readonly line: Stream;
  readonly threshold: Stream;
  readonly set: Stream;
  readonly reset: Stream;
}

export function openTransferDraws(seed: number, array: number): TransferDraws {
  return {
    window: openStream(seed, 'fecap-window', array),
    senseOffset: openStream(seed, 'sense-offset', array),
    charge: openStream(seed, 'fecap-charge', array),
    line: openStream(seed, 'line-noise', array),
    threshold: openStream(seed, 'access-threshold', array),
    set: openStream(seed, 'set-compliance', array),
    reset: openStream(seed, 'reset', array),
  };
}

/** The result of one transfer, and what each error source did to it. Overwritten by every call. */
export interface TransferOutcome {
  gPos: number;
  gNeg: number;
  /** Sign as it was sensed. */
  negative: boolean;
  /** The sign was sensed wrongly. */
  signError: boolean;
  /** Contributions to the digit, in digit steps; 0 where no SET happened. */
  chargeError: number;
  lineError: number;
  thresholdError: number;
  /** Factor on the conductance of this SET; 1 where none happened. */
  setFactor: number;
}

export function newTransferOutcome(): TransferOutcome {
  return {
    gPos: 0,
    gNeg: 0,
    negative: false,
    signError: false,
    chargeError: 0,
    lineError: 0,
    thresholdError: 0,
    setFactor: 1,
  };
}

/** Which synapse a transfer concerns, by number within its array. `cell` is its G+; G- is the next. */
export interface Synapse {
  readonly row: number;
  readonly synapse: number;
  readonly cell: number;
}

/**
 * Transfers one synapse.
 * @param negative stored sign
 * @param digit the magnitude bits read, as an integer below 2^transferBits
 * @param event keys this transfer's noise; distinct for every (cell, repetition) of an array
 * @param outcome where the result goes
 */
export function transfer(
  law: TransferLaw,
  draws: TransferDraws,
  at: Synapse,
  negative: boolean,
  digit: number,
  event: number,
  outcome: TransferOutcome,
): void {
  const { programming, hidden, cell } = law;
  const signError = signIsMisread(hidden, draws, at, negative);
  const sensed = negative !== signError;
  draws.reset.seek(event);
  let gPos = resetConductance(cell, programming.resetSpread, draws.reset.normal());
  let gNeg = resetConductance(cell, programming.resetSpread, draws.reset.normal());
  outcome.negative = sensed;
  outcome.signError = signError;
  outcome.chargeError = 0;
  outcome.lineError = 0;
  outcome.thresholdError = 0;
  outcome.setFactor = 1;
  if (digit !== 0) {
    draws.line.seek(event);
    draws.set.seek(event);
    drawChargeErrors(hidden, draws, at, bitErrors, 0);
    outcome.chargeError = sumChargeErrors(bitErrors, 0, hidden.transferBits, digit);
    outcome.lineError = hidden.lineNoise * draws.line.normal();
    outcome.thresholdError = thresholdError(hidden, draws, at, sensed);
    outcome.setFactor = 1 + programming.cycleToCycle * draws.set.normal();
    const disturbed = digit + outcome.chargeError + outcome.lineError + outcome.thresholdError;
    const conductance = conductanceAfterSet(cell, disturbed, outcome.setFactor);
    if (sensed) gNeg = conductance;
    else gPos = conductance;
  }
  outcome.gPos = gPos;
  outcome.gNeg = gNeg;
}

/** Conductance (S) that a SET leaves at a digit with its errors, in digit steps: spread.ts has its mean and variance. */
export function conductanceAfterSet(cell: Cell, disturbed: number, setFactor: number): number {
  return Math.min(cell.gMax, Math.max(cell.gMin, levelConductance(cell, disturbed) * setFactor));
}

/** Whether sensing this stored sign takes it for the other one. */
export function signIsMisread(
  hidden: HiddenPlane,
  draws: TransferDraws,
  at: Synapse,
  negative: boolean,
): boolean {
  draws.window.seek(at.synapse);
  draws.senseOffset.seek(at.row);
  const window = windowOf(hidden, draws.window.normal());
  const offset = hidden.senseOffset * draws.senseOffset.normal();
  return (negative ? window / 2 + offset : window / 2 - offset) < 0;
}

/** What the access transistor of G+ or G- takes from a digit, in digit steps. */
export function thresholdError(
  hidden: HiddenPlane,
  draws: TransferDraws,
  at: Synapse,
  negative: boolean,
): number {
  draws.threshold.seek(at.cell + (negative ? 1 : 0));
  return -hidden.thresholdSpread * draws.threshold.normal();
}

/**
 * What each magnitude bit of a synapse adds to a digit when it holds a 1, in digit steps: `transferBits` numbers from the
 * most significant bit down, to `errors` from `first` on.
 */
export function drawChargeErrors(
  hidden: HiddenPlane,
  draws: TransferDraws,
  at: Synapse,
  errors: Float64Array,
  first: number,
): void {
  draws.charge.seek(at.synapse);
  const share = chargeShare(hidden);
  for (let i = 0; i < hidden.transferBits; i++) {
    const deviation = hidden.chargeSpread * draws.charge.normal();
    errors[first + i] = 2 ** (hidden.transferBits - 1 - i) * (share * deviation - (1 - share));
  }
}

/** Sum of these numbers over the bits of a digit that are 1. */
export function sumChargeErrors(
  errors: Float64Array,
  first: number,
  transferBits: number,
  digit: number,
): number {
  let sum = 0;
  for (let i = 0; i < transferBits; i++) {
    // A product, because a processor cannot guess a digit's bits.
    sum += ((digit >> (transferBits - 1 - i)) & 1) * errors[first + i]!;
  }
  return sum;
}

/** Of the synapse that is being transferred; a hidden integer has at most 16 bits. */
const bitErrors = new Float64Array(16);
