/**
 * A lowered graph -> the same with 32-bit floats in place of bytes, for devices that have no kernels of bytes: every code, digit and
 * conversion is a whole number below 2^24, which floats hold exactly, and what is done with them is exact too. Multiplying by powers
 * of two, Floor, Round (half to even), Clip, and sums and products of such numbers never round; the codes are the same, bit for bit.
 * Only x / scale before an input is rounded may differ in its last bit, as far as a device divides less exactly.
 *
 * Values of bytes are replaced together with all that they touch, or not at all: where an operator that is not known here reads or
 * writes one of them, such as a digital layer of a quantized model, these stay as they are, and run where the runtime has a kernel.
 */
import { type Graph, inputsOf, int, type Node, type OnnxNode } from '../ir/graph.ts';
import { float32, int64, type Tensor } from '../math/tensor.ts';
import type { Emitter } from './emit.ts';
import { lowerGraph } from './graph.ts';

/** Emits the node with floats, under its own outputs' names. */
type Rewriting = (emit: Emitter) => void;

/** Whole numbers of such a value have room in a float: bytes, and sums of products of them (`MatMulInteger`). */
const wholeTypes: ReadonlySet<Tensor['type']> = new Set(['uint8', 'int8']);

export function withFloatCodes(graph: Graph): Graph {
  const nodes = graph.nodes.filter((node) => node.kind === 'onnx');
  const values = wholeValues(graph, nodes);
  const rewritten = graph.nodes.map((node) =>
    node.kind === 'onnx' && touches(node, values) ? rewritingOf(node, graph.constants, values) : undefined,
  );
  const byNode = new Map<Node, Rewriting | undefined>(graph.nodes.map((node, i) => [node, rewritten[i]]));
  const floats = lowerGraph(graph, (node) => byNode.get(node) ?? inPairs(node) ?? inSlices(node));
  const read = new Set([
    ...floats.nodes.flatMap((node) => inputsOf(node)),
    ...floats.outputs.map(({ name }) => name),
  ]);
  return { ...floats, constants: new Map([...floats.constants].filter(([name]) => read.has(name))) };
}

const touchedBy = (node: OnnxNode) => [...inputsOf(node), ...node.outputs];

const touches = (node: OnnxNode, values: ReadonlySet<string>) =>
  touchedBy(node).some((name) => values.has(name));

/** Values that become floats: those of bytes that only operators read and write that can be written with floats. */
function wholeValues({ constants, outputs }: Graph, nodes: readonly OnnxNode[]): ReadonlySet<string> {
  const values = new Set<string>();
  for (const node of nodes) if (givesBytes(node, constants, values)) values.add(node.outputs[0]!);
  for (const { name } of outputs) values.delete(name);
  // What one node cannot do without is taken from all that are connected with it.
  for (let before = -1; before !== values.size; ) {
    before = values.size;
    for (const node of nodes) {
      if (!touches(node, values)) continue;
      const whole = givesBytes(node, constants, values) === values.has(node.outputs[0]!);
      if (whole && rewritingOf(node, constants, values)) continue;
      for (const name of touchedBy(node)) values.delete(name);
    }
  }
  return values;
}

/** Operators that move or choose whole numbers of their first input. */
const moving = new Set([
  'Clip',
  'Mul',
  'BitwiseXor',
  'BitwiseAnd',
  'Pad',
  'Gather',
  'Unsqueeze',
  'Squeeze',
  'Reshape',
]);

/** Whether a node gives bytes, as far as it is known which values are. */
function givesBytes(
  { op, domain, inputs, outputs, attributes }: OnnxNode,
  constants: ReadonlyMap<string, Tensor>,
  values: ReadonlySet<string>,
): boolean {
  if (domain !== '' || outputs.length !== 1) return false;
  if (op === 'QuantizeLinear') return wholeTypes.has(constants.get(inputs[2] ?? '')?.type ?? 'string');
  if (op === 'Cast') return attributes.to?.type === 'int' && attributes.to.value === 2;
  if (op === 'MatMulInteger') return values.has(inputs[1]!);
  return moving.has(op) && values.has(inputs[0]!);
}

