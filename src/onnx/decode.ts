/**
 * An ONNX file -> Graph, with the model's functions inlined, of the opsets and IR versions that the bundled onnxruntime runs.
 * Protobuf reads almost any bytes as something, so a file counts as complete
 * only if it has a graph and operator sets, no field that ONNX does not know, and tensors that fill their shapes.
 */
import { createHash, type Hash } from 'node:crypto';
import { dirname } from 'node:path';
import { defined } from '../defined.ts';
import { graphInvalid, irUnsupported, modelUnreadable, opsetUnsupported } from '../diagnostics/all.ts';
import { type Diagnostic, DiagnosticError, raise } from '../diagnostics/diagnostic.ts';
import type { Files } from '../files/files.ts';
import { isFolder, readBytes } from '../files/read-file.ts';
import { type Attribute, describeOrigin, type Graph, type OnnxNode, type ValueInfo } from '../ir/graph.ts';
import { decodeAttribute } from './attributes.ts';
import { checkValues } from './check-values.ts';
import { findExternal } from './external-data.ts';
import { plainDomain } from './function-body.ts';
import { decodeInitializers } from './initializers.ts';
import { inlineFunctions } from './inline-functions.ts';
import { nameNodes } from './name-nodes.ts';
import { formatOfBytes, formatOfFolder, formatOfName } from './other-formats.ts';
import { otherTypeOf } from './other-types.ts';
import { padDilated } from './pad-dilated.ts';
import {
  type GraphProto,
  type ModelProto,
  modelCodec,
  type NodeProto,
  type TensorProto,
  toNumber,
  type ValueInfoProto,
} from './proto.ts';
import { exposeTensors } from './tensor-outputs.ts';
import type { ExternalBytes } from './tensor-proto.ts';
import { upgradeOpset } from './upgrade.ts';
import { zeroBlocks } from './zero-blocks.ts';

export const oldestOpset = 6;
/** onnxruntime has no kernels for what stood before; such a model is read as one of opset 21. */
const oldestRunnable = 7;
/** The newest that onnxruntime 1.30 runs, as a test finds out. */
export const newestOpset = 26;
export const newestIrVersion = 13;

