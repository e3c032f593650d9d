/**
 * Per layer, what every way of storing it costs and how much error it leaves -> the order in which exactness is best bought.
 *
 * Errors of layers add up at the output, about. Under that assumption the mappings of least error for what they cost are those
 * of Shoham and Gersho (IEEE Trans. ASSP 36, 1988): on every layer's lower convex hull of error over cost, all steps of all
 * layers in the order of error taken away per cost added. Every prefix of that order is such a mapping.
 */

/** One way of storing a layer. */
export interface Candidate {
  /** Error that the layer adds to the output; in any unit, the same for all layers. */
  readonly noise: number;
  /** Non-negative, in any unit, the same for all layers. */
  readonly cost: number;
}

/** From here on, this layer takes this candidate. */
interface Step {
  readonly layer: number;
  readonly candidate: number;
}

export interface Path {
  /** By layer, the candidate of least cost; of several the most exact. */
  readonly start: readonly number[];
  readonly steps: readonly Step[];
}

/** @param layers candidates by layer, at least one each; what is not finite counts as the largest error */
export function pathOf(layers: readonly (readonly Candidate[])[]): Path {
  const hulls = layers.map(hullOf);
  const steps = hulls.flatMap((hull, layer) =>
    hull.slice(1).map(({ candidate, slope }) => ({ layer, candidate, slope })),
  );
  // Stable: the steps of one layer, whose slopes fall, stay in order.
  steps.sort((a, b) => (a.slope === b.slope ? 0 : a.slope > b.slope ? -1 : 1));
  return {
    start: hulls.map((hull) => hull[0]!.candidate),
    steps: steps.map(({ layer, candidate }) => ({ layer, candidate })),
  };
}

/** By layer, the candidates after the first `count` steps. */
export function mappingAfter({ start, steps }: Path, count: number): readonly number[] {
  const mapping = [...start];
  for (const { layer, candidate } of steps.slice(0, count)) mapping[layer] = candidate;
  return mapping;
}

interface Corner {
  readonly candidate: number;
  /** Error taken away per cost added, since the corner before. */
  readonly slope: number;
}

/** The corners of the lower convex hull, from the least cost to the least error. */
function hullOf(candidates: readonly Candidate[]): readonly Corner[] {
  const noiseOf = (i: number) => {
    const { noise } = candidates[i]!;
    return Number.isFinite(noise) ? noise : Number.MAX_VALUE;
  };
  const costOf = (i: number) => candidates[i]!.cost;
  const all = candidates.map((_, i) => i);
  const first = all.reduce((best, i) =>
    costOf(i) < costOf(best) || (costOf(i) === costOf(best) && noiseOf(i) < noiseOf(best)) ? i : best,
  );
  const corners: Corner[] = [{ candidate: first, slope: Number.POSITIVE_INFINITY }];
  for (let at = first; ; at = corners.at(-1)!.candidate) {
    const slopeTo = (i: number) => (noiseOf(at) - noiseOf(i)) / (costOf(i) - costOf(at));
    const better = all.filter((i) => costOf(i) > costOf(at) && noiseOf(i) < noiseOf(at));
    if (better.length === 0) return corners;
    const candidate = better.reduce((best, i) => (slopeTo(i) > slopeTo(best) ? i : best));
    corners.push({ candidate, slope: slopeTo(candidate) });
  }
}