function rewritingOf(
  node: OnnxNode,
  constants: ReadonlyMap<string, Tensor>,
  values: ReadonlySet<string>,
): Rewriting | undefined {
  const { op, inputs, attributes } = node;
  const output = node.outputs[0]!;
  const [first, second, third] = inputs.map((name) => constants.get(name));
  const from = inputs[0]!;
  switch (op) {
    case 'QuantizeLinear': {
      const [scale, zero] = [uniform(second), uniform(third)];
      if (scale === undefined || zero === undefined || values.has(from)) return undefined;
      const least = third!.type === 'int8' ? -128 : 0;
      return (emit) => {
        const steps = scale === 1 ? from : emit.op('Div', [from, scalar(emit, 'scale', scale)]);
        const whole = emit.op('Round', [steps]);
        const code = zero === 0 ? whole : emit.op('Add', [whole, scalar(emit, 'zero', zero)]);
        emitClip(emit, code, least, least + 255, output);
      };
    }
    case 'DequantizeLinear': {
      const [scale, zero] = [uniform(second), inputs[2] ? uniform(third) : 0];
      if (scale === undefined || zero === undefined) return undefined;
      return (emit) => {
        const less = zero === 0 ? from : emit.op('Sub', [from, scalar(emit, 'zero', zero)]);
        if (scale === 1) emit.op('Identity', [less], {}, output);
        else emit.op('Mul', [less, scalar(emit, 'scale', scale)], {}, output);
      };
    }
    case 'Cast':
      // To bytes come whole numbers that are in range, to floats those that are there already.
      return values.has(from) === (attributes.to?.type === 'int' && attributes.to.value === 1)
        ? (emit) => emit.op('Identity', [from], {}, output)
        : undefined;
    case 'Clip': {
      const [least, most] = [uniform(second), uniform(third)];
      if (least === undefined || most === undefined) return undefined;
      return (emit) => emitClip(emit, from, least, most, output);
    }
    case 'Mul':
      return second && ((emit) => emitModulo(emit, from, asFloats(second), output));
    case 'BitwiseXor': {
      const half = uniform(second);
      // The top bit of the codes flipped.
      return half === undefined || !isPower(half)
        ? undefined
        : (emit) => emitFlipped(emit, from, half, output);
    }
    case 'BitwiseAnd':
      return second && [...(second.data as Uint8Array)].every(isRun)
        ? (emit) => emitMasked(emit, from, second, output)
        : undefined;
    case 'Pad': {
      const value = uniform(third);
      if (value === undefined) return undefined;
      return (emit) => emit.op(op, [from, inputs[1]!, scalar(emit, 'pad', value)], attributes, output);
    }
    case 'MatMulInteger': {
      if (!first || inputs.length > 2) return undefined;
      return (emit) =>
        emit.op('MatMul', [emit.constant('weights', asFloats(first)), inputs[1]!], attributes, output);
    }
    case 'Gather':
    case 'Unsqueeze':
    case 'Squeeze':
    case 'Reshape':
    // Asks for dimensions alone.
    case 'Shape':
      return (emit) => emit.op(op, inputs, attributes, output);
    default:
      return undefined;
  }
}

/** A sum of several values is one of two at a time, in the same order, which devices have. */
function inPairs(node: Node): Rewriting | undefined {
  if (node.kind !== 'onnx' || node.domain !== '' || node.op !== 'Sum' || node.inputs.length < 2)
    return undefined;
  const { inputs } = node;
  const [output] = node.outputs as readonly [string];
  return (emit) => {
    const before = inputs.slice(1, -1).reduce((sum, next) => emit.op('Add', [sum, next]), inputs[0]!);
    emit.op('Add', [before, inputs.at(-1)!], {}, output);
  };
}

