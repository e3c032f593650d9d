/**
 * What a calibration of a programmed chip takes: the calibration vectors of a package, each read once through every layer that is
 * calibrated, and whole samples, each once through all layers, where these are corrected in sequence; layer after layer, as the
 * compilation counts conversions.
 */
import type { CrossbarLayer } from '../ir/crossbar.ts';
import type { Origin } from '../ir/graph.ts';
import { inputPlanes } from '../ir/input-planes.ts';
import type { LayerSummary } from '../ir/summary.ts';
import { openLedger, settle, spend } from '../ledger.ts';
import { sumOf } from '../math/sum.ts';
import type { Package } from '../package/open.ts';
import type { Converter } from '../target/periphery.ts';

interface Reads {
  /** Input vectors that are put on the rows. */
  readonly vectors: number;
  readonly conversions: number;
  /** Of the conversions (s). */
  readonly time: number;
  /** In the converters (J). */
  readonly energy: number;
}

interface LayerCalibrationCost extends Reads {
  readonly origin: Origin;
  /** Name of the value. */
  readonly output: string;
}

export interface CalibrationCost extends Reads {
  /** Samples that go through the chip as a whole; their inputs of the layers are among the vectors. */
  readonly samples: number;
  readonly layers: readonly LayerCalibrationCost[];
}

/**
 * @param outputs of the layers that are calibrated
 * @param sequential whether whole samples go through the chip besides
 */
export function calibrationCost(
  { layers, record, manifest, loaded }: Pick<Package, 'layers' | 'record' | 'manifest' | 'loaded'>,
  outputs: ReadonlySet<string>,
  sequential: boolean,
): CalibrationCost {
  const samples = sequential ? record.inputs.length : 0;
  const summaries = summaryOf(layers, manifest.summary.layers);
  const costs = layers
    .filter(({ output }) => sequential || outputs.has(output))
    .map((layer): LayerCalibrationCost => {
      const { origin, output } = layer;
      const { count = 0, positions = 0 } = record.layers.get(output) ?? {};
      const vectors = (outputs.has(output) ? count : 0) + samples * positions;
      return { origin, output, vectors, ...readsOf(layer, summaries(layer), vectors, loaded.target.adc) };
    });
  const total = (of: keyof Reads) => sumOf(costs.map((cost) => cost[of]));
  return {
    vectors: total('vectors'),
    conversions: total('conversions'),
    time: total('time'),
    energy: total('energy'),
    samples,
    layers: costs,
  };
}

function readsOf(
  { quantization, inputCoding, driverBits }: CrossbarLayer,
  { drives, conversions, inSequence }: LayerSummary,
  vectors: number,
  adc: Converter,
): Omit<Reads, 'vectors'> {
  const own = vectors * inputPlanes(quantization, inputCoding, driverBits).length;
  const count = own * (conversions / drives);
  const ledger = openLedger({ conversion: adc });
  spend(ledger, ledger.of.conversion, own * inSequence, count);
  settle(ledger);
  return { conversions: count, ...ledger.total };
}

/** Layers that share their weights are one of the summary, which has them in the order of their first blocks. */
function summaryOf(
  layers: readonly CrossbarLayer[],
  summaries: readonly LayerSummary[],
): (layer: CrossbarLayer) => LayerSummary {
  const blocks = [...new Set(layers.map(({ tiles }) => tiles[0]!.block))];
  return ({ tiles }) => summaries[blocks.indexOf(tiles[0]!.block)]!;
}
