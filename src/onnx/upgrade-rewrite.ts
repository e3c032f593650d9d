/**
 * What a rule of the opset upgrade sees of the graph, and how it writes the nodes that replace one node.
 */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import {
  type Attributes,
  type Graph,
  inputsOf,
  type Node,
  type OnnxNode,
  onnxNode,
  outputsOf,
  valuesOf,
} from '../ir/graph.ts';
import { float32, sizeOf, type Tensor } from '../math/tensor.ts';
import { inferDims } from './dims.ts';
import type { Dims } from './dims-known.ts';
import { elementType } from './element-types.ts';

/** The replacement of one node in the making. Values and constants are named after the node's first output. */
export interface Rewrite {
  readonly node: OnnxNode;
  /** The operator set version that `node` was written for. */
  readonly opset: number;
  /** Adds a constant. @returns its name */
  constant(what: string, tensor: Tensor): string;
  /** Adds a constant scalar with the element type of the floating-point value `like`. @returns its name */
  scalarLike(what: string, value: number, like: string): string;
  /** Adds a helper node with one output. @returns the output's name: `output`, or a new one */
  helper(
    what: string,
    op: string,
    inputs: readonly string[],
    attributes?: Attributes,
    output?: string,
  ): string;
  /** Adds the node itself with these changes. Its origin stays. */
  self(changes: Partial<Pick<OnnxNode, 'op' | 'inputs' | 'outputs' | 'attributes'>>): void;
  /** A new value name. */
  value(what: string): string;
  /** The tensor behind a constant value. */
  known(name: string): Tensor | undefined;
  /** The number of dimensions of a value, where that is plain to see. */
  rank(name: string): number | undefined;
  /** The same, as far as it follows from the shapes of inputs and constants. */
  inferredRank(name: string): number | undefined;
  /** Whether anything reads the node's output of this position. */
  read(output: number): boolean;
  /** Gives up on the node. */
  fail(problem: Diagnostic): void;
}

/** What the rewrites of one graph have made so far. */
export interface Upgraded {
  readonly nodes: Node[];
  readonly constants: Map<string, Tensor>;
  readonly problems: Diagnostic[];
}

/**
 * @param into where the new nodes and constants go; holds the graph's constants from the start
 * @returns for a node of `graph`, its replacement in the making
 */
export function rewriterOf(graph: Graph, into: Upgraded): (node: OnnxNode) => Rewrite {
  const taken = new Set(valuesOf(graph));
  const reads = new Set([...graph.nodes.flatMap(inputsOf), ...graph.outputs.map((v) => v.name)]);
  const producers = new Map(graph.nodes.flatMap((n) => outputsOf(n).map((name) => [name, n])));
  const inputs = new Map(graph.inputs.map((v) => [v.name, v]));
  const onlyFloat32 = hasOnlyFloat32(graph);

  const known = (name: string): Tensor | undefined => {
    const producer = producers.get(name);
    if (producer?.kind !== 'onnx' || producer.op !== 'Constant') return graph.constants.get(name);
    const value = producer.attributes.value;
    return value?.type === 'tensor' ? value.value : undefined;
  };

  const rank = (name: string): number | undefined => {
    const producer = producers.get(name);
    if (!producer) return graph.constants.get(name)?.dims.length ?? inputs.get(name)?.dims?.length;
    if (producer.kind !== 'onnx' || producer.domain !== '') return undefined;
    if (producer.op === 'Flatten' || producer.op === 'Gemm') return 2;
    if (producer.op !== 'Reshape') return undefined;
    const shape = known(producer.inputs[1] ?? '');
    return shape && sizeOf(shape.dims);
  };

  let inferred: Dims | undefined;
  const inferredRank = (name: string): number | undefined => {
    inferred ??= inferDims(graph);
    return inferred.get(name)?.length;
  };

  return (node) => {
    const base = node.outputs.find((name) => name !== '') ?? node.origin.name;
    const value = (what: string): string => {
      let name = `${base}/${what}`;
      for (let i = 2; taken.has(name); i++) name = `${base}/${what}_${i}`;
      taken.add(name);
      return name;
    };
    const constant = (what: string, tensor: Tensor): string => {
      const name = value(what);
      into.constants.set(name, tensor);
      return name;
    };
    const helper: Rewrite['helper'] = (what, op, helperInputs, attributes = {}, output = value(what)) => {
      const name = node.origin.name && `${node.origin.name}/${what}`;
      into.nodes.push(onnxNode(op, helperInputs, [output], { ...node.origin, name }, attributes));
      return output;
    };
    return {
      node,
      opset: graph.opsets['']!,
      constant,
      scalarLike(what, number, like) {
        const name = constant(what, float32([], [number]));
        return onlyFloat32 ? name : helper(`${what}-cast`, 'CastLike', [name, like]);
      },
      helper,
      self: (changes) => into.nodes.push({ ...node, ...changes }),
      value,
      known,
      rank,
      inferredRank,
      read: (output) => reads.has(node.outputs[output] ?? ''),
      fail: (problem) => into.problems.push(problem),
    };
  };
}

const otherFloats = new Set(['float16', 'bfloat16', 'float64']);
const typeAttributes = new Set(['to', 'dtype', 'output_dtype', 'output_datatype']);

/** Whether float32 is plainly the only floating-point type of the graph. */
function hasOnlyFloat32(graph: Graph): boolean {
  const isOther = (number: number) => otherFloats.has(elementType(number) ?? '');
  return (
    !graph.inputs.some((v) => isOther(v.elementType)) &&
    ![...graph.constants.values()].some((tensor) => otherFloats.has(tensor.type)) &&
    graph.nodes.every((node) => {
      if (node.kind !== 'onnx') return true;
      if (node.domain !== '') return false;
      return Object.entries(node.attributes).every(([name, attribute]) => {
        if (attribute.type === 'tensor') return !otherFloats.has(attribute.value.type);
        if (attribute.type === 'int') return !(typeAttributes.has(name) && isOther(attribute.value));
        return attribute.type !== 'opaque';
      });
    })
  );
}
