/**
 * Every diagnostic that Crossloom can give: one constructor per code, all wording in one place.
 *
 * Exit codes: 10-19 model, 20-24 target, 25-29 options and mapping, 30-39 package, bitstream and chip, 40-49 data,
 * 50-59 verification bounds, reading, wear and wires, 60-69 learning. 1 stands for errors of several kinds, 2 for usage and environment, 70 for our own bugs.
 */
import type { Diagnostic } from './diagnostic.ts';

function error(code: string, exit: number, at: string, message: string, ...notes: string[]): Diagnostic {
  return { code, severity: 'error', message, at, notes, exit };
}

function warning(code: string, at: string, message: string, ...notes: string[]): Diagnostic {
  return { code, severity: 'warning', message, at, notes, exit: 0 };
}

// --- model -------------------------------------------------------------------------------------------------------

export const modelUnreadable = (file: string, reason: string): Diagnostic =>
  error(
    'onnx/unreadable',
    10,
    file,
    `this is not a complete ONNX model (${reason})`,
    'Export or download the file again.',
  );

export const externalDataOutside = (tensor: string, location: string): Diagnostic =>
  error(
    'onnx/external-data-outside',
    11,
    `tensor '${tensor}'`,
    `its external data '${location}' lies outside the model's folder`,
    "Put the data file beside the model, and its plain name into the tensor's location.",
  );

export const externalDataMissing = (tensor: string, location: string, reason: string): Diagnostic =>
  error(
    'onnx/external-data-missing',
    12,
    `tensor '${tensor}'`,
    `its external data '${location}' cannot be read (${reason})`,
    'Copy the data file together with the model.',
  );

export const opsetUnsupported = (file: string, opset: number): Diagnostic =>
  error(
    'onnx/opset-unsupported',
    13,
    file,
    `the model uses ONNX opset ${opset}; opsets 7 to 22 are supported`,
    'Convert it with onnx.version_converter.convert_version(model, 17).',
  );

export const noConstantWeights = (file: string, reasons: readonly string[]): Diagnostic =>
  error(
    'onnx/no-constant-weights',
    14,
    file,
    'no layer of this model has constant weights that could go onto a crossbar',
    ...reasons.slice(0, 8),
    'See `crossloom ops` for the rule that decided each node.',
  );

export const weightsNotFinite = (node: string, tensor: string, count: number): Diagnostic =>
  error(
    'onnx/weights-not-finite',
    15,
    node,
    `its weights '${tensor}' hold ${count} value(s) that are NaN or infinite`,
    'A crossbar can only hold finite weights; check the training run or the export.',
  );

export const graphInvalid = (place: string, reason: string): Diagnostic =>
  error('onnx/graph-invalid', 16, place, reason, 'Check the model with onnx.checker.check_model.');

export const subgraphOpset = (place: string, opset: number, operators: readonly string[]): Diagnostic =>
  error(
    'onnx/subgraph-opset',
    17,
    place,
    `it holds operators that have to be converted from opset ${opset} (${operators.join(', ')}), and what lies inside of a node is not converted`,
    'Convert the model with onnx.version_converter.convert_version(model, 21).',
  );

// --- target ------------------------------------------------------------------------------------------------------

export const targetNotFound = (name: string, known: readonly string[]): Diagnostic =>
  error(
    'target/not-found',
    20,
    `--target ${name}`,
    'there is no such target',
    `Known targets: ${known.join(', ')}; or give the path of a target file.`,
  );

export const targetInvalid = (file: string, field: string, reason: string): Diagnostic =>
  error(
    'target/invalid',
    21,
    `${file}: ${field}`,
    reason,
    'The fields and their units are in docs/targets.md.',
  );

export const targetUnit = (file: string, field: string, got: string, expected: string): Diagnostic =>
  error(
    'target/unit',
    22,
    `${file}: ${field}`,
    `'${got}' is not a quantity in ${expected}`,
    `Write a number and a unit, such as '${expected === 'S' ? '50 uS' : `1 ${expected}`}'.`,
  );

export const targetMissing = (file: string, field: string): Diagnostic =>
  error(
    'target/missing-field',
    23,
    `${file}: ${field}`,
    'this field is missing',
    'The fields and their units are in docs/targets.md.',
  );

export const lawOutOfRange = (place: string, field: string, reason: string): Diagnostic =>
  error(
    'target/law-range',
    24,
    `${place}: ${field}`,
    reason,
    'Use a window within the range for which the law was fitted, or say for what range it holds.',
  );

// --- options and mapping -----------------------------------------------------------------------------------------

