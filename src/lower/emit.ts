/** Collects the nodes and constants of a graph that is being written, and names its values. */
import { type Attributes, type OnnxNode, type Origin, onnxNode } from '../ir/graph.ts';
import type { Tensor } from '../math/tensor.ts';

export interface Emitter {
  readonly nodes: OnnxNode[];
  readonly constants: Map<string, Tensor>;
  /** Emits an operator of the ONNX domain with one output, and returns that value's name. */
  op(op: string, inputs: readonly string[], attributes?: Attributes, output?: string): string;
  /** Emits an operator with `count` outputs. */
  split(op: string, inputs: readonly string[], count: number, attributes?: Attributes): string[];
  /** Adds an initializer; equal values under one name are added once. */
  constant(name: string, tensor: Tensor): string;
}

/**
 * @param prefix of all value names, normally the layer's output value
 * @param origin of the node that is being lowered: it names the emitted nodes
 */
export function createEmitter(
  prefix: string,
  origin: Origin,
  nodes: OnnxNode[] = [],
  constants: Map<string, Tensor> = new Map(),
): Emitter {
  let count = 0;
  function push(
    op: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Attributes,
  ): void {
    const name = `${origin.name || prefix}/${op}_${nodes.length}`;
    nodes.push(onnxNode(op, inputs, outputs, { name, op, index: nodes.length }, attributes));
  }
  return {
    nodes,
    constants,
    op(op, inputs, attributes = {}, output = `${prefix}/${op}_${count++}`) {
      push(op, inputs, [output], attributes);
      return output;
    },
    split(op, inputs, outputs, attributes = {}) {
      const names = Array.from({ length: outputs }, (_, i) => `${prefix}/${op}_${count}_${i}`);
      count++;
      push(op, inputs, names, attributes);
      return names;
    },
    constant(name, tensor) {
      const full = `${prefix}/${name}`;
      constants.set(full, tensor);
      return full;
    },
  };
}
