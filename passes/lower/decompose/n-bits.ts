/**
 * MatMulNBits (com.microsoft): weights of 2, 4 or 8 bits in blocks along the rows, each block with a step and zero point of
 * its own -> MatMul with the real values.
 */
import { int } from '../../../src/ir/graph.ts';
import { derived, sizeOf, type Tensor, toDoubles } from '../../../src/math/tensor.ts';
import { intOf } from '../../../src/onnx/attribute-values.ts';
import { elementNumber } from '../../../src/onnx/element-types.ts';
import type { Writer } from './writing.ts';

export const writeMatMulNBits: Writer = (node, { constants }) => {
  const [a = '', b = '', s = '', z = '', order = '', bias = ''] = node.inputs;
  const [codes, scales, zeros] = [constants.get(b), constants.get(s), constants.get(z)];
  const shape = {
    rows: intOf(node, 'K', 0),
    columns: intOf(node, 'N', 0),
    bits: intOf(node, 'bits', 4),
    block: intOf(node, 'block_size', 0),
  };
  if (codes?.type !== 'uint8' || !scales || (z !== '' && !zeros) || order !== '') return undefined;
  if (!fits(shape, codes, scales, zeros)) return undefined;
  const type = scales.type;
  if (type !== 'float32' && type !== 'float16') return undefined;
  return (emit) => {
    const weights = emit.rearranged(b, `real-${s}-${z}`, () => unpacked(codes, scales, zeros, shape));
    const input = type === 'float32' ? a : emit.op('a', 'Cast', [a], { to: int(1) });
    const [y] = node.outputs;
    const whole = type === 'float32' && bias === '';
    const product = emit.op('product', 'MatMul', [input, weights], {}, whole ? y : undefined);
    if (whole) return;
    const narrow =
      type === 'float32'
        ? product
        : emit.op('narrow', 'Cast', [product], { to: int(elementNumber(type)) }, bias === '' ? y : undefined);
    if (bias !== '') emit.op('y', 'Add', [narrow, bias], {}, y);
  };
};

interface Packing {
  readonly rows: number;
  readonly columns: number;
  readonly bits: number;
  /** Rows that share a step. */
  readonly block: number;
}

/** Whether there are as many codes, steps and zero points as the node says. */
function fits(
  { rows, columns, bits, block }: Packing,
  codes: Tensor,
  scales: Tensor,
  zeros?: Tensor,
): boolean {
  if (rows < 1 || columns < 1 || block < 1 || ![2, 4, 8].includes(bits)) return false;
  const blocks = Math.ceil(rows / block);
  const ofZeros = zeros?.type === 'uint8' ? Math.ceil((blocks * bits) / 8) : blocks;
  return (
    sizeOf(codes.dims) === (columns * blocks * block * bits) / 8 &&
    sizeOf(scales.dims) === columns * blocks &&
    (!zeros || sizeOf(zeros.dims) === columns * ofZeros)
  );
}

/**
 * @param codes [column][block][packed row], the lowest bits first
 * @param zeros packed like the codes, [column][packed block], or in the type of the steps, [column][block]; absent: half of all codes
 * @returns [row][column]
 */
function unpacked(
  codes: Tensor,
  scales: Tensor,
  zeros: Tensor | undefined,
  { rows, columns, bits, block }: Packing,
): Tensor {
  const blocks = Math.ceil(rows / block);
  const [blockBytes, zeroBytes] = [(block * bits) / 8, Math.ceil((blocks * bits) / 8)];
  return derived([codes, scales], 'float32', [rows, columns], () => {
    const packed = codes.data as Uint8Array;
    const steps = toDoubles(scales)!;
    const offsets = zeros?.type === 'uint8' ? undefined : zeros && toDoubles(zeros)!;
    const packedZeros = zeros?.type === 'uint8' ? (zeros.data as Uint8Array) : undefined;
    const zeroOf = (column: number, index: number) =>
      packedZeros
        ? codeAt(packedZeros, column * zeroBytes, index, bits)
        : (offsets?.[column * blocks + index] ?? 2 ** (bits - 1));
    const values = new Float32Array(rows * columns);
    for (let column = 0; column < columns; column++) {
      for (let index = 0; index < blocks; index++) {
        const step = steps[column * blocks + index]!;
        const zero = zeroOf(column, index);
        const first = index * block;
        const start = (column * blocks + index) * blockBytes;
        for (let row = first; row < Math.min(rows, first + block); row++)
          values[row * columns + column] = step * (codeAt(packed, start, row - first, bits) - zero);
      }
    }
    return values;
  });
}

/** Code number `index` of those packed from byte `start` on. */
function codeAt(packed: Uint8Array, start: number, index: number, bits: number): number {
  const at = index * bits;
  return (packed[start + (at >> 3)]! >> (at & 7)) & (2 ** bits - 1);
}
