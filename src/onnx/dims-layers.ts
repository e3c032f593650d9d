/** How the dimensions of outputs follow from those of inputs for windows that slide, and for recurrent layers. */
import type { OnnxNode } from '../ir/graph.ts';
import { intOf, intsOf, stringOf } from './attribute-values.ts';
import type { Known, Shape, Size } from './dims-known.ts';

/** @returns undefined for what is no number */
export function number(size: Size): number | undefined {
  return typeof size === 'number' ? size : undefined;
}

/** Convolution and pooling. */
export function window(x: Shape, node: OnnxNode, known: Known): Shape[] {
  const isConv = node.op.includes('Conv');
  const w = isConv ? known.dims(node.inputs[node.op === 'QLinearConv' ? 3 : 1]) : undefined;
  if (!x) return [];
  const space = slide(x.slice(2), {
    kernel: intsOf(node, 'kernel_shape') ?? w?.slice(2) ?? [],
    strides: intsOf(node, 'strides') ?? [],
    dilations: intsOf(node, 'dilations') ?? [],
    pads: intsOf(node, 'pads') ?? [],
    autoPad: stringOf(node, 'auto_pad', 'NOTSET'),
    ceil: intOf(node, 'ceil_mode', 0) !== 0,
  });
  const result = [x[0], isConv ? w?.[0] : x[1], ...space];
  return node.outputs.map(() => result);
}

/** A window of a convolution or of pooling; strides and dilations that are missing are 1, pads 0. */
interface Window {
  readonly kernel: readonly Size[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
  readonly autoPad: string;
  /** A last window may reach over the end. */
  readonly ceil?: boolean;
}

/** @returns how many places the window has along every axis of `space` */
export function slide(
  space: readonly Size[],
  { kernel, strides, dilations, pads, autoPad, ceil }: Window,
): Size[] {
  return space.map((given, i) => {
    const size = number(given);
    const reach = number(kernel[i]);
    if (size === undefined || reach === undefined) return undefined;
    const stride = strides[i] ?? 1;
    if (autoPad.startsWith('SAME')) return Math.ceil(size / stride);
    const [before, after] = autoPad === 'VALID' ? [0, 0] : [pads[i] ?? 0, pads[i + space.length] ?? 0];
    const steps = (size + before + after - (reach - 1) * (dilations[i] ?? 1) - 1) / stride;
    if (!ceil) return Math.floor(steps) + 1;
    // A last window that would start behind the input is left out.
    return Math.ceil(steps) + (Math.ceil(steps) * stride >= size + before ? 0 : 1);
  });
}

export function recurrent(x: Shape, node: OnnxNode, known: Known): Shape[] {
  const r = known.dims(node.inputs[2]);
  const [directions, hidden] = [r?.[0], r?.[2]];
  const batchFirst = intOf(node, 'layout', 0) === 1;
  const [steps, batch] = batchFirst ? [x?.[1], x?.[0]] : [x?.[0], x?.[1]];
  const last = batchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
  return [batchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden], last, last];
}

export function depthToSpace(x: Shape, node: OnnxNode): Shape[] {
  const block = intOf(node, 'blocksize', 1);
  const sizes = x?.map((d, i) => {
    const size = number(d);
    return i === 0 ? d : size && (i === 1 ? size / block ** 2 : size * block);
  });
  return [sizes];
}
