/** The digital program host.onnx and the integer reference, from a compiled graph and its mapping. */
import type { CrossbarLayer } from '../ir/crossbar.ts';
import type { Graph, QuantizedMvmNode } from '../ir/graph.ts';
import { codingOf } from '../ir/input-planes.ts';
import {
  type BlockConverters,
  blocksByLayer,
  digitStepOf,
  layerIndexOf,
  type Mapping,
  type PlacedBlock,
  type SlicedLayer,
} from '../ir/mapping.ts';
import { tilesOf } from '../ir/tiles.ts';
import { lowerGraph } from '../lower/graph.ts';
import { lowerInteger } from '../lower/reference.ts';
import type { Tensor } from '../math/tensor.ts';
import type { Target } from '../target/target.ts';
import { crossbarDomain, encodeCrossbar } from './crossbar-node.ts';

/** The graph with its layers as crossbar nodes. */
export function hostGraph(
  graph: Graph,
  mapping: Mapping,
  converters: readonly BlockConverters[],
  target: Target,
): Graph {
  const constants = new Map<string, Tensor>(graph.constants);
  const ofLayer = blocksByLayer(mapping);
  const nodes = graph.nodes.map((node) => {
    if (node.kind !== 'quantized-mvm') return node;
    const layer = layerIndexOf(mapping, node.output);
    const blocks = ofLayer[layer]!.map((index) => [index, mapping.blocks[index]!] as const);
    const placed = { layer: mapping.layers[layer]!, blocks, converters };
    return encodeCrossbar(crossbarLayer(node, placed, target), constants);
  });
  return { ...graph, nodes, constants, opsets: { ...graph.opsets, [crossbarDomain]: 1 } };
}

/** The graph in standard integer operators: what an ideal chip computes. */
export function referenceGraph(graph: Graph): Graph {
  return lowerGraph(graph, (node) =>
    node.kind === 'quantized-mvm' ? (emit) => lowerInteger(emit, node) : undefined,
  );
}

/** The matrix that a node multiplies by, with its blocks by their numbers, and the converters of all blocks. */
interface PlacedLayer {
  readonly layer: SlicedLayer;
  readonly blocks: readonly (readonly [index: number, block: PlacedBlock])[];
  readonly converters: readonly BlockConverters[];
}

function crossbarLayer(
  node: QuantizedMvmNode,
  { layer: sliced, blocks, converters }: PlacedLayer,
  target: Target,
): CrossbarLayer {
  const zeros = blocks.flatMap(([index]) => [...converters[index]!.zero]);
  const steps = blocks.flatMap(([index]) => [...converters[index]!.step]);
  return {
    input: node.input,
    output: node.output,
    origin: node.origin,
    geometry: node.geometry,
    groups: node.groups,
    rows: node.rows,
    columns: node.columns,
    quantization: node.quantization,
    inputCoding: codingOf(node.quantization, sliced.inputNumbers, target.driver.polarity),
    driverBits: target.driver.bits,
    encoding: sliced.encoding,
    convert: target.adc.convert,
    adcBits: target.adc.bits,
    radix: sliced.radix,
    slices: sliced.slices,
    copies: sliced.copies,
    digitsPerOne: sliced.digitsPerOne,
    repeats: sliced.repeats,
    digitStep: Math.fround(digitStepOf(sliced, target.cell)),
    converterZero: Int32Array.from(zeros),
    converterStep: Float32Array.from(steps),
    ...tilesOf(blocks),
    scales: Float32Array.from(node.scales),
    columnSums: columnSums(node),
    bias: Float32Array.from(node.bias),
  };
}

function columnSums({ groups, rows, columns, integers }: QuantizedMvmNode): Int32Array {
  const sums = new Int32Array(groups * columns);
  for (let input = 0, at = 0; input < groups * rows; input++) {
    const first = Math.floor(input / rows) * columns;
    for (let output = first; output < first + columns; output++, at++) sums[output]! += integers[at]!;
  }
  return sums;
}
