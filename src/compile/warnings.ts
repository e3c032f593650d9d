/** A compilation -> what its user should know about it, though it is sound. */

import { currentOverLimit, mappingUseless } from '../diagnostics/all.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Compiled } from '../ir/compiled.ts';
import { layerName } from '../ir/graph.ts';
import type { Mapping } from '../ir/mapping.ts';
import { remedyName } from '../ir/remedy-name.ts';
import { findConstantInputs } from '../record/constant-inputs.ts';
import { type Useless, uselessThroughWires } from './useless-layers.ts';

export function compileWarnings(compiled: Compiled): readonly Diagnostic[] {
  const { graph, record } = compiled;
  const layers = graph.nodes.filter((node) => node.kind === 'quantized-mvm');
  return [...findConstantInputs(layers, record), ...wireWarnings(compiled)];
}

function wireWarnings({ expected, helps, mapping }: Compiled): readonly Diagnostic[] {
  if (!expected) return [];
  const useless = uselessThroughWires(expected);
  const [worst] = expected.over.toSorted((a, b) => b.current - a.current);
  return [
    ...(useless ? [uselessWarning(useless, mapping, helpOf(helps))] : []),
    ...(worst ? [currentOverLimit(worst.array, worst, expected.over.length, expected.arrays)] : []),
  ];
}

function uselessWarning({ worst, lost }: Useless, { layers }: Mapping, help: string): Diagnostic {
  const name = layerName(layers[worst.layer]!.node.origin);
  return mappingUseless({ ...worst, name }, lost, layers.length, help);
}

function helpOf(helps: Compiled['helps']): string {
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
