/**
 * The inner loop of products with a matrix (matrix.ts), as WebAssembly: it adds rows of the matrix to outputs, four rows at a
 * time. Numbers are stored with 32 bits and added with 64, in the order in which JavaScript would, which gives the same bits.
 */
import {
  add,
  addFloats,
  constant,
  fromSingles,
  get,
  instantiate,
  type Kernel,
  loadInFour,
  loadInteger,
  loadLow,
  multiplyFloats,
  multiplyIntegers,
  repeat,
  reserve,
  set,
  shiftLeft,
  step,
  storeLow,
  toSinglesLow,
} from './wasm.ts';

/** Rows that are added at a time. */
export const rowsAtOnce = 4;
const numberBytes = 4;
/** Outputs of one pass of the loop, the last of which may lie behind the end of a row. */
const width = 4;

/**
 * Makes room for arrays of 32-bit numbers. Products read and write up to three numbers behind the end of one.
 * @returns their addresses in the kernel's memory
 */
export function placeArrays(kernel: Kernel, lengths: readonly number[]): number[] {
  let end = 0;
  const addresses = lengths.map((length) => {
    const address = end;
    end += numberBytes * width * (Math.ceil(length / width) + 1);
    return address;
  });
  reserve(kernel, end);
  return addresses;
}

/**
 * A function of
 *   x, y          addresses of a row of inputs and of outputs
 *   active, last  addresses of the list of inputs that take part, a multiple of `rowsAtOnce`, and behind it
 *   matrix        address of the matrix
 *   stride        bytes of a row of it
 */
export function openMatrixKernel(): Kernel {
  const [x, y, active, last, matrix, stride, to, end, index] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const rows = [9, 10, 11, 12];
  const factors = [13, 14, 15, 16];
  const product = (t: number, offset: number) => [
    ...[...get(rows[t]!), ...loadLow(offset), ...fromSingles, ...get(factors[t]!), ...multiplyFloats],
  ];
  const addPair = (offset: number) => [
    ...[...get(to), ...get(to), ...loadLow(offset), ...fromSingles],
    ...[...product(0, offset), ...product(1, offset), ...addFloats],
    ...[...product(2, offset), ...product(3, offset), ...addFloats],
    ...[...addFloats, ...addFloats, ...toSinglesLow, ...storeLow(offset)],
  ];
  const addRows = [
    ...rows.flatMap((row, t) => [
      ...[...get(active), ...loadInteger(numberBytes * t), ...set(index)],
      ...[...get(index), ...get(stride), ...multiplyIntegers, ...get(matrix), ...add, ...set(row)],
      ...[...get(index), ...constant(2), ...shiftLeft, ...get(x), ...add],
      ...[...loadInFour, ...fromSingles, ...set(factors[t]!)],
    ]),
    ...[...get(y), ...set(to)],
    ...repeat(
      [...[0, 8].flatMap(addPair), ...[to, ...rows].flatMap((pointer) => step(pointer, numberBytes * width))],
      to,
      end,
    ),
    ...step(active, numberBytes * rowsAtOnce),
  ];
  return instantiate(6, 7, 4, [
    ...[...get(y), ...get(stride), ...add, ...set(end)],
    ...repeat(addRows, active, last),
  ]);
}