export const optionInvalid = (place: string, reason: string, ...notes: string[]): Diagnostic =>
  error('options/invalid', 25, place, reason, ...notes);

export const tooManyArrays = (needed: number, allowed: number, largest: readonly string[]): Diagnostic =>
  error(
    'map/too-many-arrays',
    26,
    `--arrays ${allowed}`,
    `the model needs ${needed} arrays and ${allowed} are allowed`,
    ...largest,
    'Allow more arrays, use fewer slices, or keep large layers digital with an override.',
  );

export const noRanges = (nodes: readonly string[]): Diagnostic =>
  error(
    'calibrate/no-ranges',
    27,
    nodes.length === 1 ? nodes[0]! : `${nodes[0]} and ${nodes.length - 1} more`,
    'the range of the input is unknown: the model carries none and no calibration data was given',
    'Give sample inputs with --calibrate, or an earlier record with --calibration.',
  );

export const syntheticCalibration = (file: string): Diagnostic =>
  warning(
    'calibrate/synthetic',
    file,
    'no samples were given: the model brings the ranges of its layers, and noise settled the converters',
    'Give sample inputs with --calibrate for converter ranges that fit the data.',
  );

export const calibrationMismatch = (place: string, reason: string): Diagnostic =>
  error('calibrate/wrong-record', 28, place, reason, 'Record it again with --calibrate.');

export const cannotSurvey = (target: string, reason: string): Diagnostic =>
  error(
    'survey/not-possible',
    29,
    `--target ${target}`,
    `the cells of this target cannot be tested one by one (${reason})`,
    'Give a target whose cells are programmed by pulses of their own, or a fault map from a tester.',
  );

// --- package, bitstream, chip ------------------------------------------------------------------------------------

export const packageExists = (path: string): Diagnostic =>
  error(
    'package/exists',
    30,
    path,
    'this already exists',
    'Choose another name or pass --force to replace it.',
  );

export const packageUnreadable = (path: string, reason: string): Diagnostic =>
  error(
    'package/unreadable',
    31,
    path,
    `this is not a readable package (${reason})`,
    'Compile the model again.',
  );

export const hashMismatch = (path: string, expected: string, got: string): Diagnostic =>
  error(
    'package/hash-mismatch',
    32,
    path,
    `its contents are not those that were compiled (SHA-256 ${got.slice(0, 12)}, manifest ${expected.slice(0, 12)})`,
    'Compile the model again, or restore the file.',
  );

export const wrongModel = (path: string, expected: string, got: string): Diagnostic =>
  error(
    'package/wrong-model',
    33,
    path,
    `this is not the model that the package was compiled from (SHA-256 ${got.slice(0, 12)}, manifest ${expected.slice(0, 12)})`,
    'Give the ONNX file that was compiled.',
  );

export const bitstreamInvalid = (file: string, offset: number, reason: string): Diagnostic =>
  error(
    'bitstream/invalid',
    34,
    `${file}: byte ${offset}`,
    reason,
    'The layout is in src/bitstream/FORMAT.md.',
  );

export const bitstreamWrongTarget = (file: string, expected: string, got: string): Diagnostic =>
  error(
    'bitstream/wrong-target',
    35,
    file,
    `this bitstream was made for another target (fingerprint ${got.slice(0, 12)}, target ${expected.slice(0, 12)})`,
    'Compile the model for this target.',
  );

export const assemblySyntax = (file: string, line: number, reason: string): Diagnostic =>
  error('bitstream/syntax', 36, `${file}:${line}`, reason, 'The text form is in src/bitstream/FORMAT.md.');

export const chipUnreadable = (path: string, reason: string): Diagnostic =>
  error(
    'chip/unreadable',
    37,
    path,
    `this is not a saved chip (${reason})`,
    'Program it again with `crossloom program`.',
  );

export const chipWrongPackage = (path: string, expected: string, got: string): Diagnostic =>
  error(
    'chip/wrong-package',
    38,
    path,
    `this chip was programmed from another package (bitstream ${got.slice(0, 12)}, package ${expected.slice(0, 12)})`,
    'Program a chip from this package with `crossloom program`.',
  );

export const chipCannotExecute = (place: string, reason: string): Diagnostic =>
  error(
    'chip/cannot-execute',
    39,
    place,
    reason,
    'The bitstream does not fit this kind of chip: compile the model again.',
  );

