/** What one step of a recurrent layer is given, and what it hands on. */

import type { Tensor } from '../../../src/math/tensor.ts';
import type { Recurrent } from '../../../src/onnx/recurrent.ts';

/** What a step hands on, [1, batch, hidden]; an absent value is zero. */
export interface State {
  readonly h: string | undefined;
  /** LSTM: the cell state. */
  readonly c: string | undefined;
}

/** One direction of the layer, as a step sees it. */
export interface Cell {
  readonly layer: Recurrent;
  readonly direction: number;
  /** state times columns [first, end) of the state's matrix, [1, batch, end - first] */
  product(state: string, first: number, end: number): string;
  /** Constant of this direction, from row [direction] of a stored one: values [first, end). */
  part(what: string, stored: Tensor, first: number, end: number): string;
}
