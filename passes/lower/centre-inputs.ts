/**
 * Feeds layers what their inputs deviate from the means of their channels, and adds the rest to the bias:
 *
 *   W x + b = W (x - m) + (b + W m)
 *
 * Behind a ReLU most of what drives the rows is the same at every position of every input. Whatever errs in a cell and has not
 * been calibrated away, such as its noise since then, reaches the output times its input: without the means, times less.
 */
import type { Centres } from '../../src/ir/centres.ts';
import { type Graph, type MvmNode, type Node, onnxNode } from '../../src/ir/graph.ts';
import { float32, type Tensor } from '../../src/math/tensor.ts';

export const centreInputs = { name: 'centre-inputs', run };

function run(graph: Graph, { centres }: { readonly centres: Centres }): Graph {
  if (centres.size === 0) return graph;
  const constants = new Map<string, Tensor>(graph.constants);
  const made = new Set<string>();
  const nodes = graph.nodes.flatMap((node): Node[] => {
    const centre = node.kind === 'mvm' ? centres.get(node.output) : undefined;
    if (node.kind !== 'mvm' || !centre) return [node];
    const { geometry, input } = node;
    // Channels are the last axis of what a product takes, and the second of what a convolution does.
    const axes = geometry.kind === 'conv' ? geometry.kernel.map(() => 1) : [];
    const centred = `${input}/centred_${axes.length}`;
    const layer = { ...node, input: centred, bias: biasAround(node, centre) };
    if (made.has(centred)) return [layer];
    made.add(centred);
    const name = `${centred}/means`;
    constants.set(name, float32([centre.length, ...axes], centre));
    return [onnxNode('Sub', [input, name], [centred], node.origin), layer];
  });
  return { ...graph, nodes, constants };
}

/** b + W m. */
function biasAround({ weights, bias, columns }: MvmNode, centre: Float32Array): Float64Array {
  const around = bias.slice();
  weights().forEach((w, at) => {
    around[at % columns]! += w * centre[Math.floor(at / columns)]!;
  });
  return around;
}
