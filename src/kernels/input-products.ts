/**
 * The products of a layer's input codes, summed over vectors: x_i x_j for all pairs of rows. As WebAssembly with its
 * products of 16-bit integers: two vectors lie side by side, so that one instruction multiplies and adds eight codes.
 */
import type { LayerRecord } from '../ir/calibration-record.ts';
import { instantiate, type Kernel, reserve } from './instantiate.ts';
import { constant, get, i16x8, i32, i32x4, repeat, set, step, v128 } from './wasm.ts';

/** Rows that one instruction takes. */
const lanes = 4;

interface InputProducts {
  /** Of wide codes only the upper 8 bits are multiplied: x is the code divided by this. */
  readonly unit: number;
  /** Sum of x_i x_j at i * stride + j for j >= i, and of x_i at i * stride + rows. Valid until the next call. */
  readonly products: Int32Array;
  readonly stride: number;
}

/**
 * @param record of the inputs
 * @param taken vectors that are summed over, fewer than 2^15
 * @param firstRow and how many follow
 */
export function inputProducts(
  { vectors, inputMean, quantization }: LayerRecord,
  taken: readonly number[],
  firstRow: number,
  rows: number,
): InputProducts {
  kernel ??= assemble();
  // One more row that is always 1, with which the products are the sums.
  const stride = Math.ceil((rows + 1) / lanes) * lanes;
  const pairs = Math.ceil(taken.length / 2);
  const inputs = 4 * stride * stride;
  reserve(kernel, inputs + 4 * stride * pairs);
  const { buffer } = kernel.memory;
  const products = new Int32Array(buffer, 0, stride * stride).fill(0);
  const words = new Int32Array(buffer, inputs, stride * pairs);
  const width = inputMean.length;
  const { signed, bits } = quantization;
  const dropped = Math.max(0, bits - 8);
  // Subtracted from a code whose top bit is turned over, this gives two's complement its sign.
  const half = signed ? 2 ** (bits - dropped - 1) : 0;
  const numberAt = (at: number) => ((vectors[at]! >> dropped) ^ half) - half;
  for (let pair = 0; pair < pairs; pair++) {
    const to = pair * stride;
    const one = taken[2 * pair]! * width + firstRow;
    const last = taken[2 * pair + 1];
    if (last === undefined) {
      for (let row = 0; row < rows; row++) words[to + row] = numberAt(one + row) & 0xffff;
      words[to + rows] = 1;
      continue;
    }
    const other = last * width + firstRow;
    for (let row = 0; row < rows; row++) {
      const low = numberAt(one + row);
      const high = numberAt(other + row);
      words[to + row] = (low & 0xffff) | (high << 16);
    }
    words[to + rows] = 1 | (1 << 16);
  }
  kernel.run(inputs, inputs + 4 * stride * pairs, 4 * stride);
  return { products, stride, unit: 2 ** dropped };
}

let kernel: Kernel | undefined;

/** A function of (inputs, end of the inputs, bytes per pair of vectors): adds every pair's products from address 0 on. */
function assemble(): Kernel {
  const [inputs, end, bytes, left, stop, right, to, line, own] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const addFour = [
    get(to),
    [get(to), v128.load()],
    [get(own), get(right), v128.load(), i16x8.dotPairs],
    [i32x4.add, v128.store()],
    step(to, 16),
    step(right, 16),
  ];
  const addRow = [
    [get(left), v128.loadInFour, set(own)],
    // From the four rows that hold this one on: what is before is on the other side of the diagonal.
    [get(left), constant(-16), i32.and, set(right)],
    [get(line), get(right), i32.add, get(inputs), i32.subtract, set(to)],
    repeat(addFour, right, stop),
    [get(line), get(bytes), i32.add, set(line)],
    step(left, 4),
  ];
  const addPair = [
    [get(inputs), get(bytes), i32.add, set(stop)],
    [get(inputs), set(left)],
    [constant(0), set(line)],
    repeat(addRow, left, stop),
    [get(stop), set(inputs)],
  ];
  return instantiate(3, 5, 1, repeat(addPair, inputs, end));
}
