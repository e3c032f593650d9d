/**
 * The inner loop of products with a matrix (matrix.ts), as WebAssembly: it adds rows of the matrix to outputs, four rows at a
 * time. Numbers are stored with 32 bits and added with 64, in the order in which JavaScript would, which gives the same bits.
 */
import { instantiate, type Kernel, reserve } from './instantiate.ts';
import { constant, f32x4, f64x2, get, i32, repeat, set, step, v128 } from './wasm.ts';

/** Rows that are added at a time. */
const rowsAtOnce = 4;
const numberBytes = 4;
/** Outputs of one pass of the loop, the last of which may lie behind the end of a row. */
const width = 4;

/** Arrays of products with one matrix, and their inner loop. It reads and writes up to three numbers behind the end of a row. */
export interface Products {
  /** [input][output]. */
  readonly matrix: Float32Array;
  /** [row of the batch][input]. */
  readonly x: Float32Array;
  /** Inputs to take, [row of the batch][...]. */
  readonly active: Int32Array;
  /** [row of the batch][output]. */
  readonly y: Float32Array;
  /**
   * Adds to a row of y the matrix's rows of the listed inputs, each times its input: as many of them as there are whole fours.
   * @param xFrom first number of the row in x and in `active`, of which `count` are listed
   * @param yFrom first number of the row in y
   * @returns how many it took
   */
  readonly addRows: (xFrom: number, count: number, yFrom: number) => number;
}

/** Space for products with matrices, in batches of up to `batch` rows. */
export function openProducts(
  matrices: readonly { readonly inputs: number; readonly outputs: number }[],
  batch: number,
): Products[] {
  const kernel = assemble();
  const lengths = matrices.flatMap(({ inputs, outputs }) => [
    ...[inputs * outputs, batch * inputs, batch * inputs, batch * outputs],
  ]);
  const addresses = placeArrays(kernel, lengths);
  const { memory, run } = kernel;
  const floats = (array: number) => new Float32Array(memory.buffer, addresses[array], lengths[array]);
  return matrices.map(({ outputs }, m) => {
    const [matrixAt, xAt, activeAt, yAt] = addresses.slice(4 * m) as [number, number, number, number];
    const at = (array: number, number: number) => array + numberBytes * number;
    return {
      matrix: floats(4 * m),
      x: floats(4 * m + 1),
      active: new Int32Array(memory.buffer, activeAt, lengths[4 * m + 2]),
      y: floats(4 * m + 3),
      addRows(xFrom, count, yFrom) {
        const whole = count - (count % rowsAtOnce);
        const [first, last] = [at(activeAt, xFrom), at(activeAt, xFrom + whole)];
        if (whole > 0) run(at(xAt, xFrom), at(yAt, yFrom), first, last, matrixAt, numberBytes * outputs);
        return whole;
      },
    };
  });
}

/** @returns the addresses of arrays of 32-bit numbers, each with room behind its end */
function placeArrays(kernel: Kernel, lengths: readonly number[]): number[] {
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
function assemble(): Kernel {
  const [x, y, active, last, matrix, stride, to, end, index] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const rows = [9, 10, 11, 12];
  const factors = [13, 14, 15, 16];
  const product = (t: number, offset: number) => [
    [get(rows[t]!), v128.loadLow(offset), f64x2.fromSingles, get(factors[t]!), f64x2.multiply],
  ];
  const addPair = (offset: number) => [
    [get(to), get(to), v128.loadLow(offset), f64x2.fromSingles],
    [product(0, offset), product(1, offset), f64x2.add],
    [product(2, offset), product(3, offset), f64x2.add],
    [f64x2.add, f64x2.add, f32x4.fromFloats, v128.storeLow(offset)],
  ];
  const addRows = [
    rows.map((row, t) => [
      [get(active), i32.load(numberBytes * t), set(index)],
      [get(index), get(stride), i32.multiply, get(matrix), i32.add, set(row)],
      [get(index), constant(2), i32.shiftLeft, get(x), i32.add],
      [v128.loadInFour, f64x2.fromSingles, set(factors[t]!)],
    ]),
    [get(y), set(to)],
    repeat(
      [[0, 8].map(addPair), [to, ...rows].map((pointer) => step(pointer, numberBytes * width))],
      to,
      end,
    ),
    step(active, numberBytes * rowsAtOnce),
  ];
  return instantiate(6, 7, 4, [[get(y), get(stride), i32.add, set(end)], repeat(addRows, active, last)]);
}
