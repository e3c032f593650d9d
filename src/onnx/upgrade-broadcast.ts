/**
 * Upgrade rules for operators of opset 6, when the right side of a binary operator was stretched only where the node said so,
 * and from any axis of the left side on; since 7, shapes are aligned at their ends.
 */
import { formUnsupported } from '../diagnostics/all.ts';
import { type Attribute, describeOrigin } from '../ir/graph.ts';
import { floatOf, intOf } from './attribute-values.ts';
import { vector, without } from './upgrade-attributes.ts';
import { upgradeUpsample } from './upgrade-resize.ts';
import type { Rewrite } from './upgrade-rewrite.ts';

/** Binary operators before 7: `axis` says which axis of the left side the first one of the right side is. */
export function upgradeBinary(to: Rewrite): void {
  const [left = '', right = ''] = to.node.inputs;
  const attributes = without(to.node.attributes, 'broadcast', 'axis', 'consumed_inputs');
  const stretched = intOf(to.node, 'broadcast', 0) === 1 && to.node.attributes.axis !== undefined;
  const aligned = stretched ? alignedFrom(to, left, right, intOf(to.node, 'axis', 0)) : right;
  if (aligned !== undefined) to.self({ inputs: [left, aligned], attributes });
}

/** PRelu before 7, whose slopes were one, or one per channel. */
export function upgradePRelu(to: Rewrite): void {
  const [x = '', slope = ''] = to.node.inputs;
  const attributes = without(to.node.attributes, 'consumed_inputs');
  const aligned = to.inferredRank(slope) === 1 ? alignedFrom(to, x, slope, 1) : slope;
  if (aligned !== undefined) to.self({ inputs: [x, aligned], attributes });
}

/** Operators before 7 that only lost an attribute: Gemm, LSTM, GRU, RNN. */
export function dropAttributes(...names: readonly string[]): (to: Rewrite) => void {
  return (to) => to.self({ attributes: without(to.node.attributes, ...names) });
}

/** Upsample before 7, which scaled the last two axes of images, and after. */
export function upgradeAnyUpsample(to: Rewrite): void {
  if (to.opset >= 7) {
    upgradeUpsample(to);
    return;
  }
  const scale = (name: string) => floatOf(to.node, name, 1);
  const scales: Attribute = { type: 'floats', value: [1, 1, scale('height_scale'), scale('width_scale')] };
  const attributes = without(to.node.attributes, 'height_scale', 'width_scale');
  upgradeUpsample({ ...to, node: { ...to.node, attributes: { ...attributes, scales } } });
}

/** @returns `right` with as many axes of length 1 behind it as put its first axis under `axis` of `left`; undefined, and a problem, where ranks are not known */
function alignedFrom(to: Rewrite, left: string, right: string, axis: number): string | undefined {
  const [rank, own] = [to.inferredRank(left), to.inferredRank(right)];
  if (rank === undefined || own === undefined) {
    const reason = `it stretches '${right}' from axis ${axis} on, as opset 6 could, and the ranks are not known`;
    to.fail(formUnsupported(describeOrigin(to.node.origin), reason, 'Export at opset 7 or later.'));
    return undefined;
  }
  const behind = rank - (axis < 0 ? axis + rank : axis) - own;
  if (behind <= 0) return right;
  const axes = to.constant('axes', vector(Array.from({ length: behind }, (_, i) => own + i)));
  return to.helper('aligned', 'Unsqueeze', [right, axes]);
}
