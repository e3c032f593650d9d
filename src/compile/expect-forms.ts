/**
 * Other ways of storing the layers of a compilation -> what each takes, and how much each layer alone is expected to err by itself on
 * a chip that is read: cells, converters, wires, and the rounding of weights and inputs, before anything is programmed. What the remedy
 * that was chosen leaves of the wires is known of the mapping as it is: in another form, it is as much times the square of what the
 * columns conduct then.
 */
import { weightMax } from '../../passes/map/slice-weights.ts';
import { defined } from '../defined.ts';
import type { CalibrationRecord, LayerRecord } from '../ir/calibration-record.ts';
import type { Compiled } from '../ir/compiled.ts';
import type { InputQuantization } from '../ir/graph.ts';
import { codingOf, inputPlanes } from '../ir/input-planes.ts';
import { evenlySpread } from '../math/evenly-spread.ts';
import type { LoadedTarget } from '../target/target.ts';
import { type LayerVariant, layerEstimates } from './expect-layer.ts';
import { type IntegerShares, integerShares } from './integer-shares.ts';
import { narrowTarget } from './narrow-target.ts';

/** What a layer is stored as; what is absent is as the mapping has it. Residual parts count as copies, and leave no room for repeats. */
export interface FormChanges
  extends Pick<LayerVariant, 'encoding' | 'slices' | 'copies' | 'repeats' | 'residual'> {
  /** Of an input code. */
  readonly inputBits?: number | undefined;
}

/** A layer in one form. */
export interface LayerForm {
  /** Energy of what errs in its outputs, as a share of theirs. */
  readonly noise: number;
  /** Cells of its blocks, in arrays. */
  readonly arrays: number;
  /** For one input of the model. */
  readonly conversions: number;
}

/** @param layer its number in the mapping */
export type ExpectForm = (layer: number, changes: FormChanges) => Promise<LayerForm>;

/**
 * @param whole target, not narrowed by any options
 * @param at seconds after programming at which chips are read
 */
export function openForms(
  { mapping, record, options, expected }: Pick<Compiled, 'mapping' | 'record' | 'options' | 'expected'>,
  whole: LoadedTarget,
  at: number,
): ExpectForm {
  const { cell, driver } = narrowTarget(whole, options).target;
  const estimate = layerEstimates({ mapping, record: thinned(record), options }, whole, true);
  const estimates = new Map<string, ReturnType<typeof estimate>>();
  const estimateOf = (layer: number, { residual, ...stored }: FormChanges) => {
    // Only grouped layers have repeats that residual parts would leave no room for.
    const isGrouped = mapping.layers[layer]!.node.groups > 1;
    const changes = { ...stored, ...(isGrouped && defined({ residual })) };
    const key = JSON.stringify([layer, changes]);
    const known = estimates.get(key) ?? estimate(layer, { ...changes, at });
    estimates.set(key, known);
    return known;
  };
  const wired = wiredShares(expected);
  const shares = new Map<number, IntegerShares>();
  const sharesOf = (layer: number) => {
    const known = shares.get(layer) ?? integerShares(mapping.layers[layer]!, record);
    shares.set(layer, known);
    return known;
  };
  return async (layer, { copies: wanted, inputBits, ...changes }) => {
    const given = mapping.layers[layer]!;
    const { parts, arrays, conversions, load } = await estimateOf(layer, changes);
    // Copies err apart, and lie beside each other as often.
    const copies = (wanted ?? given.copies) / given.copies;
    const { encoding = given.encoding, slices = given.slices, residual = given.residual } = changes;
    const choice = { encoding, slices, copies: wanted ?? given.copies, residual };
    const finer = weightMax(cell, choice, options.weightBits) / given.node.weightMax;
    const current = load / (await estimateOf(layer, {})).load;
    const { weights, inputs } = sharesOf(layer);
    const { quantization } = given.node;
    const recoded = { ...quantization, bits: inputBits ?? quantization.bits };
    const planesOf = (codes: InputQuantization) =>
      inputPlanes(codes, codingOf(codes, given.inputNumbers, driver.polarity), driver.bits).length;
    return {
      noise:
        parts.bent +
        (wired.get(layer) ?? 0) * current ** 2 +
        (parts.lasting + parts.anew + parts.converters) / copies +
        weights / finer ** 2 +
        inputs / 4 ** (recoded.bits - quantization.bits),
      arrays: arrays * copies,
      conversions: (conversions * copies * planesOf(recoded)) / planesOf(quantization),
    };
  };
}

/** Calibration vectors of every layer that are enough to compare its forms. */
const vectorsUsed = 96;

/** The record with a few vectors of every layer. */
function thinned(record: CalibrationRecord): CalibrationRecord {
  const few = (layer: LayerRecord): LayerRecord => {
    const width = layer.inputMean.length;
    const used = evenlySpread(layer.count, vectorsUsed);
    const vectors = layer.vectors.slice(0, used.length * width);
    for (const [i, vector] of used.entries())
      vectors.set(layer.vectors.subarray(vector * width, (vector + 1) * width), i * width);
    return { ...layer, vectors, count: used.length };
  };
  return { ...record, layers: new Map([...record.layers].map(([output, layer]) => [output, few(layer)])) };
}

/** By layer, what wires add to the error of its outputs, as a share of these. */
function wiredShares(expected: Compiled['expected']): ReadonlyMap<number, number> {
  const ratioOf = (snr: number) => 10 ** (-snr / 10);
  return new Map(
    expected?.layers.map(({ layer, snr, unwired }) => [layer, Math.max(0, ratioOf(snr) - ratioOf(unwired))]),
  );
}
