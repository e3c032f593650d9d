/**
 * Upgrade rules for Resize and Upsample. Until version 10 both took output i from input i / scale (what is called
 * asymmetric since 11), and the nearest mode rounded down along axes that grow and up along axes that shrink.
 */
import { type Attributes, string } from '../ir/graph.ts';
import { float32, sizeOf, type Tensor, toDoubles } from '../math/tensor.ts';
import { floatsOf, stringOf } from './attribute-values.ts';
import type { Rewrite } from './upgrade-rewrite.ts';

const asymmetric: Attributes = { coordinate_transformation_mode: string('asymmetric') };

/** Upsample 7 and 9, and Resize 10. */
export function upgradeUpsample(to: Rewrite): void {
  const { inputs } = to.node;
  const data = inputs[0]!;
  const given = floatsOf(to.node, 'scales');
  const tensor = given ? float32([given.length], given) : to.known(inputs[1]!);
  const scales = given ? to.constant('scales', tensor!) : inputs[1]!;
  const values = tensor && toDoubles(tensor);
  const resize = (from: string, by: string, how: Attributes) =>
    to.self({ op: 'Resize', inputs: [from, '', by], attributes: how });
  if (stringOf(to.node, 'mode', 'nearest') !== 'nearest') {
    resize(data, scales, { ...asymmetric, mode: string('linear') });
  } else if (values?.every((s) => s >= 1)) {
    resize(data, scales, nearest('floor'));
  } else if (values?.every((s) => s <= 1)) {
    resize(data, scales, nearest('ceil'));
  } else {
    // Along every axis one of the two steps does nothing.
    const one = to.constant('one', float32([], [1]));
    const down = to.helper('down-scales', 'Min', [scales, one]);
    const up = to.helper('up-scales', 'Max', [scales, one]);
    resize(to.helper('down', 'Resize', [data, '', down], nearest('ceil')), up, nearest('floor'));
  }
}

/** Resize 10 to 12. In 11 and 12 an input that is not used had to be there, as an empty tensor. */
export function upgradeResize(to: Rewrite): void {
  if (to.opset < 11) {
    upgradeUpsample(to);
    return;
  }
  const isEmpty = (tensor: Tensor | undefined) => tensor !== undefined && sizeOf(tensor.dims) === 0;
  to.self({ inputs: to.node.inputs.map((name) => (isEmpty(to.known(name)) ? '' : name)) });
}

function nearest(rounding: 'floor' | 'ceil'): Attributes {
  return { ...asymmetric, mode: string('nearest'), nearest_mode: string(rounding) };
}
