/**
 * The Graph: an ONNX graph in which the linear layers that go to crossbars are `mvm` nodes. Produced by src/onnx,
 * rewritten by the passes up to `correct-biases`, read by the mapping passes and by the writers of host.onnx and
 * reference.onnx. Every stage returns new data; nothing is changed in place.
 */
import { sizeOf, type Tensor } from '../math/tensor.ts';

/** An ONNX attribute value. Subgraphs are kept as encoded bytes: they are carried, never looked into. */
export type Attribute =
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'ints'; readonly value: readonly number[] }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'tensor'; readonly value: Tensor }
  /** An encoded AttributeProto of any other kind; `captures` are the outer values that its subgraphs read. */
  | { readonly type: 'opaque'; readonly value: Uint8Array; readonly captures: readonly string[] };

export type Attributes = Readonly<Record<string, Attribute>>;

export const int = (value: number): Attribute => ({ type: 'int', value });
export const ints = (value: readonly number[]): Attribute => ({ type: 'ints', value });
export const float = (value: number): Attribute => ({ type: 'float', value });
export const string = (value: string): Attribute => ({ type: 'string', value });

/** A node of the original model, in the user's own terms. Never renamed. */
export interface Origin {
  /** The node's own name, or `OP_INDEX` where the model gives none; '' in a graph that was made in memory. */
  readonly name: string;
  readonly op: string;
  /** Position in the original model's node list, its functions inlined. */
  readonly index: number;
}

/** A node that stays digital: the ONNX operator that it was. An absent optional input is ''. */
export interface OnnxNode {
  readonly kind: 'onnx';
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
  readonly origin: Origin;
}

/** How the layer's input becomes the rows of its matrix. */
export type Geometry =
  /** [..., rows] times a matrix: every leading index is one MVM. */
  { readonly kind: 'matmul' } | ConvGeometry;

/** [batch, groups * channels, ...space]: every output position is one MVM. Lists are per spatial axis (1 to 3). */
export interface ConvGeometry {
  readonly kind: 'conv';
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Begin of every axis, then end of every axis, as ONNX orders them; used when autoPad is NOTSET. */
  readonly pads: readonly number[];
  readonly autoPad: 'NOTSET' | 'SAME_UPPER' | 'SAME_LOWER' | 'VALID';
}

/** Rows of a layer's matrix per input channel: the positions of its kernel. */
export function volumeOf(geometry: Geometry): number {
  return geometry.kind === 'conv' ? sizeOf(geometry.kernel) : 1;
}

/** Real numbers, in the width in which they are known: doubles of a large layer would take twice the memory. */
export type Reals = Float32Array | Float64Array;

/**
 * A linear layer with constant weights. Weights lie as [group][row][column]; a convolution's rows run over
 * (channel within the group, then the positions of the kernel, its last axis fastest), and column n of group g is output channel g * columns + n.
 */
export interface MvmNode {
  readonly kind: 'mvm';
  readonly input: string;
  readonly output: string;
  readonly geometry: Geometry;
  readonly groups: number;
  /** Rows of one group's matrix. */
  readonly rows: number;
  /** Columns of one group's matrix. */
  readonly columns: number;
  /**
   * Reads the weights, length groups * rows * columns: a new array at every call, which the caller may change. Weights
   * of a whole network do not fit in memory: a pass works on those of one layer at a time, and keeps none. Nodes that
   * have the same function here use one matrix: its cells are there once. A pass that changes weights gives a new one.
   */
  readonly weights: () => Reals;
  /** Length groups * columns. */
  readonly bias: Float64Array;
  readonly origin: Origin;
  /** Other original nodes that were folded into this layer, such as its batch norm. */
  readonly folded: readonly Origin[];
  /** Of a layer that is stored several times, each with cells of its own for a share of the positions. */
  readonly replica?: Replica;
}

/** Replicas of one layer multiply by one matrix, and quantize their inputs alike. */
export interface Replica {
  /** The value whose positions they share. */
  readonly of: string;
  readonly number: number;
}

