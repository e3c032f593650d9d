/** The digital program host.onnx and the integer reference, from a compiled graph and its mapping. */
import type { Graph, QuantizedMvmNode } from '../ir/graph.ts';
import { codingOf } from '../ir/input-planes.ts';
import {
  blockRows,
  blockWeightColumns,
  type Mapping,
  type PlacedBlock,
  type SlicedLayer,
} from '../ir/mapping.ts';
import { lowerGraph } from '../lower/graph.ts';
import { lowerInteger } from '../lower/reference.ts';
import { levelStepOf, type Target } from '../target/target.ts';
import type { Tensor } from '../tensor.ts';
import type { CrossbarLayer, Tile } from './crossbar.ts';
import { crossbarDomain, encodeCrossbar } from './crossbar-node.ts';

/** Converter settings of one block; see passes/program/choose-converter-ranges. */
interface BlockConverters {
  readonly zero: Int32Array;
  readonly step: Float32Array;
}

/** The graph with its layers as crossbar nodes. */
export function hostGraph(
  graph: Graph,
  mapping: Mapping,
  converters: readonly BlockConverters[],
  target: Target,
): Graph {
  const constants = new Map<string, Tensor>(graph.constants);
  const indices = new Map(
    mapping.layers.flatMap(({ uses }, i) => uses.map((use) => [use.output, i] as const)),
  );
  const blocks: (readonly [index: number, block: PlacedBlock])[][] = mapping.layers.map(() => []);
  for (const entry of mapping.blocks.entries()) blocks[entry[1].layer]!.push(entry);
  const nodes = graph.nodes.map((node) => {
    if (node.kind !== 'quantized-mvm') return node;
    const layer = indices.get(node.output)!;
    const placed = { layer: mapping.layers[layer]!, blocks: blocks[layer]!, converters };
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
    digitStep: Math.fround(sliced.levelStep * levelStepOf(target.cell)),
    tiles: blocks.map(
      ([index, block]): Tile => ({
        block: index,
        array: block.array,
        row: block.row,
        column: block.column,
        groupStart: block.groups.start,
        groupEnd: block.groups.end,
        rowStart: block.rows.start,
        rowEnd: block.rows.end,
        columnStart: block.columns.start,
        columnEnd: block.columns.end,
        slice: block.slice,
        copy: block.copy,
      }),
    ),
    converterZero: Int32Array.from(zeros),
    converterStep: Float32Array.from(steps),
    ...columnTables(blocks.map(([, block]) => block)),
    ...rowTable(blocks.map(([, block]) => block)),
    scales: Float32Array.from(node.scales),
    columnSums: columnSums(node),
    bias: Float32Array.from(node.bias),
  };
}

/** Where the logical columns of all blocks lie; nothing where they lie in order. */
function columnTables(blocks: readonly PlacedBlock[]): Pick<CrossbarLayer, 'columnPlaces' | 'columnSigns'> {
  if (blocks.every(({ places }) => places === undefined)) return {};
  const inOrder = (block: PlacedBlock) => Array.from({ length: blockWeightColumns(block) }, (_, j) => j);
  return {
    columnPlaces: Int32Array.from(blocks.flatMap((b) => [...(b.places?.place ?? inOrder(b))])),
    columnSigns: Int8Array.from(
      blocks.flatMap((b) => inOrder(b).map((column) => (b.places?.flipped[column] ? -1 : 1))),
    ),
  };
}

/** Where the logical rows of all blocks lie; nothing where they lie in order. */
function rowTable(blocks: readonly PlacedBlock[]): Pick<CrossbarLayer, 'rowPlaces'> {
  if (blocks.every(({ rowPlaces }) => rowPlaces === undefined)) return {};
  const inOrder = (block: PlacedBlock) => Array.from({ length: blockRows(block) }, (_, row) => row);
  return { rowPlaces: Int32Array.from(blocks.flatMap((b) => [...(b.rowPlaces ?? inOrder(b))])) };
}

function columnSums({ groups, rows, columns, integers }: QuantizedMvmNode): Int32Array {
  const sums = new Int32Array(groups * columns);
  for (let group = 0; group < groups; group++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        sums[group * columns + column]! += integers[(group * rows + row) * columns + column]!;
      }
    }
  }
  return sums;
}
