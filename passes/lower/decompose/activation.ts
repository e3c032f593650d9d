/** An activation function of a recurrent operator -> standard operators. */

import { float } from '../../../src/ir/graph.ts';
import { float32 } from '../../../src/math/tensor.ts';
import type { StepActivation } from '../../../src/onnx/activations.ts';
import type { Emitter } from './emitter.ts';

/** @param clip the value is held within +-clip first */
export function emitActivation(
  emit: Emitter,
  { op, alpha, beta }: StepActivation,
  value: string,
  clip: number | undefined,
): string {
  const scalar = (number: number) => emit.constant(`scalar-${number}`, () => float32([], [number]));
  const times = (factor: number, x: string) =>
    factor === 1 ? x : emit.op('scaled', 'Mul', [x, scalar(factor)]);
  const x = clip === undefined ? value : emit.op('clipped', 'Clip', [value, scalar(-clip), scalar(clip)]);
  const name = op.toLowerCase();
  switch (op) {
    case 'Affine':
      return emit.op('affine', 'Add', [times(alpha, x), scalar(beta)]);
    case 'ScaledTanh':
      return times(alpha, emit.op('tanh', 'Tanh', [times(beta, x)]));
    case 'HardSigmoid':
      return emit.op(name, op, [x], { alpha: float(alpha), beta: float(beta) });
    case 'LeakyRelu':
    case 'ThresholdedRelu':
    case 'Elu':
      return emit.op(name, op, [x], { alpha: float(alpha) });
    default:
      return emit.op(name, op, [x]);
  }
}
