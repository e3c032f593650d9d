/**
 * Per class of layers, what every way of storing it costs and how much error it leaves -> the order in which exactness is best bought.
 *
 * Errors of layers add up at the output, about. Under that assumption the mappings of least error for what they cost are those
 * of Shoham and Gersho (IEEE Trans. ASSP 36, 1988): on every class's lower convex hull of error over cost, all steps of all
 * classes in the order of error taken away per cost added. Every prefix of that order is such a mapping. Of the shares of the
 * multiplications that stay digital, what would exceed the bound is passed over.
 */

/** One way of storing a class of layers. */
export interface Candidate {
  /** Error that the class adds to the output; in any unit, the same for all. What is not finite counts as the largest. */
  readonly noise: number;
  /** Non-negative, in any unit, the same for all. */
  readonly cost: number;
  /** Share of the network's multiplications that are digital then. */
  readonly digital: number;
}

/** By class, the number of its candidate. */
export type Choices = readonly number[];

/**
 * @param classes candidates by class, one without digital multiplications at least
 * @param most share of the multiplications that may be digital
 * @returns the mappings on the path, from the cheapest to the most exact
 */
export function pathOf(classes: readonly (readonly Candidate[])[], most = 1): readonly Choices[] {
  const taken = classes.map(cheapestOf);
  const path: Choices[] = [[...taken]];
  const digitalBesides = (own: number) =>
    taken.reduce((sum, at, i) => sum + (i === own ? 0 : classes[i]![at]!.digital), 0);
  for (;;) {
    let best: { readonly own: number; readonly candidate: number; readonly slope: number } | undefined;
    for (const [own, candidates] of classes.entries()) {
      const now = candidates[taken[own]!]!;
      for (const [candidate, next] of candidates.entries()) {
        if (!(next.cost > now.cost && noiseOf(next) < noiseOf(now))) continue;
        if (digitalBesides(own) + next.digital > most) continue;
        const slope = (noiseOf(now) - noiseOf(next)) / (next.cost - now.cost);
        if (!best || slope > best.slope) best = { own, candidate, slope };
      }
    }
    if (!best) return path;
    taken[best.own] = best.candidate;
    path.push([...taken]);
  }
}

function noiseOf({ noise }: Candidate): number {
  return Number.isFinite(noise) ? noise : Number.MAX_VALUE;
}

/** The candidate of least cost without digital multiplications; of several the most exact. */
function cheapestOf(candidates: readonly Candidate[]): number {
  return candidates.reduce((best, { cost, digital }, i) => {
    if (digital > 0) return best;
    const than = candidates[best]!;
    if (than.digital > 0 || cost < than.cost) return i;
    return cost === than.cost && noiseOf(candidates[i]!) < noiseOf(than) ? i : best;
  }, 0);
}
