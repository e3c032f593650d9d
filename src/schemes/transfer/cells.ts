/**
 * Cells that are set by transfer alone: turns what the FeCAPs of a column pair store into two conductances, once per
 * transfer. transfer-layer.ts does the same to all synapses of a layer that learns.
 */
import { transferredMagnitude } from '../../target/hidden-plane.ts';
import type { Target } from '../../target/target.ts';
import { resetCells } from '../pulsed-cells.ts';
import type { OpenCells, PairOutcome } from '../scheme.ts';
import type { TransferProgramming } from './parameters.ts';
import { openFecapPlane, writeBack } from './plane.ts';
import {
  newTransferOutcome,
  openTransferDraws,
  type TransferLaw,
  transfer,
  transferLawOf,
} from './transfer.ts';

/** The law of a target whose cells are set by transfer; undefined for others. */
export function transferLawIn({ programming, ...target }: Target): TransferLaw | undefined {
  return programming.scheme === 'transfer' ? transferLawOf({ programming, ...target }) : undefined;
}

export const openTransfer: OpenCells<TransferProgramming> = (target, shape, seed, array) => {
  const law = transferLawOf(target);
  const { programming, hidden, cell } = law;
  const draws = openTransferDraws(seed, array);
  const plane = openFecapPlane(shape.rows, shape.columns >> 1, shape.hiddenBits);
  const done = newTransferOutcome();
  const outcome: PairOutcome = {
    gPos: 0,
    gNeg: 0,
    digit: 0,
    negative: false,
    signError: false,
    fecapWrites: 0,
  };
  return {
    ...resetCells(cell, programming.resetSpread, seed, array),
    // Forming is limited to the compliance of the highest level.
    gFormed: cell.gUseMax,
    hidden: {
      plane,
      section: hidden,
      transfer(row, pair, event) {
        const synapse = row * plane.pairs + pair;
        const at = { row, synapse, cell: row * shape.columns + 2 * pair };
        const stored = plane.values[synapse]!;
        outcome.negative = stored < 0;
        outcome.digit = transferredMagnitude(stored, plane.bits, hidden.transferBits);
        transfer(law, draws, at, outcome.negative, outcome.digit, event, done);
        outcome.fecapWrites = writeBack(plane, synapse, hidden.transferBits, done.negative);
        outcome.gPos = done.gPos;
        outcome.gNeg = done.gNeg;
        outcome.signError = done.signError;
        return outcome;
      },
    },
  };
};
