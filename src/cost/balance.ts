/**
 * Layers and a number of arrays -> how often each layer is stored so that none keeps the others waiting: the slowest layer gets the
 * next replica that makes it faster, until the arrays do not suffice or it can have no more. As ISAAC and the compilers after it do.
 *
 *   time of r replicas = time ceil(rows / r) / rows
 */
import { mostReplicas } from '../ir/options.ts';
import type { LayerCost } from './cost.ts';

type Layer = Pick<LayerCost, 'name' | 'time' | 'arrays' | 'rows'>;

export interface Balance {
  /** Arrays that the layers take at most, those of the package among them. */
  readonly arrays: number;
  /** Time of the slowest layer (s). */
  readonly interval: number;
  /** Of the layers that are stored more than once. */
  readonly replicas: readonly { readonly name: string; readonly replicas: number }[];
}

/**
 * @param taken arrays of the package, with every layer once
 * @param arrays that may be used; a replica takes as many as its layer lies on
 */
export function balanceReplicas(layers: readonly Layer[], taken: number, arrays: number): Balance {
  const replicas = layers.map(() => 1);
  const timeOf = (i: number) => {
    const { time, rows } = layers[i]!;
    return (time * Math.ceil(rows / replicas[i]!)) / rows;
  };
  let used = taken;
  for (;;) {
    const slowest = layers.reduce((most, _, i) => (timeOf(i) > timeOf(most) ? i : most), 0);
    const next = fasterThan(replicas[slowest]!, layers[slowest]!.rows);
    const more = next === undefined ? 0 : (next - replicas[slowest]!) * layers[slowest]!.arrays;
    if (next === undefined || used + more > arrays)
      return {
        arrays: used,
        interval: timeOf(slowest),
        replicas: layers.flatMap(({ name }, i) =>
          replicas[i]! > 1 ? [{ name, replicas: replicas[i]! }] : [],
        ),
      };
    replicas[slowest] = next;
    used += more;
  }
}

/** The fewest replicas that leave each fewer rows than `replicas` do. */
function fasterThan(replicas: number, rows: number): number | undefined {
  const each = Math.ceil(rows / replicas);
  const next = each === 1 ? Number.POSITIVE_INFINITY : Math.ceil(rows / (each - 1));
  return next <= Math.min(mostReplicas, rows) ? next : undefined;
}
