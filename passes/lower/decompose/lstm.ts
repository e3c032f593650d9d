/**
 * One step of an LSTM:
 *
 *   i, o, f, c = x W + h R + b, with the peepholes P on the cell state
 *   C' = f(f) . C + f(i) . g(c)
 *   h' = f(o) . h(C')
 *
 * As onnxruntime has it, clipping holds the sums of the gates and not the cell state.
 */

import { int } from '../../../src/ir/graph.ts';
import { float32 } from '../../../src/math/tensor.ts';
import { emitActivation } from './activation.ts';
import type { Cell, State } from './cell.ts';
import type { Emitter } from './emitter.ts';

/** @param input x W + b of this step, [1, batch, 4 * hidden] */
export function lstmStep(emit: Emitter, cell: Cell, input: string, state: State): { h: string; c: string } {
  const { layer, direction } = cell;
  const { hidden, clip, peepholes } = layer;
  const [f, g, h] = layer.activations[direction]!;
  const sums =
    state.h === undefined ? input : emit.op('sum', 'Add', [input, cell.product(state.h, 0, 4 * hidden)]);
  const [i, o, forget, c] = emit.ops('gate', 'Split', [sums], 4, { axis: int(-1), num_outputs: int(4) });
  /** @param position of the gate among the peepholes */
  const peep = (gate: string, position: number, cells: string | undefined) => {
    if (!peepholes || cells === undefined) return gate;
    const weights = cell.part(`peephole-${position}`, peepholes, position * hidden, (position + 1) * hidden);
    return emit.op('peephole', 'Add', [gate, emit.op('peephole', 'Mul', [weights, cells])]);
  };
  const input_ = emitActivation(emit, f!, peep(i!, 0, state.c), clip);
  const fresh = emit.op('fresh', 'Mul', [input_, emitActivation(emit, g!, c!, clip)]);
  const keep = () =>
    layer.inputForget
      ? emit.op('forget', 'Sub', [emit.constant('one', () => float32([], [1])), input_])
      : emitActivation(emit, f!, peep(forget!, 2, state.c), clip);
  const cells =
    state.c === undefined ? fresh : emit.op('c', 'Add', [emit.op('kept', 'Mul', [keep(), state.c]), fresh]);
  const gate = emitActivation(emit, f!, peep(o!, 1, cells), clip);
  return { h: emit.op('h', 'Mul', [gate, emitActivation(emit, h!, cells, undefined)]), c: cells };
}
