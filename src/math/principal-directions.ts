/** Vectors -> the few directions in which they scatter most, by orthogonal iteration. */
import { openStream } from './random.ts';

/** Enough for directions that are to serve as regressors: nothing depends on their last digits. */
const iterations = 12;

/**
 * @param vectors [count][length]
 * @returns orthonormal directions, [rank][length], that of the largest variance first
 */
export function principalDirections(vectors: Float32Array, length: number, rank: number): Float32Array {
  const count = vectors.length / length;
  const mean = new Float64Array(length);
  for (let i = 0; i < vectors.length; i++) mean[i % length]! += vectors[i]! / count;
  const stream = openStream(0, 'principal-directions', length);
  let directions = Float64Array.from({ length: rank * length }, () => stream.normal());
  orthonormalize(directions, length);
  for (let i = 0; i < iterations; i++) {
    const next = new Float64Array(rank * length);
    for (let r = 0; r < rank; r++) addProjections(next, vectors, mean, directions, r);
    directions = next;
    orthonormalize(directions, length);
  }
  return Float32Array.from(directions);
}

/** Adds to direction r the centred vectors, each times its own product with it. */
function addProjections(
  next: Float64Array,
  vectors: Float32Array,
  mean: Float64Array,
  directions: Float64Array,
  r: number,
): void {
  const length = mean.length;
  const direction = directions.subarray(r * length, (r + 1) * length);
  const sum = next.subarray(r * length, (r + 1) * length);
  for (let first = 0; first < vectors.length; first += length) {
    let product = 0;
    for (let i = 0; i < length; i++) product += (vectors[first + i]! - mean[i]!) * direction[i]!;
    for (let i = 0; i < length; i++) sum[i]! += product * (vectors[first + i]! - mean[i]!);
  }
}

/** Gram-Schmidt, one direction after the other; one that the others already hold becomes 0. */
function orthonormalize(directions: Float64Array, length: number): void {
  for (let at = 0; at < directions.length; at += length) {
    const own = directions.subarray(at, at + length);
    const before = Math.hypot(...own);
    for (let other = 0; other < at; other += length) {
      let product = 0;
      for (let i = 0; i < length; i++) product += own[i]! * directions[other + i]!;
      for (let i = 0; i < length; i++) own[i]! -= product * directions[other + i]!;
    }
    const norm = Math.hypot(...own);
    for (let i = 0; i < length; i++) own[i] = norm > 1e-9 * before ? own[i]! / norm : 0;
  }
}
