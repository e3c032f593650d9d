/**
 * Integers, and how often their digits are to be stored -> integers for that: finer ones where copies hold these together, and weights
 * refitted to what averaging leaves of the cells' errors.
 */
import { lineLoads, overLoaded } from '../../passes/program/line-loads.ts';
import type { QuantizedMvmNode } from '../ir/graph.ts';
import type { Integers } from './artefacts.ts';
import { weightMaxOf } from './choices.ts';
import { map, roundAgain } from './stages.ts';

/** Rounds layers again for which copies were chosen; to the limits of lines, where their digits ask for more. */
export async function roundForCopies(quantized: Integers): Promise<Integers> {
  const { real, graph, target, faults, ...sound } = quantized;
  const largest = weightMaxOf(quantized);
  const isRefitted = ({ output }: QuantizedMvmNode) =>
    sound.options.weightRefit && quantized.stored?.has(output) === true;
  const changed = new Set(
    graph.nodes.flatMap((node) =>
      node.kind === 'quantized-mvm' && (node.weightMax < largest(node) || isRefitted(node))
        ? [node.output]
        : [],
    ),
  );
  if (changed.size === 0) return quantized;
  const nodes = real.nodes.filter((node) => node.kind === 'mvm' && changed.has(node.output));
  const rounded = async (withinLimits: boolean): Promise<Integers> => {
    const again = await roundAgain({ ...quantized, real: { ...real, nodes }, withinLimits });
    const finer = new Map(
      again.graph.nodes.flatMap((node) => (node.kind === 'quantized-mvm' ? [[node.output, node]] : [])),
    );
    const all = graph.nodes.map((node) =>
      node.kind === 'quantized-mvm' ? (finer.get(node.output) ?? node) : node,
    );
    return { ...quantized, graph: { ...graph, nodes: all } };
  };
  const own = await rounded(quantized.withinLimits ?? false);
  if (!target.wires || quantized.withinLimits) return own;
  const { mapping } = map({ ...sound, target, graph: own.graph });
  return overLoaded(lineLoads(mapping, target), target) > 0 ? rounded(true) : own;
}
