/**
 * Upgrade rules for operators that move, cut and reduce data. Most of their changes are the same one: what was an
 * attribute became an input (the ONNX operator changelog, versions 10 to 20).
 */

import { int, string } from '../ir/graph.ts';
import { float32, int64, type Tensor } from '../math/tensor.ts';
import { floatOf, intOf, intsOf, stringOf } from './attribute-values.ts';
import { vector, without } from './upgrade-attributes.ts';
import type { Rewrite } from './upgrade-rewrite.ts';

/** Squeeze and Unsqueeze before 13, ReduceSum before 13, the other reductions before 18. */
export function upgradeAxes(to: Rewrite): void {
  const { inputs, attributes } = to.node;
  const axes = intsOf(to.node, 'axes');
  // An empty list and an absent one mean the same: all axes.
  const added = axes?.length ? [to.constant('axes', vector(axes))] : [];
  to.self({ inputs: [inputs[0]!, ...added], attributes: without(attributes, 'axes') });
}

/** Slice before 10. */
export function upgradeSlice(to: Rewrite): void {
  const { inputs } = to.node;
  const starts = intsOf(to.node, 'starts') ?? [];
  const lists = {
    starts,
    ends: intsOf(to.node, 'ends') ?? [],
    axes: intsOf(to.node, 'axes') ?? starts.map((_, axis) => axis),
  };
  const added = Object.entries(lists).map(([name, list]) => to.constant(name, vector(list)));
  to.self({ inputs: [inputs[0]!, ...added], attributes: {} });
}

/** Split before 13 (attribute `split`) and before 18 (`num_outputs` has to be said where there is no `split`). */
export function upgradeSplit(to: Rewrite): void {
  const { inputs, outputs, attributes } = to.node;
  const parts = intsOf(to.node, 'split');
  const rest = without(attributes, 'split');
  if (inputs[1]) to.self({});
  else if (parts?.length)
    to.self({ inputs: [inputs[0]!, to.constant('split', vector(parts))], attributes: rest });
  else to.self({ inputs: [inputs[0]!], attributes: { ...rest, num_outputs: int(outputs.length) } });
}

/** Pad before 11. */
export function upgradePad(to: Rewrite): void {
  const { inputs, attributes } = to.node;
  const pads = to.constant('pads', vector(intsOf(to.node, 'pads') ?? []));
  const fill = floatOf(to.node, 'value', 0);
  const added = fill === 0 ? [pads] : [pads, to.scalarLike('value', fill, inputs[0]!)];
  to.self({ inputs: [inputs[0]!, ...added], attributes: without(attributes, 'pads', 'value') });
}

/** TopK before 10. */
export function upgradeTopK(to: Rewrite): void {
  const { inputs, attributes } = to.node;
  const k = to.constant('k', vector([intOf(to.node, 'k', 1)]));
  to.self({ inputs: [inputs[0]!, k], attributes: without(attributes, 'k') });
}

/** Clip before 11. */
export function upgradeClip(to: Rewrite): void {
  const { inputs, attributes } = to.node;
  const bound = (name: 'min' | 'max') => {
    const attribute = attributes[name];
    return attribute?.type === 'float' ? to.scalarLike(name, attribute.value, inputs[0]!) : '';
  };
  const min = bound('min');
  const max = bound('max');
  const added = max ? [min, max] : min ? [min] : [];
  to.self({ inputs: [inputs[0]!, ...added], attributes: without(attributes, 'min', 'max') });
}

/** DFT before 20, whose axis was an attribute with the default 1. */
export function upgradeDft(to: Rewrite): void {
  const { inputs, attributes } = to.node;
  const axis = to.constant('axis', int64([], [intOf(to.node, 'axis', 1)]));
  to.self({ inputs: [inputs[0]!, inputs[1] ?? '', axis], attributes: without(attributes, 'axis') });
}

/** GridSample before 20, when the modes had the names of the two-dimensional case. */
export function upgradeGridSample(to: Rewrite): void {
  const mode = stringOf(to.node, 'mode', 'bilinear');
  const renamed = mode === 'bilinear' ? 'linear' : mode === 'bicubic' ? 'cubic' : mode;
  to.self({ attributes: { ...to.node.attributes, mode: string(renamed) } });
}

/** RoiAlign before 16, which did not shift by half a pixel. */
export function upgradeRoiAlign(to: Rewrite): void {
  const how = { coordinate_transformation_mode: string('output_half_pixel') };
  to.self({ attributes: { ...to.node.attributes, ...how } });
}

/** Dropout before 12: the ratio goes (inference drops nothing); the mask was 0, of the data's type until 9, and is 1 since. */
export function upgradeDropout(to: Rewrite): void {
  const { inputs, outputs } = to.node;
  const data = inputs[0]!;
  to.self({ inputs: [data], outputs: [outputs[0]!], attributes: {} });
  if (!to.read(1)) return;
  const shape = to.helper('mask-shape', 'Shape', [data]);
  const zero = (value: Tensor) => ({ value: { type: 'tensor', value } }) as const;
  if (to.opset >= 10) {
    const no = zero({ type: 'bool', dims: [1], data: Uint8Array.of(0) });
    to.helper('mask', 'ConstantOfShape', [shape], no, outputs[1]!);
  } else {
    const zeros = to.helper('mask-zeros', 'ConstantOfShape', [shape], zero(float32([1], [0])));
    to.helper('mask', 'CastLike', [zeros, data], {}, outputs[1]!);
  }
}
