/** Diagnostics about the model file and its graph. */

import { shellWord } from '../text/shell.ts';
import type { Diagnostic } from './diagnostic.ts';
import { error, orWrongPath, reasonOf, type Why } from './make.ts';

export const modelUnreadable = (file: string, why: Why): Diagnostic =>
  orWrongPath(
    why,
    'an ONNX model',
    error('onnx/unreadable', file, [
      `this is not a complete ONNX model (${reasonOf(why)})`,
      'Export or download the file again.',
    ]),
  );

export const otherModelFormat = (file: string, format: string, how: readonly string[]): Diagnostic =>
  error('onnx/other-format', file, [
    `this is ${format}, and an ONNX model is needed`,
    'Export it as ONNX:',
    ...how,
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

export const opsetUnsupported = (file: string, opset: number, oldest: number, newest: number): Diagnostic =>
  error('onnx/opset-unsupported', file, [
    `the model uses ONNX opset ${opset}; opsets ${oldest} to ${newest} are supported`,
    'Convert it with onnx.version_converter.convert_version(model, 17).',
  ]);

export const irUnsupported = (file: string, version: number, newest: number): Diagnostic =>
  error('onnx/ir-unsupported', file, [
    `the model is of IR version ${version}; versions up to ${newest} are supported`,
    'Export it with an older opset, or set model.ir_version to the one that its opset needs.',
  ]);

export const typeUnsupported = (place: string, reason: string): Diagnostic =>
  error('onnx/type-unsupported', place, [
    reason,
    'Valid ONNX, but nothing that Crossloom can hold: export it as dense float32.',
  ]);

export const formUnsupported = (place: string, reason: string, remedy: string): Diagnostic =>
  error('onnx/form-unsupported', place, [reason, remedy]);

export const foldingLimit = (node: string, reason: string, limit: number): Diagnostic =>
  error('onnx/folding-limit', node, [
    reason,
    `Allow more with --folded-mib (${limit} now), if the model is meant to make this much of a few constants.`,
  ]);

export const noConstantWeights = (file: string, reasons: readonly string[]): Diagnostic =>
  error('onnx/no-constant-weights', file, [
    'no layer of this model has constant weights that could go onto a crossbar',
    ...reasons.slice(0, 8),
    `\`crossloom ops ${shellWord(file)}\` gives the rule that decided each node.`,
  ]);

export const weightsNotFinite = (node: string, tensor: string, count: number): Diagnostic =>
  error('onnx/weights-not-finite', node, [
    `its weights '${tensor}' hold ${count} value(s) that are NaN or infinite`,
    'A crossbar can only hold finite weights; check the training run or the export.',
  ]);

export const graphInvalid = (place: string, reason: string): Diagnostic =>
  error('onnx/graph-invalid', place, [
    reason,
    'Check the model with onnx.checker.check_model(model, full_check=True).',
  ]);

export const notRunnable = (place: string, reason: string): Diagnostic =>
  error('onnx/not-runnable', place, [
    reason,
    'onnxruntime runs all that stays digital: bring the model into a form that it runs on these inputs.',
  ]);

export const functionOpset = (
  name: string,
  own: number,
  model: number,
  operators: readonly string[],
): Diagnostic =>
  error('onnx/function-opset', `function '${name}'`, [
    `it is written in opset ${own} and the model in opset ${model}, which mean different things by ${operators.join(', ')}`,
    'Export the model with one opset, or with its functions inlined (onnx.inliner.inline_local_functions).',
  ]);

export const functionsTooLarge = (file: string, nodes: number, bytes: number): Diagnostic =>
  error('onnx/functions-too-large', file, [
    `its functions, inlined where they are called, come to more than ${nodes} nodes or to more than ${bytes} bytes of tensors`,
    'Pass large tensors to functions as inputs, or export the model without functions.',
  ]);

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