/** Outputs that a device of WebGPU writes at once, beside one input: its shaders have eight buffers at least. */
const outputsAtOnce = 7;

/** Equal parts of a value one by one, where they are many. */
function inSlices(node: Node): Rewriting | undefined {
  if (node.kind !== 'onnx' || node.domain !== '' || node.op !== 'Split' || node.inputs.length > 1)
    return undefined;
  const { outputs, attributes } = node;
  const [value] = node.inputs as readonly [string];
  const axis = attributes.axis?.type === 'int' ? attributes.axis.value : 0;
  if (outputs.length <= outputsAtOnce || !attributes.num_outputs) return undefined;
  return (emit) => {
    const whole = (name: string, number: number) => emit.constant(name, int64([1], [number]));
    const range = axis === -1 ? { start: int(axis) } : { start: int(axis), end: int(axis + 1) };
    const length = emit.op('Div', [emit.op('Shape', [value], range), whole('parts', outputs.length)]);
    outputs.forEach((output, i) => {
      const [from, to] = [i, i + 1].map((at) => emit.op('Mul', [length, whole(`part_${at}`, at)]));
      emit.op('Slice', [value, from!, to!, whole('axis', axis)], {}, output);
    });
  };
}

const scalar = (emit: Emitter, name: string, value: number) => emit.constant(name, float32([], [value]));

function emitClip(emit: Emitter, value: string, least: number, most: number, output: string): void {
  emit.op('Clip', [value, scalar(emit, 'least', least), scalar(emit, 'most', most)], {}, output);
}

/** A product of bytes, as they count: modulo 256. */
function emitModulo(emit: Emitter, value: string, factors: Tensor, output: string): void {
  const product = emit.op('Mul', [value, emit.constant('factors', factors)]);
  const above = emit.op('Floor', [emit.op('Mul', [product, scalar(emit, 'per_byte', 1 / 256)])]);
  emit.op('Sub', [product, emit.op('Mul', [above, scalar(emit, 'byte', 256)])], {}, output);
}

/** code + half below `half`, code - half from there on. */
function emitFlipped(emit: Emitter, code: string, half: number, output: string): void {
  const set = emit.op('Floor', [emit.op('Mul', [code, scalar(emit, 'per_half', 1 / half)])]);
  const up = emit.op('Add', [code, scalar(emit, 'half', half)]);
  emit.op('Sub', [up, emit.op('Mul', [set, scalar(emit, 'twice', 2 * half)])], {}, output);
}

/** The bits that a mask has, where they are: what is left of those above, in steps of the lowest. */
function emitMasked(emit: Emitter, code: string, masks: Tensor, output: string): void {
  const bytes = [...(masks.data as Uint8Array)];
  const of = (name: string, value: (mask: number) => number) =>
    emit.constant(name, float32(masks.dims, bytes.map(value)));
  const whole = (name: string, step: (mask: number) => number) => {
    const steps = emit.op('Floor', [emit.op('Mul', [code, of(`per_${name}`, (mask) => 1 / step(mask))])]);
    return emit.op('Mul', [steps, of(name, step)]);
  };
  emit.op('Sub', [whole('lowest', lowestOf), whole('above', (mask) => mask + lowestOf(mask))], {}, output);
}

const lowestOf = (mask: number) => mask & -mask;
const isPower = (value: number) => value > 0 && lowestOf(value) === value;
/** Whether the bits that are set lie side by side. */
const isRun = (mask: number) => isPower(mask + lowestOf(mask));

/** The one value that a constant has everywhere. */
function uniform(tensor: Tensor | undefined): number | undefined {
  if (!tensor || tensor.data.length === 0) return undefined;
  const values = tensor.data as Float32Array;
  const [first] = values;
  return values.every((value) => value === first) ? Number(first) : undefined;
}

const asFloats = ({ dims, data }: Tensor): Tensor => float32(dims, Float32Array.from(data as Uint8Array));
