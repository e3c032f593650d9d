/**
 * LSTM, GRU or RNN -> one product of all steps' inputs with the input matrix, and step by step the product of the
 * state with the state's matrix, which all steps share, and the gates in elementwise operators. Equations of the ONNX
 * operators (opset 14); a state of zeros is left out of its products.
 *
 * Values are [1, batch, columns] at every step, so that steps join to [steps, batch, columns] without a reshape.
 */
import { int, ints, type OnnxNode } from '../../../src/ir/graph.ts';
import { float32, int32, type Tensor, toDoubles } from '../../../src/math/tensor.ts';
import { reshaped, slice, transpose } from '../../../src/onnx/evaluate-movement.ts';
import { isZero, type Recurrent } from '../../../src/onnx/recurrent.ts';
import type { Cell, State } from './cell.ts';
import type { Emitter } from './emitter.ts';
import { gruStep } from './gru.ts';
import { lstmStep } from './lstm.ts';
import { rnnStep } from './rnn.ts';

const steps = { LSTM: lstmStep, GRU: gruStep, RNN: rnnStep } as const;

/** @param constants of the graph, by name */
export function emitRecurrent(
  emit: Emitter,
  node: OnnxNode,
  layer: Recurrent,
  constants: ReadonlyMap<string, Tensor>,
): void {
  const [, , , , lengths = '', h0 = '', c0 = ''] = node.inputs;
  const [y = '', yh = '', yc = ''] = node.outputs;
  const inputs = emitInputs(emit, node, layer);
  const masks = lengths === '' ? [] : emitMasks(emit, layer.steps, lengths);
  const [hs, cs] = [h0, c0].map((name) => emitInitial(emit, layer, name, constants));
  const ends: State[] = [];
  const outputs = layer.reverse.map((reverse, direction) => {
    const cell = cellOf(emit, node, layer, direction);
    let state: State = { h: hs![direction], c: layer.op === 'LSTM' ? cs![direction] : undefined };
    const values = Array<string>(layer.steps);
    for (let i = 0; i < layer.steps; i++) {
      const t = reverse ? layer.steps - 1 - i : i;
      const next = steps[layer.op](emit, cell, inputs[direction]![t]!, state);
      const mask = masks[t];
      values[t] = mask === undefined || y === '' ? next.h : emit.op('y', 'Where', [mask, next.h, zero(emit)]);
      state = mask === undefined ? next : held(emit, mask, next, state);
    }
    ends.push(state);
    return values;
  });
  const join = (what: string, parts: readonly string[], axis: number, output?: string) =>
    emit.op(what, 'Concat', parts, { axis: int(axis) }, output);
  const last = (which: 'h' | 'c', output: string) => {
    const parts = ends.map((end) => end[which]!);
    if (!layer.batchFirst) return join('state', parts, 0, output);
    return emit.op('state', 'Transpose', [join('state', parts, 0)], { perm: ints([1, 0, 2]) }, output);
  };
  if (y !== '') {
    const axis = emit.vector('axis-1', [1]);
    const sequences = outputs.map((values) =>
      emit.op('sequence', 'Unsqueeze', [join('sequence', values, 0), axis]),
    );
    if (layer.batchFirst)
      emit.op('y', 'Transpose', [join('sequence', sequences, 1)], { perm: ints([2, 0, 1, 3]) }, y);
    else join('y', sequences, 1, y);
  }
  if (yh !== '') last('h', yh);
  if (yc !== '') last('c', yc);
}

function zero(emit: Emitter): string {
  return emit.constant('zero', () => float32([], [0]));
}

/** After a sequence's end its state stays as it is. */
function held(emit: Emitter, mask: string, next: { h: string; c: string | undefined }, before: State): State {
  const hold = (what: string, now: string, then: string | undefined) =>
    emit.op(what, 'Where', [mask, now, then ?? zero(emit)]);
  return { h: hold('h', next.h, before.h), c: next.c && hold('c', next.c, before.c) };
}

