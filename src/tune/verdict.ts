/** A loss on so many images -> whether they tell on which side of a bound it is, and how many would. */
import type { Loss } from './loss.ts';

export interface Verdict {
  /** `undecided` where the interval holds less and more than the bound. */
  readonly side: 'within' | 'beyond' | 'undecided';
  /** Images that would tell, about, if the loss stays as it is; absent where these do, and where it lies on the bound. */
  readonly needed?: number;
}

/** Share of samples in which an interval misses. */
const error = 0.05;

/**
 * Where no image differed the interval has no width; what can be said then is that with probability 95 % the share of those
 * that would is below 1 - 0.05^(1 / n), as none of n was (Clopper and Pearson, Biometrika 26, 1934, one side).
 * @param images on which the loss was measured
 * @param bound most points that may be lost
 */
export function verdictOn({ points, low, high }: Loss, images: number, bound: number): Verdict {
  if (low === high && points <= bound) {
    if (points === 0 && bound > 0 && bound < 100) {
      const needed = Math.ceil(Math.log(error) / Math.log(1 - bound / 100));
      return images < needed ? { side: 'undecided', needed } : { side: 'within' };
    }
    return { side: 'within' };
  }
  if (high <= bound) return { side: 'within' };
  if (low > bound) return { side: 'beyond' };
  const distance = Math.abs(points - bound);
  if (distance === 0) return { side: 'undecided' };
  // The interval shrinks with the root of the number of images.
  const reach = points > bound ? points - low : high - points;
  return { side: 'undecided', needed: Math.ceil(images * (reach / distance) ** 2) };
}
