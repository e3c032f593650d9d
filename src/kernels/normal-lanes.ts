/**
 * Standard normals from random words, four lanes at once, as WebAssembly: code for the inner loops of kernels that draw. By the
 * method of Box and Muller with 32-bit floats: sqrt(-2 ln u) times cosine and sine of a uniform angle.
 */
import type { Code } from './instantiate.ts';
import { constant, f32x4, get, i32x4, set, v128 } from './wasm.ts';

/**
 * Least-squares polynomials at Chebyshev's nodes, lowest power first:
 * log2(3/2 + t) for |t| <= 1/2 to 5e-8; sin(2 pi f) / f and cos(2 pi f) in f^2 for |f| <= 1/4 to 3e-8.
 */
const logarithm = [
  0.584962494, 0.961795972, -0.320597666, 0.14252637, -0.0712830113, 0.0374629375, -0.020685855, 0.0147787208,
  -0.00887469665,
];
const sine = [6.28318528, -41.3416807, 81.6024807, -76.5812846, 39.7607221];
const cosine = [1, -19.7392085, 64.9393466, -85.4535682, 60.1439523, -24.9818361];

const bitsOf = (float: number) => new Int32Array(Float32Array.of(float).buffer)[0]!;

/** In all lanes. */
const integer = (value: number): Code => [constant(value), i32x4.inAll];
const float = (value: number): Code => integer(bitsOf(value));

/** A polynomial of what `code` leaves on the stack, by Horner's rule. */
const polynomial = (coefficients: readonly number[], code: Code): Code =>
  coefficients
    .slice(0, -1)
    .reduceRight<Code>(
      (sum, c) => [sum, code, f32x4.multiply, float(c), f32x4.add],
      float(coefficients.at(-1)!),
    );

/**
 * Turns two local vectors of random words into normals, in place.
 * @param radius, angle the words: the radius of a point in the plane, and its angle
 * @param scratch two locals
 */
export function normalLanes(radius: number, angle: number, [first, second]: readonly [number, number]): Code {
  const fraction = [get(first), integer(0x7fffff), v128.and, integer(bitsOf(1)), v128.or];
  return [
    // u from 2^-33 on.
    [
      get(radius),
      f32x4.fromUnsigned,
      float(2 ** -32),
      f32x4.multiply,
      float(2 ** -33),
      f32x4.add,
      set(first),
    ],
    [get(first), constant(23), i32x4.shiftRight, integer(127), i32x4.subtract, f32x4.fromIntegers],
    [fraction, float(1.5), f32x4.subtract, set(first)],
    [polynomial(logarithm, get(first)), f32x4.add, float(-2 * Math.LN2), f32x4.multiply],
    // A logarithm of nearly 1 may come out on the wrong side of 0.
    [float(0), f32x4.max, f32x4.squareRoot, set(radius)],
    // The right half of the circle; the lowest bit says whether it is the left one.
    [get(angle), constant(31), i32x4.shiftLeft, set(second)],
    [get(angle), f32x4.fromIntegers, float(2 ** -33), f32x4.multiply, set(angle)],
    [get(angle), get(angle), f32x4.multiply, set(first)],
    [get(angle), polynomial(sine, get(first)), f32x4.multiply, get(radius), f32x4.multiply, set(angle)],
    [polynomial(cosine, get(first)), get(second), v128.exclusiveOr],
    [get(radius), f32x4.multiply, set(radius)],
  ];
}
