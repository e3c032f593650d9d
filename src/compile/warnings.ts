/** A compilation -> what its user should know about it, though it is sound. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Compiled } from '../ir/compiled.ts';
import { findConstantInputs } from '../record/constant-inputs.ts';

export function compileWarnings({ graph, record }: Compiled): readonly Diagnostic[] {
  return findConstantInputs(
    graph.nodes.filter((node) => node.kind === 'quantized-mvm'),
    record,
  );
}
