/** Writes the operators that replace one node. All of them carry the origin of that node. */
import { type Attributes, freshNames, type OnnxNode, onnxNode } from '../../../src/ir/graph.ts';
import { int64, type Tensor } from '../../../src/math/tensor.ts';

export interface Emitter {
  /** Adds an operator of the ONNX domain with one output. @returns the output's name: `output`, or one after `what` */
  op(what: string, op: string, inputs: readonly string[], attributes?: Attributes, output?: string): string;
  /** Adds an operator with `count` outputs, named after `what`. */
  ops(what: string, op: string, inputs: readonly string[], count: number, attributes?: Attributes): string[];
  /** Adds a constant, named after the node's first output and `what`; the same `what` is the same constant. */
  constant(what: string, tensor: () => Tensor): string;
  /** Adds a constant vector of int64. */
  vector(what: string, values: readonly number[]): string;
  /** A rearrangement of a stored constant: nodes that rearrange it alike share the result, as they share the original. */
  rearranged(stored: string, how: string, tensor: () => Tensor): string;
}

/** What the rewrites of one graph have made so far. */
export interface Decomposed {
  readonly nodes: OnnxNode[];
  readonly constants: Map<string, Tensor>;
  /** Names that are taken. */
  readonly names: Set<string>;
  /** Names of constants by how they were made. */
  readonly made: Map<string, string>;
}

export function emitterOf(node: OnnxNode, into: Decomposed): Emitter {
  const base = node.outputs.find((name) => name !== '') ?? node.origin.name;
  const counts = new Map<string, number>();
  const value = (what: string): string => {
    for (;;) {
      const count = counts.get(what) ?? 0;
      counts.set(what, count + 1);
      const name = count === 0 ? `${base}/${what}` : `${base}/${what}-${count}`;
      if (into.names.has(name)) continue;
      into.names.add(name);
      return name;
    }
  };
  const push = (op: string, inputs: readonly string[], outputs: readonly string[], attributes: Attributes) =>
    into.nodes.push(onnxNode(op, inputs, outputs, node.origin, attributes));
  const constant = (key: string, wanted: string, tensor: () => Tensor): string => {
    const known = into.made.get(key);
    if (known !== undefined) return known;
    const name = freshNames(into.names)(wanted);
    into.made.set(key, name);
    into.constants.set(name, tensor());
    return name;
  };
  const own: Emitter['constant'] = (what, tensor) => constant(`${base}\n${what}`, `${base}/${what}`, tensor);
  return {
    op(what, op, inputs, attributes = {}, output = value(what)) {
      push(op, inputs, [output], attributes);
      return output;
    },
    ops(what, op, inputs, count, attributes = {}) {
      const outputs = Array.from({ length: count }, () => value(what));
      push(op, inputs, outputs, attributes);
      return outputs;
    },
    constant: own,
    vector: (what, values) => own(what, () => int64([values.length], values)),
    rearranged: (stored, how, tensor) => constant(`${stored}\n${how}\n`, `${stored}/${how}`, tensor),
  };
}
