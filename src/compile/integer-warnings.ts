/** A compilation and its samples -> a warning where integers alone, without any error of a chip, cost much of the outputs. */
import { lossyIntegers } from '../diagnostics/all.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { isMadeUp } from '../ir/calibration-record.ts';
import type { Compiled } from '../ir/compiled.ts';
import { layerName } from '../ir/graph.ts';
import { evenlySpread } from '../math/evenly-spread.ts';
import { layerLosses, outputLoss } from '../record/integer-losses.ts';
import type { SampleSource } from '../record/sample-source.ts';
import type { LoadedTarget } from '../target/target.ts';
import { lowerAsRecorded, type ModelFile } from './compile.ts';
import type { Calibration } from './compiled.ts';

/** dB: below, networks begin to lose points. Of twelve networks at 8 bits the best keep 31 to 41. */
const enough = 20;
/** A sample more changes the figure by some tenths. */
const samplesUsed = 4;
/** Beyond, running the network a few times takes longer than compiling it. */
const mostWeights = 2 ** 26;
/** Layers that are named. */
const mostNamed = 5;

/** @param calibration of the compilation; of a record its one known input is what there is to go by */
export async function integerWarnings(
  model: ModelFile,
  compiled: Compiled,
  whole: LoadedTarget,
  calibration: Calibration | undefined,
): Promise<readonly Diagnostic[]> {
  const layers = compiled.graph.nodes.filter((node) => node.kind === 'quantized-mvm');
  const weights = layers.reduce((sum, { integers }) => sum + integers.length, 0);
  if (isMadeUp(compiled.record) || weights > mostWeights) return [];
  const samples = fewSamples(compiled, calibration);
  const real = await lowerAsRecorded(model, whole, compiled.options, compiled.record);
  const rounded = { real, quantized: compiled.graph, samples };
  const output = await outputLoss(rounded, enough);
  if (!output) return [];
  const losses = await layerLosses(rounded);
  const worst = losses
    .toSorted((a, b) => a.all - b.all)
    .slice(0, mostNamed)
    .map(({ layer, ...snr }) => ({ ...snr, name: layerName(layer.origin), bits: layer.quantization.bits }));
  return [lossyIntegers(output, worst, { layers: losses.length, samples: samples.length })];
}

function fewSamples({ record }: Compiled, calibration: Calibration | undefined): SampleSource {
  if (calibration?.kind === 'samples') {
    const { samples } = calibration;
    const taken = evenlySpread(samples.length, samplesUsed);
    return { length: taken.length, sample: (i) => samples.sample(taken[i]!) };
  }
  const known = Object.entries(record.knownAnswer.inputs);
  const feeds = Object.fromEntries(
    known.map(([name, { dims, data }]) => [name, { type: 'float32' as const, dims, data }]),
  );
  return { length: 1, sample: async () => ({ feeds }) };
}
