/** Diagnostics about options and mapping. */
import type { Diagnostic } from './diagnostic.ts';
import { error, orWrongPath, reasonOf, type Why, warning } from './make.ts';

export const optionInvalid = (place: string, reason: string, ...notes: string[]): Diagnostic =>
  error('options/invalid', place, [reason, ...notes]);

export const optionsUnreadable = (path: string, why: Why): Diagnostic =>
  orWrongPath(
    why,
    'a file of options; see docs/options.md',
    error('options/unreadable', path, [
      `it cannot be read (${reasonOf(why)})`,
      'Options files are described in docs/options.md.',
    ]),
  );

export const tooManyArrays = (needed: number, allowed: number, largest: readonly string[]): Diagnostic =>
  error('map/too-many-arrays', `--arrays ${allowed}`, [
    `the model needs ${needed} arrays and ${allowed} are allowed`,
    ...largest,
    'Allow more arrays, use fewer slices, or keep large layers digital with an override.',
  ]);

export const layerOverChips = (layer: string, needed: number, available: number): Diagnostic =>
  error('map/layer-over-chips', layer, [
    `this layer alone needs ${needed} arrays, and --chips offers ${available}: a pass holds whole layers`,
    'Offer more chips, use fewer slices or copies, or keep the layer digital with --keep-digital.',
  ]);

export const inseparableLayers = (available: number): Diagnostic =>
  error('map/inseparable-layers', '--chips', [
    `layers that feed each other in a loop have to be in one pass, and need more than the ${available} arrays of one`,
    'Offer more chips, or keep some of these layers digital with --keep-digital.',
  ]);

export const noRanges = (nodes: readonly string[]): Diagnostic =>
  error('calibrate/no-ranges', nodes.length === 1 ? nodes[0]! : `${nodes[0]} and ${nodes.length - 1} more`, [
    'the range of the input is unknown: the model carries none and no calibration data was given',
    'Give sample inputs with --calibrate, or an earlier record with --calibration.',
  ]);

export const syntheticCalibration = (file: string, converterBits: number): Diagnostic =>
  warning('calibrate/synthetic', file, [
    `no samples were given: inputs were made up, and the converters, of ${converterBits} bits, take in all that their cells could add up to`,
    'None saturates, but small sums are read coarsely. Of three networks top-1 fell by 1 to 3 points below floating point with converters of 8 bits, and of two by 7 with 6 bits (docs/operators.md).',
    'Give a few dozen sample inputs with --calibrate, labels are not needed; and measure the accuracy with `crossloom verify`.',
  ]);

export const inputsNotFinite = (
  node: string,
  value: number,
  sample: string,
  count: number,
  total: number,
): Diagnostic =>
  error('calibrate/not-finite', node, [
    `its input becomes ${value} with ${count} of ${total} calibration sample(s), the first of which is ${sample}`,
    'Look for the sample, or for the weights of a node before it, that are far too large.',
  ]);

export const constantInputs = (nodes: readonly string[]): Diagnostic =>
  warning('calibrate/constant-inputs', nodes[0]!, [
    `the calibration samples give ${nodes.length === 1 ? 'this layer' : `${nodes.length} layers`} the same input over and over, which tells nothing about its range${nodes.length === 1 ? '' : `: ${nodes.join(', ')}`}`,
    'Calibrate with samples like those that the chip will see; other inputs may saturate, and give wrong results.',
  ]);

interface Loss {
  readonly all: number;
  readonly inputs: number;
  readonly weights: number;
}

/**
 * @param output dB of signal over error at the network's outputs, with all integers, rounded inputs or rounded weights alone
 * @param worst layers, the same of each alone at its own outputs
 */
export const lossyIntegers = (
  output: Loss,
  worst: readonly (Loss & { readonly name: string; readonly bits: number })[],
  { layers, samples }: { readonly layers: number; readonly samples: number },
): Diagnostic =>
  warning('calibrate/lossy-integers', worst[0]!.name, [
    `integers alone, before any error of a chip, leave ${tenths(output.all)} dB of signal over error at the network's outputs (${samples} calibration sample(s)): ${tenths(output.inputs)} dB with the inputs of layers rounded and exact weights, ${tenths(output.weights)} dB with rounded weights and exact inputs`,
    `Of ${layers} layers, each alone, these keep least: ${worst.map((own) => `${own.name} ${tenths(own.all)} dB (inputs of ${own.bits} bits ${tenths(own.inputs)}, weights ${tenths(own.weights)})`).join('; ')}.`,
    output.inputs < output.weights
      ? 'More bits for inputs help (`inputBits: auto`, or a number for all layers or for these): 6 dB each of what inputs cost, for a plane more to convert and no array. Or keep these layers digital (digital: true).'
      : 'Finer weights help: more levels, or slices for all layers or for these (slices, weightBits). Or keep these layers digital (digital: true).',
  ]);

const tenths = (decibels: number) => decibels.toFixed(1);

export const calibrationMismatch = (place: string, why: Why): Diagnostic =>
  orWrongPath(
    why,
    'an earlier package, or of its calibration.npz',
    error('calibrate/wrong-record', place, [reasonOf(why), 'Record it again with --calibrate.']),
  );

export const cannotSurvey = (target: string, reason: string): Diagnostic =>
  error('survey/not-possible', `--target ${target}`, [
    `the cells of this target cannot be tested one by one (${reason})`,
    'Give a target whose cells are programmed by pulses of their own, or a fault map from a tester.',
  ]);
