/** How an operator that onnxruntime's optimizer or quantizer wrote is written in ONNX operators, if it can be. */
import type { OnnxNode } from '../../../src/ir/graph.ts';
import type { Tensor } from '../../../src/math/tensor.ts';
import type { Emitter } from './emitter.ts';

/** Writes what stands in a node's place. */
export type Writing = (emit: Emitter) => void;

/** What a writer may know of the graph around its node. */
export interface Surroundings {
  readonly constants: ReadonlyMap<string, Tensor>;
  /** The number of dimensions of a value, as far as it is known. */
  rank(name: string): number | undefined;
  /** The node that computes a value. */
  producer(name: string): OnnxNode | undefined;
}

/** @returns undefined for a node that stays as it is: it holds no constant weights, or more than the writer knows */
export type Writer = (node: OnnxNode, around: Surroundings) => Writing | undefined;
