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
  const w = known.dims(node.inputs[1]);
  if (!x) return [];
  const kernel = (intsOf(node, 'kernel_shape') ?? w?.slice(2) ?? []).map(number);
  const autoPad = stringOf(node, 'auto_pad', 'NOTSET');
  const pads = intsOf(node, 'pads') ?? [];
  const space = x.slice(2).map((given, i): Size => {
    const size = number(given);
    const stride = intsOf(node, 'strides')?.[i] ?? 1;
    const reach =
      kernel[i] === undefined ? undefined : (kernel[i] - 1) * (intsOf(node, 'dilations')?.[i] ?? 1) + 1;
    if (size === undefined || reach === undefined) return undefined;
    if (autoPad.startsWith('SAME')) return Math.ceil(size / stride);
    const padding = autoPad === 'VALID' ? 0 : (pads[i] ?? 0) + (pads[i + x.length - 2] ?? 0);
    const steps = (size + padding - reach) / stride;
    if (intOf(node, 'ceil_mode', 0) === 0) return Math.floor(steps) + 1;
    // A last window that would start behind the input is left out.
    const starts = Math.ceil(steps) * stride;
    return Math.ceil(steps) + (starts >= size + (autoPad === 'VALID' ? 0 : (pads[i] ?? 0)) ? 0 : 1);
  });
  const result = [x[0], node.op === 'Conv' ? w?.[0] : x[1], ...space];
  return node.outputs.map(() => result);
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