export interface ImportedModel {
  readonly graph: Graph;
  /** SHA-256 of the file and then of its external data, tensor by tensor; hexadecimal. */
  readonly sha256: string;
  /** Program that wrote the file, where it says so. */
  readonly producer?: string;
  /** Metadata of the file, by key. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Where a model's bytes came from: the name that messages give, and the folder that external data lie in, or files in memory. */
interface ModelSource {
  readonly file: string;
  readonly folder?: Files;
}

/** Reads an ONNX file. Raises every problem of the file at once. */
export async function readModel(path: string): Promise<ImportedModel> {
  const read = await readBytes(path);
  if ('reason' in read) {
    const other = read === isFolder ? await formatOfFolder(path) : undefined;
    throw new DiagnosticError([other ?? modelUnreadable(path, read)]);
  }
  const other = formatOfBytes(path, read.bytes);
  if (other) throw new DiagnosticError([other]);
  return decodeModel(read.bytes, { file: path, folder: dirname(path) });
}

/** Decodes the bytes of an ONNX file. Raises every problem of the file at once. */
export async function decodeModel(bytes: Uint8Array, source: ModelSource): Promise<ImportedModel> {
  const { model, graph } = plainGraph(parse(bytes, source.file), source.file);
  const problems: Diagnostic[] = [];
  const external = await findExternal(graph, source.folder, problems);
  const hash = createHash('sha256').update(bytes);
  for (const data of external.values()) hashExternal(hash, data);
  // What a missing data file would have held is unknown: the rest is not judged by it.
  raise(problems);
  const result = buildGraph(model, graph, external, source.file, problems);
  raise(problems);
  const runs = result.opsets['']! >= oldestRunnable ? result : upgradeOpset(result);
  const whole = exposeTensors(zeroBlocks(padDilated(runs)), source.file);
  return { graph: whole, sha256: hash.digest('hex'), ...describedBy(model) };
}

/** What the file says beside the graph. */
function describedBy({
  producerName,
  metadataProps = [],
}: ModelProto): Pick<ImportedModel, 'producer' | 'metadata'> {
  const metadata = metadataProps.map(({ key, value }) => [key ?? '', value ?? ''] as const);
  return defined({
    producer: producerName || undefined,
    metadata: metadata.length > 0 ? Object.fromEntries(metadata) : undefined,
  });
}

/** Without functions, and with names for all nodes. */
function plainGraph({ model, graph }: Parsed, file: string): Parsed {
  const plain = inlineFunctions(model, file);
  return { model: plain, graph: nameNodes(plain.graph ?? graph) };
}

/** Piece by piece: a tensor may be larger than the memory that is left. */
function hashExternal(hash: Hash, { byteLength, read }: ExternalBytes): void {
  for (let at = 0; at < byteLength; at += hashedAtOnce) {
    hash.update(read(at, Math.min(hashedAtOnce, byteLength - at)));
  }
}

const hashedAtOnce = 2 ** 22;

interface Parsed {
  readonly model: ModelProto;
  readonly graph: GraphProto;
}

function parse(bytes: Uint8Array, file: string): Parsed {
  const corrupt = (reason: string) =>
    new DiagnosticError([formatOfName(file) ?? modelUnreadable(file, reason)]);
  if (bytes.length === 0) throw corrupt('the file is empty');
  let model: ModelProto;
  try {
    model = modelCodec.decode(bytes);
  } catch (error) {
    throw corrupt(
      error instanceof RangeError ? 'the file ends early' : 'its fields do not follow the ONNX format',
    );
  }
  if (model.$unknowns?.length) throw corrupt('it has fields that ONNX does not know');
  if (!model.graph) throw corrupt('it has no graph');
  if (model.graph.$unknowns?.length) throw corrupt('its graph has fields that ONNX does not know');
  if (!model.opsetImport?.length) throw corrupt('it names no operator set');
  return { model, graph: model.graph };
}

function buildGraph(
  model: ModelProto,
  proto: GraphProto,
  external: ReadonlyMap<TensorProto, ExternalBytes>,
  file: string,
  problems: Diagnostic[],
): Graph {
  const opsets = decodeOpsets(model, file, problems);
  const { constants, names } = decodeInitializers(proto, external, file, problems);
  const nodes = (proto.node ?? []).map((node, index) => decodeNode(node, index, external, file, problems));
  const inputs = (proto.input ?? []).filter((v) => !names.has(v.name ?? '')).map(decodeValue);
  const outputs = (proto.output ?? []).map(decodeValue);
  const sorted = checkValues(file, inputs, outputs, nodes, names, problems);
  return {
    name: proto.name || 'graph',
    // Before IR version 4 initializers had to be inputs too; a Graph's constants never are.
    irVersion: Math.max(4, toNumber(model.irVersion)),
    opsets,
    inputs,
    outputs,
    nodes: sorted,
    constants,
    functions: [],
  };
}

function decodeOpsets(model: ModelProto, file: string, problems: Diagnostic[]): Record<string, number> {
  const irVersion = toNumber(model.irVersion);
  if (irVersion > newestIrVersion) problems.push(irUnsupported(file, irVersion, newestIrVersion));
  const imports = (model.opsetImport ?? []).map(({ domain, version }) => [
    plainDomain(domain),
    toNumber(version),
  ]);
  const opsets: Record<string, number> = Object.fromEntries(imports);
  const opset = opsets[''];
  if (opset === undefined)
    problems.push(graphInvalid(file, 'the model does not import the ONNX operator set'));
  else if (opset < oldestOpset || opset > newestOpset)
    problems.push(opsetUnsupported(file, opset, oldestOpset, newestOpset));
  return opsets;
}

function decodeNode(
  proto: NodeProto,
  index: number,
  external: ReadonlyMap<TensorProto, ExternalBytes>,
  file: string,
  problems: Diagnostic[],
): OnnxNode {
  const origin = { name: proto.name ?? '', op: proto.opType ?? '', index };
  if (origin.op === '') problems.push(modelUnreadable(file, `node #${index} has no operator`));
  if (proto.overload)
    problems.push(
      graphInvalid(describeOrigin(origin), `no function of the model has its overload '${proto.overload}'`),
    );
  const attributes: [name: string, Attribute][] = [];
  for (const attribute of proto.attribute ?? []) {
    const value = decodeAttribute(attribute, external);
    if ('problem' in value) {
      const reason = `${describeOrigin(origin)}, attribute '${attribute.name}': ${value.reason}`;
      problems.push(modelUnreadable(file, reason));
    } else attributes.push([attribute.name ?? '', value]);
  }
  return {
    kind: 'onnx',
    op: origin.op,
    domain: plainDomain(proto.domain),
    inputs: [...(proto.input ?? [])],
    outputs: [...(proto.output ?? [])],
    attributes: Object.fromEntries(attributes),
    origin,
  };
}

function decodeValue(proto: ValueInfoProto): ValueInfo {
  const name = proto.name ?? '';
  const tensor = proto.type?.tensorType;
  const dims = tensor?.shape
    ? (tensor.shape.dim ?? []).map((d) =>
        d.value === 'dimValue' ? toNumber(d.dimValue) : d.dimParam || undefined,
      )
    : undefined;
  return { name, elementType: tensor?.elemType ?? 0, dims, ...otherTypeOf(proto.type) };
}