/** Input times matrix plus bias for all steps at once. @returns [direction][step], each [1, batch, gates * hidden] */
function emitInputs(emit: Emitter, node: OnnxNode, layer: Recurrent): string[][] {
  const [x = '', w = ''] = node.inputs;
  const directions = layer.reverse.length;
  const columns = layer.gates * layer.hidden;
  const flat = () => transpose(reshaped(layer.weights, [directions * columns, layer.inputs])!, [1, 0])!;
  const weights = emit.rearranged(w, 'input-matrix', flat);
  const ordered = layer.batchFirst ? emit.op('steps-first', 'Transpose', [x], { perm: ints([1, 0, 2]) }) : x;
  let product = emit.op('input', 'MatMul', [ordered, weights]);
  if (layer.bias) {
    const values = () => float32([directions * columns], inputBias(layer, layer.bias!));
    const bias = emit.constant('input-bias', values);
    product = emit.op('input', 'Add', [product, bias]);
  }
  const halves = directions === 1 ? [product] : splitEvenly(emit, 'input', product, 2, directions);
  return halves.map((half) => splitEvenly(emit, 'step', half, 0, layer.steps));
}

/** Both biases, but for those of a GRU's hidden gate that the reset gate multiplies. */
function inputBias(layer: Recurrent, bias: Tensor): Float32Array {
  const columns = layer.gates * layer.hidden;
  const values = toDoubles(bias)!;
  const own = layer.linearBeforeReset ? 2 * layer.hidden : columns;
  return Float32Array.from({ length: layer.reverse.length * columns }, (_, i) => {
    const [direction, column] = [Math.floor(i / columns), i % columns];
    const first = 2 * direction * columns;
    return values[first + column]! + (column < own ? values[first + columns + column]! : 0);
  });
}

function splitEvenly(emit: Emitter, what: string, value: string, axis: number, parts: number): string[] {
  return parts === 1
    ? [value]
    : emit.ops(what, 'Split', [value], parts, { axis: int(axis), num_outputs: int(parts) });
}

function cellOf(emit: Emitter, node: OnnxNode, layer: Recurrent, direction: number): Cell {
  const row = (stored: Tensor, first: number, end: number) =>
    slice(stored, [direction, first], [direction + 1, end], [0, 1])!;
  return {
    layer,
    direction,
    product(state, first, end) {
      const matrix = () =>
        transpose(reshaped(row(layer.recurrence, first, end), [end - first, layer.hidden])!, [1, 0])!;
      const name = `state-matrix-${direction}-columns-${first}-${end}`;
      return emit.op('product', 'MatMul', [state, emit.rearranged(node.inputs[2]!, name, matrix)]);
    },
    part: (what, stored, first, end) =>
      emit.constant(`${what}-${direction}`, () => reshaped(row(stored, first, end), [end - first])!),
  };
}

/** The initial state of every direction, [1, batch, hidden]. */
function emitInitial(
  emit: Emitter,
  layer: Recurrent,
  name: string,
  constants: ReadonlyMap<string, Tensor>,
): readonly (string | undefined)[] {
  const known = constants.get(name);
  if (name === '' || (known && isZero(known))) return layer.reverse.map(() => undefined);
  const ordered = layer.batchFirst
    ? emit.op('initial', 'Transpose', [name], { perm: ints([1, 0, 2]) })
    : name;
  return splitEvenly(emit, 'initial', ordered, 0, layer.reverse.length);
}

/** Per step, [batch, 1]: whether the sequence goes on. */
function emitMasks(emit: Emitter, count: number, lengths: string): string[] {
  const column = emit.op('lengths', 'Unsqueeze', [lengths, emit.vector('axis-1', [1])]);
  return Array.from({ length: count }, (_, t) =>
    emit.op('goes-on', 'Less', [emit.constant(`step-${t}`, () => int32([], [t])), column]),
  );
}
