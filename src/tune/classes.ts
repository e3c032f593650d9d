/** Shapes of a network's crossbar layers -> classes of layers that errors strike alike, so that they are stored alike. */
import type { MvmNode } from '../ir/graph.ts';
import { volumeOf } from '../ir/graph.ts';

/** Names for people; in the order in which reports list them. */
export const layerClasses = [
  'first',
  'depthwise',
  'expand',
  'project',
  'convolution',
  'dense',
  'last',
] as const;
export type LayerClass = (typeof layerClasses)[number];

type Shape = Pick<MvmNode, 'geometry' | 'groups' | 'rows' | 'columns'>;

/**
 * Grouped convolutions are `depthwise`; those of single positions that widen are `expand`, those that narrow are `project`, such
 * as linear bottlenecks. The layers at both ends of the network stand alone, as far as others lie between them.
 * @param shapes in the order in which inputs pass through the layers
 */
export function classesOf(shapes: readonly Shape[]): readonly LayerClass[] {
  const last = shapes.length - 1;
  return shapes.map((shape, i) => {
    if (last < 2) return classOf(shape);
    return i === 0 ? 'first' : i === last ? 'last' : classOf(shape);
  });
}

function classOf({ geometry, groups, rows, columns }: Shape): LayerClass {
  if (geometry.kind !== 'conv') return 'dense';
  if (groups > 1) return 'depthwise';
  if (volumeOf(geometry) > 1 || rows === columns) return 'convolution';
  return columns > rows ? 'expand' : 'project';
}
