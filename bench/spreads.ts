/** The spreads of a transfer, which a target assumes, scaled together. */
import { loadTarget } from '../src/index.ts';

const fields = [
  'programming.cycleToCycle',
  'hidden.chargeSpread',
  'hidden.lineNoise',
  'hidden.thresholdSpread',
];

/** Overrides that multiply the target's own spreads; none for a target without a transfer. */
export async function scaledSpreads(target: string, factor: number): Promise<string[]> {
  const { provenance } = await loadTarget(target);
  return fields.flatMap((field) => {
    const own = provenance.find((entry) => entry.field === field);
    return own ? [`${field}=${Number(own.text) * factor}`] : [];
  });
}
