/**
 * The lowest opset from 17 on that means by a node what opset 21 means by it, after the ONNX operator changelog. Where that
 * depends on types, values of types that came later are taken for none.
 */
import type { Node, OnnxNode } from '../ir/graph.ts';
import { stringOf } from './attribute-values.ts';
import { subgraphsOf } from './attributes.ts';
import { elementNumber } from './element-types.ts';
import { attributeCodec, type NodeProto } from './proto.ts';
import type { KnownValues } from './value-info.ts';

export const oldestWritten = 17;

type Need = (node: OnnxNode, types: KnownValues['types']) => number;

const from =
  (opset: number, when: (node: OnnxNode) => boolean = () => true): Need =>
  (node) =>
    when(node) ? opset : oldestWritten;
const has = (node: OnnxNode, ...attributes: readonly string[]) =>
  attributes.some((name) => name in node.attributes);
const words = (text: string) => text.split(' ');
const all = (operators: string, need: Need) => Object.fromEntries(words(operators).map((op) => [op, need]));

/** Reductions whose axes became an input with opset 18. */
export const reductions: ReadonlySet<string> = new Set(
  words('L1 L2 LogSum LogSumExp Max Mean Min Prod SumSquare').map((op) => `Reduce${op}`),
);
const reduce = from(18, (node) => node.inputs.length > 1 || has(node, 'noop_with_empty_axes'));

const bool = elementNumber('bool');
const string = elementNumber('string');
const quantized: ReadonlySet<number | undefined> = new Set(
  (['float32', 'uint8', 'int8', 'int32'] as const).map(elementNumber),
);

/** Opset 13 quantizes 32-bit floats to 8 bits, along one axis at most. */
const quantize: Need = (node, types) =>
  has(node, 'saturate', 'block_size', 'output_dtype') ||
  node.inputs.some((name) => name !== '' && !quantized.has(types.get(name)))
    ? 21
    : oldestWritten;

const needs: Readonly<Record<string, Need>> = {
  ...all(
    'BitwiseAnd BitwiseNot BitwiseOr BitwiseXor CenterCropPad Col2Im Mish OptionalGetElement OptionalHasElement',
    from(18),
  ),
  ...all('AffineGrid DFT Gelu GridSample ImageDecoder RegexFullMatch StringConcat StringSplit', from(20)),
  ...Object.fromEntries([...reductions].map((op) => [op, reduce])),
  ...all('ReduceMax ReduceMin', (node, types) =>
    types.get(node.inputs[0]!) === bool ? 20 : reduce(node, types),
  ),
  ...all('QuantizeLinear DequantizeLinear', quantize),
  ...all(
    'Cast CastLike',
    from(19, (node) => has(node, 'saturate')),
  ),
  ...all(
    'ScatterElements ScatterND',
    from(18, (node) => words('max min').includes(stringOf(node, 'reduction', ''))),
  ),
  AveragePool: from(19, (node) => has(node, 'dilations')),
  DeformConv: from(19),
  Equal: (node, types) => (types.get(node.inputs[0]!) === string ? 19 : oldestWritten),
  GroupNormalization: from(21),
  LpPool: from(18, (node) => has(node, 'ceil_mode', 'dilations')),
  Pad: (node) => (stringOf(node, 'mode', '') === 'wrap' ? 19 : node.inputs[3] ? 18 : oldestWritten),
  Resize: (node) =>
    stringOf(node, 'coordinate_transformation_mode', '') === 'half_pixel_symmetric'
      ? 19
      : has(node, 'antialias', 'axes', 'keep_aspect_ratio_policy')
        ? 18
        : oldestWritten,
  Split: from(18, (node) => has(node, 'num_outputs')),
};

/** @returns 21 for a node in whose bodies an operator stands of which this would have to be asked */
export function neededOpset(node: Node, { types }: KnownValues): number {
  if (node.kind !== 'onnx') return oldestWritten;
  const bodies = Object.values(node.attributes).flatMap((a) =>
    a.type === 'opaque' ? subgraphsOf(attributeCodec.decode(a.value)).flatMap((g) => g.node ?? []) : [],
  );
  if (bodies.some(isListed)) return 21;
  return node.domain === '' && Object.hasOwn(needs, node.op) ? needs[node.op]!(node, types) : oldestWritten;
}

function isListed({ domain = '', opType = '', attribute = [] }: NodeProto): boolean {
  const inner = attribute.flatMap(subgraphsOf).flatMap((g) => g.node ?? []);
  return (domain === '' && Object.hasOwn(needs, opType)) || inner.some(isListed);
}
