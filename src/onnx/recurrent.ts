/**
 * An LSTM, GRU or RNN node -> what it computes, in plain fields, or why it cannot be unrolled into products with
 * constant matrices. The forms and names are those of the ONNX operators (opset 14).
 */
import type { Graph, OnnxNode } from '../ir/graph.ts';
import { type Tensor, toDoubles } from '../math/tensor.ts';
import { activationOf, type StepActivation } from './activations.ts';
import { floatOf, floatsOf, intOf, stringOf, stringsOf } from './attribute-values.ts';
import { whyComputed } from './computed-weights.ts';
import type { Dims } from './dims-known.ts';

/** Gates of every operator, in the order of its matrices, and its activation functions. */
const kinds = {
  LSTM: { gates: 4, activations: ['Sigmoid', 'Tanh', 'Tanh'] },
  GRU: { gates: 3, activations: ['Sigmoid', 'Tanh'] },
  RNN: { gates: 1, activations: ['Tanh'] },
} as const;

type RecurrentOp = keyof typeof kinds;

export interface Recurrent {
  readonly op: RecurrentOp;
  /** Length of the sequence. */
  readonly steps: number;
  /** Rows of the input's matrix. */
  readonly inputs: number;
  readonly hidden: number;
  readonly gates: number;
  /** One or two, forward first. */
  readonly reverse: readonly boolean[];
  /** [direction][gates * hidden][inputs] */
  readonly weights: Tensor;
  /** [direction][gates * hidden][hidden] */
  readonly recurrence: Tensor;
  /** [direction][2 * gates * hidden]: that of the input, then that of the state */
  readonly bias: Tensor | undefined;
  /** LSTM: [direction][3 * hidden], for the gates i, o and f */
  readonly peepholes: Tensor | undefined;
  /** By direction; f, g and h as the operator's equations call them. */
  readonly activations: readonly (readonly StepActivation[])[];
  /** The inputs of activations are held within +-clip. */
  readonly clip: number | undefined;
  /** Whether the batch comes before the sequence (layout 1). */
  readonly batchFirst: boolean;
  /** GRU: the reset gate applies to the product with the state and not to the state. */
  readonly linearBeforeReset: boolean;
  /** LSTM: the forget gate is one minus the input gate. */
  readonly inputForget: boolean;
}

/** Every step is a copy of the cell's operators: beyond this the digital program gets too long. */
const longest = 1024;

export function isRecurrent(op: string): op is RecurrentOp {
  return Object.hasOwn(kinds, op);
}

/** @param node an LSTM, GRU or RNN of the ONNX domain */
export function readRecurrent(
  node: OnnxNode & { readonly op: string },
  graph: Graph,
  dims: Dims,
): Recurrent | { readonly reason: string } {
  const { constants } = graph;
  const op = node.op as RecurrentOp;
  const kind = kinds[op];
  const [x = '', w = '', r = '', b = '', , , , p = ''] = node.inputs;
  const [weights, recurrence, bias, peepholes] = [w, r, b, p].map((name) => constants.get(name));
  if (!weights || !recurrence) return { reason: whyComputed(weights ? [r] : [w], graph) };
  if ((b !== '' && !bias) || (p !== '' && !peepholes)) return { reason: 'the bias is computed at run time' };
  for (const tensor of [weights, recurrence, bias, peepholes]) {
    if (tensor && tensor.type !== 'float32')
      return { reason: `the weights are ${tensor.type} (float32 goes to crossbars)` };
  }
  const direction = stringOf(node, 'direction', 'forward');
  const reverse = direction === 'bidirectional' ? [false, true] : [direction === 'reverse'];
  const [, rows = 0, hidden = 0] = recurrence.dims;
  const inputs = weights.dims[2] ?? 0;
  const fits = (tensor: Tensor | undefined, ...wanted: number[]) =>
    !tensor || `${tensor.dims}` === `${wanted}`;
  if (
    rows !== kind.gates * hidden ||
    !fits(weights, reverse.length, rows, inputs) ||
    !fits(recurrence, reverse.length, rows, hidden) ||
    !fits(bias, reverse.length, 2 * rows) ||
    !fits(peepholes, reverse.length, 3 * hidden)
  ) {
    return { reason: `its weights have the shapes [${weights.dims}] and [${recurrence.dims}]` };
  }
  const names = stringsOf(node, 'activations') ?? reverse.flatMap(() => kind.activations);
  const activations = readActivations(node, names);
  if (!Array.isArray(activations)) return activations;
  const perDirection = kind.activations.length;
  if (activations.length !== perDirection * reverse.length)
    return { reason: `it names ${activations.length} activations` };
  const batchFirst = intOf(node, 'layout', 0) === 1;
  const steps = dims.get(x)?.[batchFirst ? 1 : 0];
  if (!steps) {
    return {
      reason:
        'the length of its sequence is not known before run time (export the model with a fixed sequence length to map it)',
    };
  }
  if (steps > longest) return { reason: `its sequence has ${steps} steps (at most ${longest} are unrolled)` };
  const clip = floatOf(node, 'clip', 0);
  return {
    op,
    steps,
    inputs,
    hidden,
    gates: kind.gates,
    reverse,
    weights,
    recurrence,
    bias: bias && isZero(bias) ? undefined : bias,
    peepholes: op === 'LSTM' ? peepholes : undefined,
    activations: reverse.map((_, d) => activations.slice(d * perDirection, (d + 1) * perDirection)),
    clip: clip > 0 ? clip : undefined,
    batchFirst,
    linearBeforeReset: op === 'GRU' && intOf(node, 'linear_before_reset', 0) === 1,
    inputForget: op === 'LSTM' && intOf(node, 'input_forget', 0) === 1,
  };
}

function readActivations(
  node: OnnxNode,
  names: readonly string[],
): StepActivation[] | { readonly reason: string } {
  const alphas = [...(floatsOf(node, 'activation_alpha') ?? [])];
  const betas = [...(floatsOf(node, 'activation_beta') ?? [])];
  const read: StepActivation[] = [];
  for (const name of names) {
    const activation = activationOf(name, alphas, betas);
    if (!activation) return { reason: `its activation ${name} is not one of ONNX's` };
    read.push(activation);
  }
  return read;
}

/** Whether a constant is all zeros. */
export function isZero(tensor: Tensor): boolean {
  return toDoubles(tensor)?.every((v) => v === 0) ?? false;
}
