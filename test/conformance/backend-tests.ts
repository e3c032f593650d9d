/**
 * ONNX's backend tests (Debian's libonnx-testdata: a folder per test, with the model, its inputs and the outputs that
 * any runtime must give) -> models for the compiler. Most of these models have one node and take its weights as an
 * input; a crossbar holds constants, so those inputs become initializers with the values that the test feeds.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../src/files/hash.ts';
import type { Graph, OnnxNode } from '../../src/ir/graph.ts';
import type { Tensor } from '../../src/math/tensor.ts';
import { decodeModel, oldestOpset } from '../../src/onnx/decode.ts';
import { attributeCodec, modelCodec, toNumber } from '../../src/onnx/proto.ts';
import { decodeTensor } from '../../src/onnx/tensor-proto.ts';
import type { Feeds, Model } from '../support/build.ts';

export const testdata = process.env.CROSSLOOM_ONNX_TESTDATA ?? '/usr/share/libonnx-testdata/data';
export const present = existsSync(join(testdata, 'node'));

/** Operators whose tests are run, and the positions of the inputs that become initializers. */
const weightInputs: Readonly<Record<string, readonly number[]>> = {
  Conv: [1, 2],
  ConvTranspose: [1, 2],
  Gemm: [1, 2],
  MatMul: [1],
  LSTM: [1, 2, 3, 4, 7],
  GRU: [1, 2, 3, 4],
};
/** Operators that opset 7 did not change. */
const sameInOpset7 = ['Conv', 'ConvTranspose', 'MatMul', 'Transpose'];

export interface BackendTest {
  readonly set: 'node' | 'pytorch-converted';
  readonly name: string;
  /** The linear operators in it. */
  readonly operators: readonly string[];
  /** Older than those that the compiler reads. */
  readonly olderOpset: boolean;
  /** Why the compiler cannot be asked. */
  readonly notRun: string | undefined;
}

export interface LoadedTest {
  readonly model: Model;
  readonly feeds: Feeds;
  readonly expected: Readonly<Record<string, Tensor>>;
}

/** The tests of one set that have an operator of `weightInputs`. */
export function listTests(set: BackendTest['set']): BackendTest[] {
  return readdirSync(join(testdata, set))
    .sort()
    .flatMap((name) => {
      const { graph, opsetImport } = modelCodec.decode(readFileSync(join(testdata, set, name, 'model.onnx')));
      const all = (graph?.node ?? []).flatMap(({ domain, opType }) => (domain ? [] : (opType ?? '')));
      const operators = [...new Set(all.filter((op) => op in weightInputs))];
      if (operators.length === 0) return [];
      const opset = toNumber(opsetImport?.find(({ domain }) => !domain)?.version);
      const changed = opset < oldestOpset ? all.filter((op) => !sameInOpset7.includes(op)) : [];
      const notRun =
        changed.length === 0
          ? undefined
          : `opset ${opset}; ${oldestOpset} and later are read, and ${changed.join(', ')} changed in between`;
      return [{ set, name, operators, olderOpset: opset < oldestOpset, notRun }];
    });
}

/** @param test one that can run; an older opset is declared as the oldest that is read */
export async function loadTest({ set, name, olderOpset }: BackendTest): Promise<LoadedTest> {
  const folder = join(testdata, set, name);
  const file = join(folder, 'model.onnx');
  const bytes = readFileSync(file);
  const proto = modelCodec.decode(bytes);
  const readable = olderOpset
    ? modelCodec.encode({ ...proto, opsetImport: [{ version: oldestOpset }] })
    : bytes;
  const { graph } = await decodeModel(readable, { file });
  const inputs = Object.fromEntries(
    graph.inputs.map((value, i) => [value.name, readTensor(join(folder, `test_data_set_0/input_${i}.pb`))]),
  );
  const expected = Object.fromEntries(
    graph.outputs.map((value, i) => [value.name, readTensor(join(folder, `test_data_set_0/output_${i}.pb`))]),
  );
  const weights = new Set(graph.nodes.flatMap((node) => (node.kind === 'onnx' ? weightsOf(node) : [])));
  const frozen: Graph = {
    ...graph,
    inputs: graph.inputs.filter((value) => !weights.has(value.name)),
    constants: new Map([
      ...graph.constants,
      ...Object.entries(inputs).filter(([input]) => weights.has(input)),
    ]),
  };
  const feeds = Object.fromEntries(frozen.inputs.map((value) => [value.name, inputs[value.name]!]));
  return { model: { graph: frozen, sha256: sha256(readable), file }, feeds, expected };
}

/** Names of the inputs of a linear node that a crossbar needs as constants. */
export function weightsOf({ op, domain, inputs }: OnnxNode): string[] {
  return domain === '' ? (weightInputs[op] ?? []).flatMap((i) => inputs[i] || []) : [];
}

/** A file that holds one TensorProto: read as field `t` (5) of an AttributeProto. */
function readTensor(path: string): Tensor {
  const bytes = readFileSync(path);
  const head = [0x2a];
  for (let rest = bytes.length; ; rest >>>= 7) {
    head.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) break;
  }
  const tensor = decodeTensor(attributeCodec.decode(Buffer.concat([Uint8Array.from(head), bytes])).t ?? {});
  if ('problem' in tensor) throw new Error(`${path}: ${tensor.reason}`);
  return tensor;
}