export const enduranceSpent = (
  place: string,
  needed: string,
  left: string,
  devices: 'memristors' | 'FeCAPs' = 'memristors',
): Diagnostic =>
  error(
    'wear/endurance-spent',
    53,
    place,
    `this needs ${needed} and the ${devices} have ${left} left`,
    devices === 'memristors'
      ? 'Program a fresh chip, or one with fewer pulses behind it (faults.spent, faults.endurance).'
      : 'Program a fresh chip, or one with fewer cycles behind it (hidden.ageing.spent, hidden.ageing.endurance).',
  );

export const noTransfers = (target: string): Diagnostic =>
  error(
    'transfer/no-hidden-planes',
    56,
    `target ${target}`,
    'this chip has no hidden planes, so nothing is transferred on it',
    'Choose a target whose programming.scheme is transfer, such as leti-fecap-130nm.',
  );

export const deltaNotApplicable = (place: string, reason: string): Diagnostic =>
  error(
    'delta/not-applicable',
    55,
    place,
    `this delta does not go onto this chip: ${reason}`,
    'Program the package that the delta was made from with `crossloom program`, or its own bitstream on a fresh chip.',
  );

export const notTrainable = (place: string, reason: string, advice: string): Diagnostic =>
  error('train/not-trainable', 66, place, `this layer cannot hold trained weights: ${reason}`, advice);

// --- data --------------------------------------------------------------------------------------------------------

export const dataUnreadable = (path: string, reason: string): Diagnostic =>
  error(
    'data/unreadable',
    40,
    path,
    reason,
    'Data are a folder of images, idx (.gz), .npy, .npz or CIFAR binary files; see docs/data.md.',
  );

export const dataShape = (path: string, got: string, expected: string): Diagnostic =>
  error(
    'data/shape',
    41,
    path,
    `the samples have shape ${got}, and the model's input is ${expected}`,
    'Set resize, crop or layout in the preprocessing file.',
  );

export const labelOutOfRange = (path: string, sample: string, label: number, classes: number): Diagnostic =>
  error(
    'data/label-out-of-range',
    42,
    `${path}: ${sample}`,
    `label ${label} is beyond the model's ${classes} classes`,
    'Check the labels, or set labelOffset in the preprocessing file.',
  );

export const imageUnreadable = (path: string, reason: string): Diagnostic =>
  error(
    'data/image-unreadable',
    43,
    path,
    `this image cannot be decoded (${reason})`,
    'Replace the file, or remove it and its label.',
  );

export const labelsMissing = (path: string): Diagnostic =>
  error(
    'data/no-labels',
    44,
    path,
    'there are no labels',
    'Add labels.csv (file,label), class folders, or a labels idx file.',
  );

export const preprocessingInvalid = (file: string, field: string, reason: string): Diagnostic =>
  error('data/preprocessing', 45, `${file}: ${field}`, reason, 'The fields are in docs/data.md.');

export const imageTooSmall = (path: string, size: string, crop: string): Diagnostic =>
  error(
    'data/image-too-small',
    46,
    path,
    `this image is ${size}, smaller than the crop of ${crop}`,
    'Set resize in the preprocessing file.',
  );

export const preprocessingMissing = (data: string): Diagnostic =>
  warning(
    'data/no-preprocessing',
    data,
    'no preprocessing was given or found, so the samples are used as they are stored',
    'Give a file with --preprocess (see docs/data.md); an empty one says that this is meant.',
  );

export const faultMapUnreadable = (path: string, reason: string): Diagnostic =>
  error(
    'faults/unreadable',
    47,
    path,
    `this is not a fault map (${reason})`,
    'The format is in docs/faults.md.',
  );

export const faultMapGeometry = (path: string, reason: string): Diagnostic =>
  error(
    'faults/geometry',
    48,
    path,
    `this is a fault map of another geometry: ${reason}`,
    'Survey as many arrays of this target as the model takes: `crossloom survey`.',
  );

export const faultMapInvalid = (place: string, reason: string): Diagnostic =>
  error('faults/invalid', 49, place, reason, 'The format is in docs/faults.md.');

// --- verification ------------------------------------------------------------------------------------------------

export const boundNotMet = (flag: string, measured: string): Diagnostic =>
  error('verify/bound-not-met', 50, flag, `the mapped model does not meet this bound (${measured})`);

export const noMappingWithin = (flag: string, measured: string, blame: string): Diagnostic =>
  error(
    'tune/no-mapping',
    51,
    flag,
    `no mapping that was tried meets this bound (${measured})`,
    `${blame.charAt(0).toUpperCase()}${blame.slice(1)} costs most.`,
    'Allow a larger loss with --max-drop or more digital layers with --max-digital, or choose another target.',
  );

export const calibrationOverlap = (count: number): Diagnostic =>
  warning(
    'verify/calibration-overlap',
    'data',
    `${count} of the test samples were also used for calibration`,
    'The accuracy is optimistic; calibrate on other samples.',
  );

