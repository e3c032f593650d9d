/**
 * The factor U of a covariance C = (U + I) D (U + I)^T, U strictly upper triangular, by elimination from the last row up
 * (Cholesky's without the roots). As WebAssembly with its 128-bit floats; every element comes from the same operations in
 * the same order as one by one.
 */
import { instantiate, type Kernel, reserve } from './instantiate.ts';
import { constant, f64x2, get, i32, repeat, set, step, v128 } from './wasm.ts';

/** Share of the mean variance that is added to every variance: few vectors leave the covariance singular. */
const damping = 0.01;
const float = 8;

/**
 * The factor of a covariance, damped.
 * @param u the covariance's upper triangle, [row][column]; becomes the factor, with D on its diagonal
 */
export function feedbackFactors(u: Float64Array): Float64Array {
  const length = Math.sqrt(u.length);
  let trace = 0;
  for (let i = 0; i < length; i++) trace += u[i * length + i]!;
  if (trace === 0) return u;
  for (let i = 0; i < length; i++) u[i * length + i]! += (damping * trace) / length;
  if (length === 1) return u;
  kernel ??= assemble();
  // One more number each: pairs may begin with the last.
  const column = float * (u.length + 1);
  reserve(kernel, column + float * (length + 1));
  const matrix = new Float64Array(kernel.memory.buffer, 0, u.length);
  matrix.set(u);
  kernel.run(float * length, float * (u.length - 1), float * (length - 1), column);
  u.set(matrix);
  return u;
}

let kernel: Kernel | undefined;

/**
 * A function of (bytes of a row, address of the last element, address of the last column, where there is room for a column);
 * the matrix starts at address 0 and has two rows or more.
 */
function assemble(): Kernel {
  const [stride, pivot, top, column] = [0, 1, 2, 3];
  const [end, from, to, own, diagonal, last, zero] = [4, 5, 6, 7, 8, 9, 10];
  const [divisor, share] = [11, 12];
  const copyElement = [
    [get(to), get(from), v128.loadInTwo(), v128.store()],
    step(from, get(stride)),
    step(to, float),
  ];
  const subtractTwo = [
    [get(to), get(to), v128.load()],
    [get(share), get(from), v128.load(), f64x2.multiply],
    [f64x2.subtract, v128.store()],
    step(from, 2 * float),
    step(to, 2 * float),
  ];
  const eliminateRow = [
    [get(own), v128.loadInTwo(), get(divisor), f64x2.divide, set(share)],
    [get(own), set(from), get(diagonal), set(to)],
    repeat(subtractTwo, from, end),
    // After the loop, whose last pair may have reached it.
    [get(last), get(share), v128.storeLow()],
    step(own, float),
    step(last, get(stride)),
    [get(diagonal), get(stride), i32.add, constant(float), i32.add, set(diagonal)],
  ];
  const eliminateColumn = [
    [get(pivot), v128.loadInTwo(), set(divisor)],
    [get(column), get(top), i32.add, set(end)],
    [get(top), set(from), get(column), set(to)],
    repeat(copyElement, to, end),
    [get(column), set(own), constant(0), set(diagonal), get(top), set(last)],
    repeat(eliminateRow, own, end),
    [get(pivot), get(stride), i32.subtract, constant(float), i32.subtract, set(pivot)],
    [get(top), constant(float), i32.subtract, set(top)],
  ];
  return instantiate(4, 7, 2, repeat(eliminateColumn, zero, top));
}
