/** One step of an RNN: h' = f(x W + h R + b). */
import { emitActivation } from './activation.ts';
import type { Emitter } from './emitter.ts';
import type { Cell, State } from './recurrent.ts';

/** @param input x W + b of this step, [1, batch, hidden] */
export function rnnStep(emit: Emitter, cell: Cell, input: string, { h }: State): { h: string; c: undefined } {
  const { layer, direction } = cell;
  const sum = h === undefined ? input : emit.op('sum', 'Add', [input, cell.product(h, 0, layer.hidden)]);
  return { h: emitActivation(emit, layer.activations[direction]![0]!, sum, layer.clip), c: undefined };
}
