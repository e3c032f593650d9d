/** Transformers with drawn weights, in the shapes of real ones: what the compiler's growth is measured on. */
import type { Attribute, Graph, OnnxNode } from '../src/ir/graph.ts';
import { deferred, float32, int64, sizeOf, type Tensor } from '../src/math/tensor.ts';

export interface TransformerShape {
  readonly width: number;
  readonly layers: number;
  /** Words of the embedding and of the head, which do not share their weights. */
  readonly words: number;
}

/** Words of an input. */
export const contextLength = 16;
/** Input vectors that calibration keeps per layer. */
export const vectorsKept = 128;
const headWidth = 64;

/** A decoder: embedding, `layers` times attention and a perceptron of four times the width, head. */
export function transformer({ width, layers, words }: TransformerShape): Graph {
  const constants = new Map<string, Tensor>();
  const nodes: OnnxNode[] = [];
  const op = (
    type: string,
    inputs: readonly string[],
    output: string,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string => {
    const origin = { name: output, op: type, index: nodes.length };
    nodes.push({ kind: 'onnx', op: type, domain: '', inputs, outputs: [output], attributes, origin });
    return output;
  };
  const constant = (name: string, tensor: Tensor): string => {
    constants.set(name, tensor);
    return name;
  };
  const matrix = (name: string, rows: number, columns: number) => {
    const seed = constants.size;
    // Their products keep the variance of what goes in.
    const reach = name === 'embedding' ? 1 : Math.sqrt(3 / rows);
    const dims = [rows, columns];
    return constant(
      name,
      deferred('float32', dims, () => drawn(sizeOf(dims), reach, seed)),
    );
  };
  const product = (x: string, name: string, rows: number, columns: number) =>
    op('MatMul', [x, matrix(`${name}.weight`, rows, columns)], name);
  const norm = (x: string, name: string) => {
    const scale = constant(`${name}.scale`, float32([width], new Float32Array(width).fill(1)));
    return op('LayerNormalization', [x, scale], name, { axis: { type: 'int', value: -1 } });
  };
  const heads = constant('heads', int64([4], [0, contextLength, width / headWidth, headWidth]));
  const flat = constant('flat', int64([3], [0, contextLength, width]));
  const temperature = constant('temperature', float32([], [1 / Math.sqrt(headWidth)]));
  const mask = constant('mask', causalMask());

  const attention = (x: string, name: string) => {
    const part = (which: string, perm: readonly number[]) => {
      const split = op(
        'Reshape',
        [product(x, `${name}.${which}`, width, width), heads],
        `${name}.${which}.heads`,
      );
      return op('Transpose', [split], `${name}.${which}.first`, { perm: { type: 'ints', value: perm } });
    };
    const [q, k, v] = [part('q', [0, 2, 1, 3]), part('k', [0, 2, 3, 1]), part('v', [0, 2, 1, 3])];
    const scaled = op('Mul', [op('MatMul', [q, k], `${name}.scores`), temperature], `${name}.scaled`);
    const masked = op('Add', [scaled, mask], `${name}.masked`);
    const shares = op('Softmax', [masked], `${name}.shares`, { axis: { type: 'int', value: -1 } });
    const mixed = op('Transpose', [op('MatMul', [shares, v], `${name}.mixed`)], `${name}.last`, {
      perm: { type: 'ints', value: [0, 2, 1, 3] },
    });
    return product(op('Reshape', [mixed, flat], `${name}.flat`), `${name}.out`, width, width);
  };
  const perceptron = (x: string, name: string) => {
    const hidden = op('Gelu', [product(x, `${name}.up`, width, 4 * width)], `${name}.gelu`);
    return product(hidden, `${name}.down`, 4 * width, width);
  };

  let x = op('Gather', [matrix('embedding', words, width), 'words'], 'embedded');
  for (let i = 0; i < layers; i++) {
    x = op('Add', [x, attention(norm(x, `${i}.norm1`), `${i}.attention`)], `${i}.attended`);
    x = op('Add', [x, perceptron(norm(x, `${i}.norm2`), `${i}.perceptron`)], `${i}.output`);
  }
  product(norm(x, 'norm'), 'logits', width, words);
  return {
    name: 'transformer',
    irVersion: 10,
    opsets: { '': 21 },
    inputs: [{ name: 'words', elementType: 7, dims: [1, contextLength] }],
    outputs: [{ name: 'logits', elementType: 1, dims: [1, contextLength, words] }],
    nodes,
    constants,
    functions: [],
  };
}

/** Weights of a graph's matrices. */
export function countWeights({ constants }: Graph): number {
  const matrices = [...constants.values()].filter((t) => t.deferred);
  return matrices.reduce((total, t) => total + sizeOf(t.dims), 0);
}

function causalMask(): Tensor {
  const size = contextLength;
  const values = Float32Array.from({ length: size * size }, (_, i) =>
    i % size > Math.floor(i / size) ? -1e9 : 0,
  );
  return float32([1, 1, size, size], values);
}

/** Uniform within +-reach; a linear congruence, since a billion of them are wanted. */
function drawn(length: number, reach: number, seed: number): Float32Array {
  const values = new Float32Array(length);
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = reach * (state / 2 ** 31 - 1);
  }
  return values;
}