/** real = scale * (code - zero); code is an integer of 4 to 16 bits. */
export interface InputQuantization {
  readonly scale: number;
  readonly zero: number;
  /** Unsigned codes are 0..2^bits - 1; signed codes are two's complement, -2^(bits - 1)..2^(bits - 1) - 1, with zero = 0. */
  readonly signed: boolean;
  readonly bits: number;
}

/** An mvm node after `quantize`: real output = input.scale * scales[c] * (sum(codes) - input.zero * column sum) + bias. */
export interface QuantizedMvmNode extends Omit<MvmNode, 'kind' | 'weights'> {
  readonly kind: 'quantized-mvm';
  readonly quantization: InputQuantization;
  /** Integer weights, [group][row][column], within +-weightMax; the same array in all nodes that use one matrix. */
  readonly integers: Int8Array;
  /** At most 127. */
  readonly weightMax: number;
  /** Real value of one weight step, length groups * columns. */
  readonly scales: Float64Array;
}

export type Node = OnnxNode | MvmNode | QuantizedMvmNode;

/** Name, element type (as ONNX numbers it) and dims; a symbolic or unknown dimension is a string or undefined. */
export interface ValueInfo {
  readonly name: string;
  /** 0 where it is unknown, and of a value that is no tensor. */
  readonly elementType: number;
  /** undefined: unknown rank */
  readonly dims: readonly (number | string | undefined)[] | undefined;
  /** The encoded TypeProto of a value that is no tensor, such as a sequence: it is carried, and no result of a run. */
  readonly otherType?: Uint8Array;
}

export interface Graph {
  readonly name: string;
  readonly irVersion: number;
  /** Operator set version by domain; '' is the ONNX domain. */
  readonly opsets: Readonly<Record<string, number>>;
  /** Inputs that a user feeds: initializers that are also listed as inputs are not among them. */
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** In topological order. */
  readonly nodes: readonly Node[];
  /** Initializers, by value name. */
  readonly constants: ReadonlyMap<string, Tensor>;
  /** Values that depend on constants alone and that constant folding left to be computed, with the reason. */
  readonly unfolded?: ReadonlyMap<string, string>;
  /** Model-local functions, encoded FunctionProtos, that are written with the graph. A model that is read has none left: they are inlined. */
  readonly functions: readonly Uint8Array[];
}

/** The name by which patterns find a node, and by which tables show it. */
export function layerName(origin: Origin): string {
  return origin.name || `${origin.op}_${origin.index}`;
}

/** How a message names a node: its own name, its operator and its index. */
export function describeOrigin(origin: Origin): string {
  return `node ${origin.name ? `'${origin.name}' ` : ''}(${origin.op}, #${origin.index})`;
}

/** A node of the ONNX domain. */
export function onnxNode(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  origin: Origin,
  attributes: Attributes = {},
): OnnxNode {
  return { kind: 'onnx', op, domain: '', inputs, outputs, attributes, origin };
}

/** Outer values that the subgraphs of a node read by name. */
export function capturesOf(node: Node): readonly string[] {
  if (node.kind !== 'onnx') return [];
  return Object.values(node.attributes).flatMap((a) => (a.type === 'opaque' ? a.captures : []));
}

export function inputsOf(node: Node): readonly string[] {
  if (node.kind !== 'onnx') return [node.input];
  return [...node.inputs.filter((name) => name !== ''), ...capturesOf(node)];
}

export function outputsOf(node: Node): readonly string[] {
  return node.kind === 'onnx' ? node.outputs.filter((name) => name !== '') : [node.output];
}

/** Makes names that are not taken yet: the wanted one, or with a number behind it. @param taken gets them */
export function freshNames(taken: Set<string>): (wanted: string) => string {
  const counts = new Map<string, number>();
  return (wanted) => {
    let name = wanted;
    for (let n = counts.get(wanted) ?? 1; taken.has(name); n++) {
      name = `${wanted}-${n}`;
      counts.set(wanted, n + 1);
    }
    taken.add(name);
    return name;
  };
}

/** The names of all values of a graph. */
export function valuesOf(graph: Graph): string[] {
  return [...graph.constants.keys(), ...graph.inputs.map((v) => v.name), ...graph.nodes.flatMap(outputsOf)];
}
