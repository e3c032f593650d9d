/**
 * The ONNX operators whose meaning for inference or whose form changed between opset 6 and opset 21, after the ONNX
 * operator changelog. Versions that only added element types, or attributes whose default is the old behaviour, are
 * not listed.
 */
import { formUnsupported } from '../diagnostics/all.ts';
import { describeOrigin } from '../ir/graph.ts';
import { dropAttributes, upgradeAnyUpsample, upgradeBinary, upgradePRelu } from './upgrade-broadcast.ts';
import {
  upgradeBatchNormalization,
  upgradeGroupNormalization,
  upgradeSoftmax,
} from './upgrade-normalization.ts';
import { upgradeResize } from './upgrade-resize.ts';
import type { Rewrite } from './upgrade-rewrite.ts';
import {
  upgradeAxes,
  upgradeClip,
  upgradeDft,
  upgradeDropout,
  upgradeGridSample,
  upgradePad,
  upgradeRoiAlign,
  upgradeSlice,
  upgradeSplit,
  upgradeTopK,
} from './upgrade-shape.ts';

interface UpgradeRule {
  /** The rule applies to nodes of older opsets than this. */
  readonly before: number;
  readonly rewrite: (to: Rewrite) => void;
}

/** Scan 8 ran over a batch of sequences with lengths of their own. */
function refuseScan(to: Rewrite): void {
  const reason = 'Scan of opset 8 runs over sequences of different lengths';
  to.fail(formUnsupported(describeOrigin(to.node.origin), reason, 'Export at opset 9 or later.'));
}

const reductions = ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'SumSquare'];

const binaries = 'Add And Div Equal Greater Less Mul Or Pow Sub Xor'.split(' ');

const rules = new Map<string, UpgradeRule>([
  ...binaries.map((name) => [name, { before: 7, rewrite: upgradeBinary }] as const),
  ...reductions.map((name) => [`Reduce${name}`, { before: 18, rewrite: upgradeAxes }] as const),
  ['BatchNormalization', { before: 14, rewrite: upgradeBatchNormalization }],
  ['Clip', { before: 11, rewrite: upgradeClip }],
  ['DFT', { before: 20, rewrite: upgradeDft }],
  ['Dropout', { before: 12, rewrite: upgradeDropout }],
  ['GRU', { before: 7, rewrite: dropAttributes('output_sequence') }],
  ['Gemm', { before: 7, rewrite: dropAttributes('broadcast') }],
  ['GridSample', { before: 20, rewrite: upgradeGridSample }],
  ['GroupNormalization', { before: 21, rewrite: upgradeGroupNormalization }],
  ['Hardmax', { before: 13, rewrite: upgradeSoftmax }],
  ['LSTM', { before: 7, rewrite: dropAttributes('output_sequence') }],
  ['LogSoftmax', { before: 13, rewrite: upgradeSoftmax }],
  ['PRelu', { before: 7, rewrite: upgradePRelu }],
  ['Pad', { before: 11, rewrite: upgradePad }],
  ['RNN', { before: 7, rewrite: dropAttributes('output_sequence') }],
  ['ReduceSum', { before: 13, rewrite: upgradeAxes }],
  ['Resize', { before: 13, rewrite: upgradeResize }],
  ['RoiAlign', { before: 16, rewrite: upgradeRoiAlign }],
  ['Scan', { before: 9, rewrite: refuseScan }],
  ['Scatter', { before: 11, rewrite: (to) => to.self({ op: 'ScatterElements' }) }],
  ['Slice', { before: 10, rewrite: upgradeSlice }],
  ['Softmax', { before: 13, rewrite: upgradeSoftmax }],
  ['Split', { before: 18, rewrite: upgradeSplit }],
  ['Squeeze', { before: 13, rewrite: upgradeAxes }],
  ['TopK', { before: 10, rewrite: upgradeTopK }],
  ['Unsqueeze', { before: 13, rewrite: upgradeAxes }],
  ['Upsample', { before: 10, rewrite: upgradeAnyUpsample }],
]);

/** The rule for an operator of the ONNX domain as `opset` defines it; undefined where opset 21 means the same by it. */
export function upgradeRule(op: string, opset: number): UpgradeRule | undefined {
  const rule = rules.get(op);
  return rule && opset < rule.before ? rule : undefined;
}
