/**
 * One step of a GRU:
 *
 *   z, r = f(x W + h R + b)
 *   n = g(x W + (r . h) R + b), or with linear_before_reset g(x W + b + r . (h R + b'))
 *   h' = (1 - z) . n + z . h
 */

import { int } from '../../../src/ir/graph.ts';
import { float32 } from '../../../src/math/tensor.ts';
import { emitActivation } from './activation.ts';
import type { Cell, State } from './cell.ts';
import type { Emitter } from './emitter.ts';

/** @param input x W + b of this step, [1, batch, 3 * hidden] */
export function gruStep(emit: Emitter, cell: Cell, input: string, { h }: State): { h: string; c: undefined } {
  const { layer, direction } = cell;
  const { hidden, clip } = layer;
  const [f, g] = layer.activations[direction]!;
  const sizes = emit.vector('gates', [2 * hidden, hidden]);
  const halves = (value: string) => emit.ops('gate', 'Split', [value, sizes], 2, { axis: int(-1) });
  const [xGates, xNew] = halves(input);
  const plus = (a: string, b: string | undefined) => (b === undefined ? a : emit.op('sum', 'Add', [a, b]));
  const [hGates, hNew] = stateProducts(emit, cell, h, halves);
  const gates = emitActivation(emit, f!, plus(xGates!, hGates), clip);
  const [z, r] = emit.ops('gate', 'Split', [gates], 2, { axis: int(-1), num_outputs: int(2) });
  const reset = (value: string) => emit.op('reset', 'Mul', [r!, value]);
  const fromState = layer.linearBeforeReset
    ? hNew && reset(hNew)
    : h && cell.product(reset(h), 2 * hidden, 3 * hidden);
  const fresh = emitActivation(emit, g!, plus(xNew!, fromState), clip);
  const rest = emit.op('rest', 'Sub', [emit.constant('one', () => float32([], [1])), z!]);
  const mixed = emit.op('fresh', 'Mul', [rest, fresh]);
  return {
    h: h === undefined ? mixed : emit.op('h', 'Add', [mixed, emit.op('kept', 'Mul', [z!, h])]),
    c: undefined,
  };
}

/** h R of the gates z and r, and h R + b' of the new state, which only linear_before_reset takes from the whole h. */
function stateProducts(
  emit: Emitter,
  cell: Cell,
  h: string | undefined,
  halves: (value: string) => string[],
): (string | undefined)[] {
  const { layer } = cell;
  const { hidden, bias } = layer;
  if (!layer.linearBeforeReset) return [h && cell.product(h, 0, 2 * hidden), undefined];
  // The bias of the state's gates z and r is in the input's product.
  const own = bias && cell.part('state-bias', bias, 5 * hidden, 6 * hidden);
  if (h === undefined) return [undefined, own];
  const [gates, fresh] = halves(cell.product(h, 0, 3 * hidden));
  return [gates, own ? emit.op('sum', 'Add', [fresh!, own]) : fresh];
}
