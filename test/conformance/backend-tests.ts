/**
 * ONNX's backend tests (a folder per test, with the model, its inputs and the outputs that any runtime must give: those
 * of Debian's libonnx-testdata, and an archive of a newer release among the shared data) -> models for the compiler. Most of these models have one node and take its weights as an
 * input; a crossbar holds constants, so those inputs become initializers with the values that the test feeds.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../src/files/hash.ts';
import type { Graph, OnnxNode } from '../../src/ir/graph.ts';
import type { Tensor } from '../../src/math/tensor.ts';
import { decodeModel, newestOpset, oldestOpset } from '../../src/onnx/decode.ts';
import { attributeCodec, modelCodec, toNumber } from '../../src/onnx/proto.ts';
import { decodeTensor } from '../../src/onnx/tensor-proto.ts';
import type { Feeds, Model } from '../support/build.ts';
import { shared } from '../support/shared-models.ts';

export const testdata = process.env.CROSSLOOM_ONNX_TESTDATA ?? '/usr/share/libonnx-testdata/data';
/** ONNX's node tests of a release that Debian does not have. */
export const archive = join(shared, 'onnx-node', 'node-tests-1.23.1.tar.xz');

export type TestSet = 'node' | 'pytorch-converted' | 'node-1.23.1';
type Folders = Readonly<Partial<Record<TestSet, string>>>;

/** Folders of the sets that are there. An archive is unpacked into a temporary folder, until `remove` is called. */
export function openTests(): { readonly folders: Folders; remove(): void } {
  const debian: Folders = existsSync(join(testdata, 'node'))
    ? { node: join(testdata, 'node'), 'pytorch-converted': join(testdata, 'pytorch-converted') }
    : {};
  if (!existsSync(archive)) return { folders: debian, remove: () => {} };
  const unpacked = mkdtempSync(join(tmpdir(), 'crossloom-onnx-node-'));
  execFileSync('tar', ['-xJf', archive, '-C', unpacked]);
  return {
    folders: { ...debian, 'node-1.23.1': unpacked },
    remove: () => rmSync(unpacked, { recursive: true }),
  };
}

/** Operators whose tests are run, and the positions of the inputs that become initializers. */
const weightInputs: Readonly<Record<string, readonly number[]>> = {
  Conv: [1, 2],
  ConvTranspose: [1, 2],
  Gemm: [1, 2],
  MatMul: [1],
  Einsum: [1],
  LSTM: [1, 2, 3, 4, 7],
  GRU: [1, 2, 3, 4],
  RNN: [1, 2, 3, 4],
};
/** Whether tests of this operator are run. */
export function isLinear(op: string): boolean {
  return Object.hasOwn(weightInputs, op);
}

/** Operators that opset 7 did not change. */
const sameInOpset7 = ['Conv', 'ConvTranspose', 'MatMul', 'Transpose'];
/** Operators to which the newest opsets added element types alone. */
const sameInNewest = ['Einsum'];

export interface BackendTest {
  readonly set: TestSet;
  readonly name: string;
  readonly folder: string;
  /** The linear operators in it. */
  readonly operators: readonly string[];
  /** The opset that is declared instead of one that the compiler does not read. */
  readonly declared: number | undefined;
  /** Why the compiler cannot be asked. */
  readonly notRun: string | undefined;
}

export interface LoadedTest {
  readonly model: Model;
  readonly feeds: Feeds;
  readonly expected: Readonly<Record<string, Tensor>>;
}

/** The tests of one set that have an operator of `weightInputs`. */
export function listTests(set: TestSet, root: string): BackendTest[] {
  return readdirSync(root)
    .sort()
    .flatMap((name) => {
      const folder = join(root, name);
      const { graph, opsetImport } = modelCodec.decode(readFileSync(join(folder, 'model.onnx')));
      const all = (graph?.node ?? []).flatMap(({ domain, opType }) => (domain ? [] : (opType ?? '')));
      const operators = [...new Set(all.filter(isLinear))];
      if (operators.length === 0) return [];
      const opset = toNumber(opsetImport?.find(({ domain }) => !domain)?.version);
      const changed = opset < oldestOpset ? all.filter((op) => !sameInOpset7.includes(op)) : [];
      const notRun =
        changed.length === 0
          ? undefined
          : `opset ${opset}; ${oldestOpset} and later are read, and ${changed.join(', ')} changed in between`;
      const same = opset > newestOpset && all.every((op) => sameInNewest.includes(op));
      const declared = opset < oldestOpset ? oldestOpset : same ? newestOpset : undefined;
      return [{ set, name, folder, operators, declared, notRun }];
    });
}

/** @param test one that can run */
export async function loadTest({ folder, declared }: BackendTest): Promise<LoadedTest> {
  const file = join(folder, 'model.onnx');
  const bytes = readFileSync(file);
  const proto = modelCodec.decode(bytes);
  const irVersion = Math.min(toNumber(proto.irVersion), readableIr);
  const readable = declared
    ? modelCodec.encode({ ...proto, irVersion, opsetImport: [{ version: declared }] })
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

/** An IR version that goes with every opset that is declared. */
const readableIr = 10;

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
