/** Diagnostics about the model file and its graph. */
import type { Diagnostic } from './diagnostic.ts';
import { error } from './make.ts';

export const modelUnreadable = (file: string, reason: string): Diagnostic =>
  error('onnx/unreadable', file, [
    `this is not a complete ONNX model (${reason})`,
    'Export or download the file again.',
  ]);

export const externalDataOutside = (tensor: string, location: string): Diagnostic =>
  error('onnx/external-data-outside', `tensor '${tensor}'`, [
    `its external data '${location}' lies outside the model's folder`,
    "Put the data file beside the model, and its plain name into the tensor's location.",
  ]);

export const externalDataMissing = (tensor: string, location: string, reason: string): Diagnostic =>
  error('onnx/external-data-missing', `tensor '${tensor}'`, [
    `its external data '${location}' cannot be read (${reason})`,
    'Copy the data file together with the model.',
  ]);

export const opsetUnsupported = (file: string, opset: number): Diagnostic =>
  error('onnx/opset-unsupported', file, [
    `the model uses ONNX opset ${opset}; opsets 7 to 22 are supported`,
    'Convert it with onnx.version_converter.convert_version(model, 17).',
  ]);

export const noConstantWeights = (file: string, reasons: readonly string[]): Diagnostic =>
  error('onnx/no-constant-weights', file, [
    'no layer of this model has constant weights that could go onto a crossbar',
    ...reasons.slice(0, 8),
    'See `crossloom ops` for the rule that decided each node.',
  ]);

export const weightsNotFinite = (node: string, tensor: string, count: number): Diagnostic =>
  error('onnx/weights-not-finite', node, [
    `its weights '${tensor}' hold ${count} value(s) that are NaN or infinite`,
    'A crossbar can only hold finite weights; check the training run or the export.',
  ]);

export const graphInvalid = (place: string, reason: string): Diagnostic =>
  error('onnx/graph-invalid', place, [reason, 'Check the model with onnx.checker.check_model.']);

export const subgraphOpset = (place: string, opset: number, operators: readonly string[]): Diagnostic =>
  error('onnx/subgraph-opset', place, [
    `it holds operators that have to be converted from opset ${opset} (${operators.join(', ')}), and what lies inside of a node is not converted`,
    'Convert the model with onnx.version_converter.convert_version(model, 21).',
  ]);

export const blockedLayout = (file: string, operators: readonly string[]): Diagnostic =>
  error('onnx/blocked-layout', file, [
    `onnxruntime has put ${operators.length} of its nodes (${[...new Set(operators)].join(', ')}) into the layout of one kind of processor`,
    "Compile the model before its optimization, or save it at optimization level 'extended' (ORT_ENABLE_EXTENDED) instead of 'all'.",
  ]);
