/** Solves a small symmetric system whose matrix is nearly singular at times: an amount is added to its diagonal. */

/**
 * (A + ridge I) x = b, by L D L^T.
 * @param a symmetric, positive semidefinite, [n][n]; overwritten
 * @param ridge above 0
 */
export function solveRidge(a: Float64Array, b: Float64Array, ridge: number): Float64Array {
  const n = b.length;
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) a[i * n + i]! += ridge;
  for (let k = 0; k < n; k++) {
    const pivot = a[k * n + k]!;
    for (let i = k + 1; i < n; i++) {
      const factor = a[i * n + k]! / pivot;
      x[i]! -= factor * x[k]!;
      for (let j = k + 1; j < n; j++) a[i * n + j]! -= factor * a[k * n + j]!;
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) x[i]! -= a[i * n + j]! * x[j]!;
    x[i]! /= a[i * n + i]!;
  }
  return x;
}
