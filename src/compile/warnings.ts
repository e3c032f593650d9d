/** A compilation -> what its user should know about it, though it is sound. */

import { mappingUseless } from '../diagnostics/all.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Compiled } from '../ir/compiled.ts';
import type { WireChoice } from '../ir/expected-signal.ts';
import { layerName } from '../ir/graph.ts';
import type { Mapping } from '../ir/mapping.ts';
import { parseOptions } from '../ir/options.ts';
import { remedyName } from '../ir/remedy-name.ts';
import { findConstantInputs } from '../record/constant-inputs.ts';
import type { LoadedTarget } from '../target/target.ts';
import { availableThreads, withWorkers } from '../threads/pool.ts';
import { chooseRemedy } from './choose-remedy.ts';
import { type Useless, uselessThroughWires } from './useless-layers.ts';

/** @param whole target that it was compiled for, not narrowed by its options: what would help is looked for where it is asked */
export async function compileWarnings(
  compiled: Compiled,
  whole: LoadedTarget,
): Promise<readonly Diagnostic[]> {
  const { graph, record } = compiled;
  const layers = graph.nodes.filter((node) => node.kind === 'quantized-mvm');
  return [...findConstantInputs(layers, record), ...(await wireWarnings(compiled, whole))];
}

async function wireWarnings(compiled: Compiled, whole: LoadedTarget): Promise<readonly Diagnostic[]> {
  const { expected, mapping, summary } = compiled;
  const useless = expected && uselessThroughWires(expected);
  if (!useless) return [];
  const helps = summary.wireChoice ? undefined : await whatHelps(compiled, whole);
  return [uselessWarning(useless, mapping, helpOf(helps))];
}

/** What the compiler would choose, were it to. */
function whatHelps(compiled: Compiled, whole: LoadedTarget): Promise<WireChoice> {
  const options = parseOptions({ ...compiled.options, window: undefined, rowOrder: undefined });
  return withWorkers(availableThreads(), (pool) => chooseRemedy({ ...compiled, options }, whole, pool));
}

function uselessWarning({ worst, lost }: Useless, { layers }: Mapping, help: string): Diagnostic {
  const name = layerName(layers[worst.layer]!.node.origin);
  return mappingUseless({ ...worst, name }, lost, layers.length, help);
}

function helpOf(helps: WireChoice | undefined): string {
  if (!helps)
    return 'No correction helps more: shorter wires do, fewer rows at once (rowsAtOnce), smaller arrays, or a smaller window of conductances.';
  const { remedy, snr, least } = helps.taken;
  const { wireCorrection, rowOrder, window } = remedy;
  const options = [
    `wireCorrection: ${wireCorrection}`,
    `rowOrder: ${rowOrder}`,
    ...(window === undefined ? [] : [`window: ${window}`]),
  ];
  return `With \`wireCorrection: auto\` they would be ${snr.toFixed(1)} dB on average and ${least.toFixed(1)} dB at least, of the layers that were looked at: ${remedyName(remedy)} (${options.join(', ')}).`;
}
