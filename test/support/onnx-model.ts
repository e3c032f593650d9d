/**
 * Assembles small Graphs in memory, for tests of whatever reads or rewrites them:
 *
 *   const graph = model({
 *     inputs: { x: [1, 8] },
 *     outputs: { y: [1, 4] },
 *     constants: { w: float32([8, 4], values) },
 *     nodes: [node('MatMul', ['x', 'w'], ['y'])],
 *   });
 *   const bytes = encodeModel(graph);
 */
import type { Attribute, Attributes, Graph, Node, OnnxNode, ValueInfo } from '../../src/ir/graph.ts';
import type { Tensor } from '../../src/math/tensor.ts';

type Dims = readonly (number | string | undefined)[] | undefined;

/** A plain value stands for the attribute type that it looks like: numbers are ints unless made by `float`. */
export type AttributeValue = number | string | readonly number[] | Attribute;

export interface ModelParts {
  /** float32 values by name. */
  readonly inputs: Readonly<Record<string, Dims>>;
  readonly outputs: Readonly<Record<string, Dims>>;
  readonly nodes: readonly Node[];
  readonly constants?: Readonly<Record<string, Tensor>>;
  readonly opset?: number;
}

export function model({ inputs, outputs, nodes, constants = {}, opset = 17 }: ModelParts): Graph {
  return {
    name: 'test',
    irVersion: 8,
    opsets: { '': opset },
    inputs: values(inputs),
    outputs: values(outputs),
    nodes: nodes.map((n, index) => ({ ...n, origin: { ...n.origin, index } })),
    constants: new Map(Object.entries(constants)),
    functions: [],
  };
}

/** An ONNX node. `model` numbers the nodes in the order in which it gets them. */
export function node(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
  name = '',
): OnnxNode {
  const converted: Attributes = Object.fromEntries(
    Object.entries(attributes).map(([k, v]) => [k, attribute(v)]),
  );
  return {
    kind: 'onnx',
    op,
    domain: '',
    inputs,
    outputs,
    attributes: converted,
    origin: { name, op, index: 0 },
  };
}

export function float(value: number): Attribute {
  return { type: 'float', value };
}

function attribute(value: AttributeValue): Attribute {
  if (typeof value === 'number') return { type: 'int', value };
  if (typeof value === 'string') return { type: 'string', value };
  return isList(value) ? { type: 'ints', value } : value;
}

function isList(value: readonly number[] | Attribute): value is readonly number[] {
  return Array.isArray(value);
}

function values(infos: Readonly<Record<string, Dims>>): ValueInfo[] {
  return Object.entries(infos).map(([name, dims]) => ({ name, elementType: 1, dims }));
}
