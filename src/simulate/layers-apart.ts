/**
 * A programmed chip -> a plain ONNX graph in which each of its layers stands by itself: what the others do does not reach it, so
 * that it can be given what it would get from an ideal chip.
 */
import type { Chip } from '../chip/chip.ts';
import type { ReadArrays } from '../chip/read.ts';
import type { Corrections } from '../correct/compensate.ts';
import type { Graph, OnnxNode, ValueInfo } from '../ir/graph.ts';
import { createEmitter } from '../lower/emit.ts';
import { withFloatCodes } from '../lower/float-codes.ts';
import { shareConstants } from '../lower/share-constants.ts';
import type { Tensor } from '../math/tensor.ts';
import { crossbarDomain } from '../package/crossbar-node.ts';
import type { Package } from '../package/open.ts';
import { type Device, isAccelerator } from '../runtime/device.ts';
import { layersOf } from './emit-layers.ts';
import { withoutIdlePools, withPools } from './noise-pools.ts';

/** Input of the graph for what layers are given under this name in the model: it may be what another layer gives. */
export const givenAs = (input: string): string => `crossloom/given/${input}`;

/**
 * Outputs have the names of the layers'; read noise is the same as where the chip runs as a whole.
 * @param device where it will run, as for `lowerChip`
 */
export function lowerLayersApart(
  { layers, host }: Pick<Package, 'layers' | 'host'>,
  { seed }: Pick<Chip, 'seed'>,
  arrays: ReadArrays,
  corrections: Corrections,
  device?: Device,
): Graph {
  const stacked = isAccelerator(device);
  const nodes: OnnxNode[] = [];
  const constants = new Map<string, Tensor>();
  const emitLayer = layersOf(arrays, corrections);
  for (const layer of layers) {
    const emit = createEmitter(layer.output, layer.origin, nodes, constants);
    emitLayer(emit, { ...layer, input: givenAs(layer.input) }, { stacked });
  }
  const { [crossbarDomain]: _, ...opsets } = host.opsets;
  // Where an input has some dimensions that are known and some that are not, onnxruntime 1.30 takes minutes to open such a graph.
  const valueInfo = (name: string): ValueInfo => ({ name, elementType: 1, dims: undefined });
  const graph = shareConstants<Graph>({
    ...{ name: 'layers', irVersion: host.irVersion, opsets, functions: [] },
    inputs: [...new Set(layers.map(({ input }) => givenAs(input)))].map(valueInfo),
    outputs: layers.map(({ output }) => valueInfo(output)),
    nodes,
    constants,
  });
  const whole = withoutIdlePools(withPools(graph, seed, arrays));
  return stacked ? withFloatCodes(whole) : whole;
}
