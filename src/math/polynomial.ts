/** Value of the polynomial with these coefficients, lowest power first, at x (Horner). */
export function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (let k = coefficients.length - 1; k >= 0; k--) value = value * x + coefficients[k]!;
  return value;
}

/** Standard deviation at a conductance by its coefficients in SI units: a negative sum counts as 0. */
export function sigmaAt(coefficients: readonly number[], g: number): number {
  return Math.max(0, polynomial(coefficients, g));
}
