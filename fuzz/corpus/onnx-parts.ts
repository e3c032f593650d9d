/** Small ONNX models as messages: tensors with drawn values, nodes with attributes, graphs. */
import { openStream } from '../../src/math/random.ts';
import {
  type AttributeProto,
  attributeTypes,
  type GraphProto,
  type ModelProto,
  modelCodec,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from '../../src/onnx/proto.ts';

type Dims = readonly (number | string)[];
type Attribute = number | string | readonly number[] | Omit<AttributeProto, 'name'>;

export const elementTypes = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9 } as const;

const sizeOf = (dims: readonly number[]): number => dims.reduce((product, d) => product * d, 1);

/** Values between -1 and 1 that depend on the name alone. */
export function drawn(name: string, count: number): Float32Array {
  const stream = openStream(1, `fuzz corpus ${name}`, 0);
  return Float32Array.from({ length: count }, () => 2 * stream.uniform() - 1);
}

/** A float tensor with drawn values, or with those that are given. */
export function floats(name: string, dims: readonly number[], values?: readonly number[]): TensorProto {
  const data = values ?? drawn(name, sizeOf(dims));
  return {
    name,
    dims,
    dataType: elementTypes.float,
    rawData: new Uint8Array(Float32Array.from(data).buffer),
  };
}

/** Bytes from -127 to 127 with drawn values, or those that are given. */
export function bytes(name: string, dims: readonly number[], values?: readonly number[]): TensorProto {
  const data = Int8Array.from(values ?? drawn(name, sizeOf(dims)).map((v) => Math.round(127 * v)));
  return { name, dims, dataType: elementTypes.int8, rawData: new Uint8Array(data.buffer) };
}

export function int64s(
  name: string,
  values: readonly number[],
  dims: readonly number[] = [values.length],
): TensorProto {
  return { name, dims, dataType: elementTypes.int64, int64Data: values };
}

export function node(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
  domain = '',
): NodeProto {
  const attribute = Object.entries(attributes).map(([name, value]) => ({ name, ...attributeOf(value) }));
  return { name: `${opType} ${output[0]}`, opType, input, output, attribute, ...(domain && { domain }) };
}

function attributeOf(value: Attribute): Omit<AttributeProto, 'name'> {
  if (typeof value === 'number') return { type: attributeTypes.int, i: value };
  if (typeof value === 'string') return { type: attributeTypes.string, s: Buffer.from(value) };
  return isList(value) ? { type: attributeTypes.ints, ints: value } : value;
}

function isList(value: Attribute): value is readonly number[] {
  return Array.isArray(value);
}

export const float = (f: number): Attribute => ({ type: attributeTypes.float, f });
export const tensor = (t: TensorProto): Attribute => ({ type: attributeTypes.tensor, t });
export const subgraph = (g: GraphProto): Attribute => ({ type: attributeTypes.graph, g });
export const strings = (...texts: string[]): Attribute => ({
  type: attributeTypes.strings,
  strings: texts.map((text) => Buffer.from(text)),
});

export function value(name: string, dims: Dims, elemType: number = elementTypes.float): ValueInfoProto {
  const dim = dims.map((d) => (typeof d === 'string' ? { dimParam: d } : { dimValue: d }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

interface Parts extends Partial<Omit<ModelProto, 'graph'>> {
  readonly nodes: readonly NodeProto[];
  readonly inputs: readonly ValueInfoProto[];
  readonly outputs: readonly ValueInfoProto[];
  readonly initializers?: readonly TensorProto[];
  readonly opset?: number;
}

export function encoded({
  nodes,
  inputs,
  outputs,
  initializers = [],
  opset = 17,
  ...rest
}: Parts): Uint8Array {
  return modelCodec.encode({
    irVersion: 8,
    opsetImport: [{ domain: '', version: opset }],
    ...rest,
    graph: { name: 'graph', node: nodes, input: inputs, output: outputs, initializer: initializers },
  });
}
