/** Quantized layers -> blocks that fit an array, not yet placed: what the passes from slice-weights to pack-groups are given and give. */
import type { QuantizedMvmNode } from '../../src/ir/graph.ts';
import type { Block, SlicedLayer } from '../../src/ir/mapping.ts';
import type { Target } from '../../src/target/target.ts';
import type { SliceChoice } from './slice-weights.ts';

export interface Uncut {
  readonly target: Target;
  readonly nodes: readonly QuantizedMvmNode[];
  readonly choiceOf: (node: QuantizedMvmNode) => SliceChoice;
  /** Most groups of a layer that may share a block. */
  readonly groupsAtOnce: (layer: SlicedLayer) => number;
  /** Repeats of a layer whose options leave them open, given with every digit once. Default: 1. */
  readonly repeatsOf?: (layer: SlicedLayer) => number;
}

export interface Cut {
  readonly layers: readonly SlicedLayer[];
  readonly blocks: readonly Block[];
}
