/**
 * Sums of squares of independent standard normals, drawn at once: Gamma variates by Marsaglia and Tsang, ACM Trans. Math. Softw. 26,
 * 363 (2000). With the mean, which they do not depend on, they are all that n normal readings tell.
 */
import type { Stream } from './random.ts';

/** @param degrees of freedom: 2 or more */
export function chiSquare(degrees: number, stream: Stream): number {
  const d = degrees / 2 - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = stream.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(stream.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return 2 * d * v;
  }
}