export const knownAnswerDiffers = (folder: string, difference: number, largest: number): Diagnostic =>
  warning(
    'verify/known-answer',
    folder,
    `the integer reference gives other outputs on this computer than where the model was compiled (by ${difference.toPrecision(3)}, of values up to ${largest.toPrecision(3)})`,
    'Compile the model here and compare, or try another version of onnxruntime.',
  );

// --- reading -----------------------------------------------------------------------------------------------------

export const timeBeforeProgramming = (place: string): Diagnostic =>
  error(
    'read/before-programming',
    52,
    place,
    'a chip is read after it was programmed, and this time lies before',
    'Give times from programming on, such as 0s, 1h, 1d or 10y.',
  );

export const timeNotCovered = (place: string, law: string, range: string): Diagnostic =>
  warning(
    'read/time-not-covered',
    place,
    `the target's ${law} was measured from ${range}: at this time it is an extrapolation`,
  );

export const conductanceNotCovered = (law: string, used: string, range: string): Diagnostic =>
  warning(
    'read/conductance-not-covered',
    law,
    `levels lie from ${used}, and this law was measured from ${range}`,
  );

export const nothingChanges = (place: string, target: string): Diagnostic =>
  warning('read/nothing-changes', place, `target ${target} has no law of time, so nothing changes by then`);

// --- wires -------------------------------------------------------------------------------------------------------

export const wiresNotConverged = (
  rows: number,
  columns: number,
  steps: number,
  residual: number,
  tolerance: number,
): Diagnostic =>
  error(
    'wires/not-converged',
    58,
    `crossbar of ${rows} x ${columns} cells`,
    `after ${steps} Newton step(s) the currents still differ by ${residual.toPrecision(3)} of the largest column current, where ${tolerance} is asked for`,
    'A law of the cells that bends back has no unique solution; check its coefficients and the voltages.',
  );

export const currentOverLimit = (
  array: number,
  { line, index, current, limit }: Readonly<{ line: string; index: number; current: number; limit: number }>,
  over: number,
  arrays: number,
): Diagnostic =>
  warning(
    'wires/current-over-limit',
    `array ${array}, ${line} ${index}`,
    `the largest current of a ${line} is ${milli(current)} mA (array ${array}, ${line} ${index}), and the limit ${milli(limit)} mA; ${over} of ${arrays} arrays are over it`,
    'A real chip could not compute this. Drive fewer rows at once (rowsAtOnce), use a smaller window of conductances (window), or lower the read voltage.',
  );

const milli = (ampere: number) => (ampere * 1e3).toPrecision(4);

// --- learning ----------------------------------------------------------------------------------------------------

export const trainNoHiddenPlanes = (target: string): Diagnostic =>
  error(
    'train/no-hidden-planes',
    60,
    `target ${target}`,
    'this chip has no hidden planes: nothing on it keeps the small steps that learning takes',
    'Choose a target with a `hidden` section, such as leti-fecap-130nm.',
  );

export const trainNoSuchLayer = (pattern: string, layers: readonly string[]): Diagnostic =>
  error(
    'train/no-such-layer',
    61,
    `--layers ${pattern}`,
    'no layer on crossbars has a name like this',
    `Layers: ${layers.slice(0, 20).join(', ')}${layers.length > 20 ? `, and ${layers.length - 20} more` : ''}.`,
  );

export const trainNoGradient = (node: string, reason: string): Diagnostic =>
  error(
    'train/no-gradient',
    62,
    node,
    reason,
    'From the first trained layer on, a network is a chain: matrices that are trained, normalizations without learnt gain, ReLU or Sigmoid, and one Softmax at the end.',
  );

export const trainOtherCheckpoint = (file: string, differences: readonly string[]): Diagnostic =>
  error(
    'train/other-checkpoint',
    63,
    file,
    `this checkpoint is of another run: ${differences.join('; ')}`,
    'Resume with the options, data and target that the run began with, or start anew without --resume.',
  );

export const trainCheckpointUnreadable = (file: string, reason: string): Diagnostic =>
  error(
    'train/checkpoint-unreadable',
    64,
    file,
    `this checkpoint cannot be read (${reason})`,
    'Start anew without --resume.',
  );

export const trainEnduranceSpent = (place: string, spent: string, endurance: string): Diagnostic =>
  error(
    'train/endurance-spent',
    65,
    place,
    `${spent}, and endurance is ${endurance}`,
    'Transfer less often (--transfer-every), train for fewer epochs, or go on past it with --beyond-endurance.',
  );
