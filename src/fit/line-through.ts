/** The straight line through points, by least squares. */
import { meanOf } from '../math/statistics.ts';

export function lineThrough(
  x: readonly number[],
  y: readonly number[],
): { readonly at: number; readonly slope: number } {
  const [mx, my] = [meanOf(x), meanOf(y)];
  let [xx, xy] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    xx += (x[i]! - mx) ** 2;
    xy += (x[i]! - mx) * (y[i]! - my);
  }
  const slope = xx > 0 ? xy / xx : 0;
  return { at: my - slope * mx, slope };
}
