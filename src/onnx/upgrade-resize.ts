/**
 * Upgrade rules for Resize and Upsample. Until version 10 both took output i from input i / scale (what is called
 * asymmetric since 11), and the nearest mode rounded down along axes that grow and up along axes that shrink.
 */
import type { Attributes } from '../ir/graph.ts';
import { float32, sizeOf, type Tensor, toDoubles } from '../tensor.ts';
import { floatsOf, string, stringOf } from './upgrade-attributes.ts';
import type { Rewrite } from './upgrade-rewrite.ts';

/** Upsample 7 and 9, and Resize 10. */
export function upgradeUpsample(to: Rewrite): void {
  const { inputs, attributes } = to.node;
  const data = inputs[0]!;
  const given = floatsOf(attributes, 'scales');
  const tensor = given ? float32([given.length], given) : to.known(inputs[1]!);
  const scales = given ? to.constant('scales', tensor!) : inputs[1]!;
  const values = tensor && toDoubles(tensor);
  if (stringOf(attributes, 'mode', 'nearest') !== 'nearest') {
    resize(to, data, scales, { mode: string('linear') });
  } else if (values?.every((s) => s >= 1)) {
    resize(to, data, scales, rounding('floor'));
  } else if (values?.every((s) => s <= 1)) {
    resize(to, data, scales, rounding('ceil'));
  } else {
    // Along every axis one of the two steps does nothing.
    const one = to.constant('one', float32([], [1]));
    const down = to.helper('down-scales', 'Min', [scales, one]);
    const up = to.helper('up-scales', 'Max', [scales, one]);
    const smaller = to.helper('down', 'Resize', [data, '', down], rounding('ceil'));
    resize(to, smaller, up, rounding('floor'));
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

const asymmetric = { coordinate_transformation_mode: string('asymmetric') };

function rounding(nearest: 'floor' | 'ceil'): Attributes {
  return { mode: string('nearest'), nearest_mode: string(nearest), ...asymmetric };
}

function resize(to: Rewrite, data: string, scales: string, attributes: Attributes): void {
  to.self({
    op: 'Resize',
    inputs: [data, '', scales],
    attributes: { ...attributes, ...asymmetric },
  });
}
