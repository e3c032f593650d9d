/** Integers, and how often their digits are to be stored -> the same where copies hold finer integers together than each alone. */
import type { Integers } from './artefacts.ts';
import { weightMaxOf } from './choices.ts';
import { roundAgain } from './stages.ts';

/** Rounds the layers again for which copies were chosen that hold more. Digits of copies differ, so that lines are looked at anew. */
export async function finerIntegers(quantized: Integers): Promise<Integers> {
  const { real, graph, target } = quantized;
  const largest = weightMaxOf(quantized);
  const coarse = new Set(
    graph.nodes.flatMap((node) =>
      node.kind === 'quantized-mvm' && node.weightMax < largest(node) ? [node.output] : [],
    ),
  );
  if (coarse.size === 0) return quantized;
  const nodes = real.nodes.filter((node) => node.kind === 'mvm' && coarse.has(node.output));
  const withinLimits = target.wires !== undefined;
  const again = await roundAgain({ ...quantized, real: { ...real, nodes }, withinLimits });
  const finer = new Map(
    again.graph.nodes.flatMap((node) => (node.kind === 'quantized-mvm' ? [[node.output, node]] : [])),
  );
  const own = graph.nodes.map((node) =>
    node.kind === 'quantized-mvm' ? (finer.get(node.output) ?? node) : node,
  );
  return { ...quantized, graph: { ...graph, nodes: own } };
}
