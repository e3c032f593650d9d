/**
 * The products of a layer's input codes, summed over vectors: x_i x_j for all pairs of rows. As WebAssembly with its
 * products of 16-bit integers: two vectors lie side by side, so that one instruction multiplies and adds eight codes.
 */
import {
  add,
  addLanes,
  and,
  constant,
  dotPairs,
  get,
  instantiate,
  type Kernel,
  loadInFour,
  loadVector,
  repeat,
  reserve,
  set,
  step,
  storeVector,
  subtract,
} from '../src/wasm.ts';

/** Rows that one instruction takes. */
const lanes = 4;

export interface InputProducts {
  /** Sum of x_i, [row]. */
  readonly sums: Float64Array;
  /** Sum of x_i x_j at i * stride + j for j >= i; what is elsewhere means nothing. Valid until the next call. */
  readonly products: Int32Array;
  readonly stride: number;
}

/**
 * @param codes input codes, two's complement bytes where `signed`
 * @param firsts where each vector's first row lies in `codes`, fewer than 2^15
 * @param rows that lie there side by side
 */
export function inputProducts(
  codes: Uint8Array,
  firsts: Int32Array,
  rows: number,
  signed: boolean,
): InputProducts {
  kernel ??= assemble();
  const stride = Math.ceil(rows / lanes) * lanes;
  const pairs = Math.ceil(firsts.length / 2);
  const products = 4 * stride * stride;
  const size = products + 4 * stride * pairs;
  reserve(kernel, size);
  const { buffer } = kernel.memory;
  new Uint8Array(buffer, 0, size).fill(0);
  const inputs = new Int16Array(buffer, products, 2 * stride * pairs);
  const sums = new Float64Array(rows);
  for (const [vector, first] of firsts.entries()) {
    const to = (vector >> 1) * 2 * stride + (vector & 1);
    for (let row = 0; row < rows; row++) {
      const code = codes[first + row]!;
      const value = signed && code > 127 ? code - 256 : code;
      inputs[to + 2 * row] = value;
      sums[row]! += value;
    }
  }
  kernel.run(products, size, 4 * stride);
  return { sums, products: new Int32Array(buffer, 0, stride * stride), stride };
}

let kernel: Kernel | undefined;

/** A function of (inputs, end of the inputs, bytes per pair of vectors): adds every pair's products from address 0 on. */
function assemble(): Kernel {
  const [inputs, end, bytes, left, stop, right, to, line, own] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const addFour = [
    ...get(to),
    ...[...get(to), ...loadVector()],
    ...[...get(own), ...get(right), ...loadVector(), ...dotPairs],
    ...[...addLanes, ...storeVector()],
    ...step(to, 16),
    ...step(right, 16),
  ];
  const addRow = [
    ...[...get(left), ...loadInFour, ...set(own)],
    // From the four rows that hold this one on: what is before is on the other side of the diagonal.
    ...[...get(left), ...constant(-16), ...and, ...set(right)],
    ...[...get(line), ...get(right), ...add, ...get(inputs), ...subtract, ...set(to)],
    ...repeat(addFour, right, stop),
    ...[...get(line), ...get(bytes), ...add, ...set(line)],
    ...step(left, 4),
  ];
  const addPair = [
    ...[...get(inputs), ...get(bytes), ...add, ...set(stop)],
    ...[...get(inputs), ...set(left)],
    ...[...constant(0), ...set(line)],
    ...repeat(addRow, left, stop),
    ...[...get(stop), ...set(inputs)],
  ];
  return instantiate(3, 5, 1, repeat(addPair, inputs, end));
}
