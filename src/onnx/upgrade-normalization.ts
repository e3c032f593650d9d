/** Upgrade rules for softmax and the normalizations. */
import { formUnsupported } from '../diagnostics/all.ts';
import { describeOrigin, int } from '../ir/graph.ts';
import { floatOf, intOf } from './attribute-values.ts';
import { vector, without } from './upgrade-attributes.ts';
import type { Rewrite } from './upgrade-rewrite.ts';

/** Softmax, LogSoftmax and Hardmax before 13: over all axes from `axis` on, seen as one. */
export function upgradeSoftmax(to: Rewrite): void {
  const { inputs, outputs } = to.node;
  const data = inputs[0]!;
  const axis = intOf(to.node, 'axis', 1);
  const rank = to.rank(data);
  if (axis === -1 || axis + 1 === rank) {
    to.self({ attributes: { axis: int(-1) } });
    return;
  }
  const flat = to.helper('flat', 'Flatten', [data], { axis: int(axis) });
  const result = to.value('flat-result');
  to.self({ inputs: [flat], outputs: [result], attributes: { axis: int(-1) } });
  const shape = to.helper('shape', 'Shape', [data]);
  to.helper('unflatten', 'Reshape', [result, shape], { allowzero: int(1) }, outputs[0]!);
}

/** BatchNormalization before 7 (`is_test`, which one output implies), before 9 (`spatial`) and before 14 (outputs of training). */
export function upgradeBatchNormalization(to: Rewrite): void {
  const { outputs, attributes, origin } = to.node;
  if (outputs.some((_, i) => i > 0 && to.read(i))) {
    const reason = 'its outputs of training are read, which opset 14 removed';
    to.fail(formUnsupported(describeOrigin(origin), reason, 'Export the model for inference.'));
  } else if (to.opset < 9 && intOf(to.node, 'spatial', 1) === 0) {
    normalizePositions(to);
  } else {
    to.self({
      outputs: [outputs[0]!],
      attributes: without(attributes, 'spatial', 'is_test', 'consumed_inputs'),
    });
  }
}

/** Batch normalization with parameters for every position of every channel. */
function normalizePositions(to: Rewrite): void {
  const { inputs, outputs } = to.node;
  const [x, scale, bias, mean, variance] = inputs as [string, string, string, string, string];
  const epsilon = to.scalarLike('epsilon', floatOf(to.node, 'epsilon', 1e-5), x);
  const deviation = to.helper('deviation', 'Sqrt', [to.helper('variance', 'Add', [variance, epsilon])]);
  const normal = to.helper('normal', 'Div', [to.helper('centred', 'Sub', [x, mean]), deviation]);
  const scaled = to.helper('scaled', 'Mul', [normal, scale]);
  to.self({ op: 'Add', inputs: [scaled, bias], outputs: [outputs[0]!], attributes: {} });
}

/** GroupNormalization before 21: scale and bias went from one per group to one per channel. */
export function upgradeGroupNormalization(to: Rewrite): void {
  const { inputs } = to.node;
  const [x, scale, bias] = inputs as [string, string, string];
  const groups = to.constant('groups', vector([intOf(to.node, 'num_groups', 1)]));
  const channels = to.helper('channels', 'Shape', [x], { start: int(1), end: int(2) });
  const width = to.helper('group-width', 'Div', [channels, groups]);
  const one = to.constant('one', vector([1]));
  const flat = to.constant('flat', vector([-1]));
  const row = to.helper('row', 'Concat', [one, width], { axis: int(0) });
  const spread = (what: string, value: string): string => {
    const column = to.helper(`${what}-column`, 'Unsqueeze', [value, one]);
    return to.helper(what, 'Reshape', [to.helper(`${what}-spread`, 'Expand', [column, row]), flat]);
  };
  to.self({ inputs: [x, spread('scale', scale), spread('bias', bias)] });
}
