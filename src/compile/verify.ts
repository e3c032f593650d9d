/** What must hold after every pass, by the stage that it belongs to; whatever does not is our bug. */
import { InternalError } from '../diagnostics/diagnostic.ts';
import { describeOrigin, type Graph } from '../ir/graph.ts';
import { type Phase, verifyGraph } from '../ir/verify-graph.ts';
import { verifyMapping } from '../ir/verify-mapping.ts';
import { inferDims } from '../onnx/dims.ts';
import { decide } from '../onnx/rules.ts';
import type { Given, Source } from './artefacts.ts';
import type { CompileHooks } from './compiled.ts';

/** Checks what a pass made, and hands it on. */
export function verifying(
  phase: Phase,
  { target }: Pick<Given, 'target'>,
  onPass: CompileHooks['onPass'],
): NonNullable<CompileHooks['onPass']> {
  return (name, made) => {
    if (made.graph) verifyGraph(made.graph, phase);
    if (made.mapping) verifyMapping(made.mapping, target);
    onPass?.(name, made);
  };
}

/** Raises InternalError where a node is left that the rules send to crossbars. */
export function verifyLowered(graph: Graph, { keepDigital }: Pick<Source, 'keepDigital'>): void {
  const dims = inferDims(graph);
  for (const node of graph.nodes) {
    if (node.kind !== 'onnx' || keepDigital?.(node.origin) || !decide(node, graph, dims).crossbar) continue;
    throw new InternalError('lower', `${describeOrigin(node.origin)} is left, and maps`);
  }
}
