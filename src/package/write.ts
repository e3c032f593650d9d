/** Writes a compilation as a package: into memory, or beside its place and then moved there, so that nothing half-written remains. */
import { basename } from 'node:path';
import { encodeBitstream } from '../bitstream/encode.ts';
import { packageUnreadable } from '../diagnostics/all.ts';
import { hashIn, readFrom, type WritableFiles, writeInto } from '../files/files.ts';
import { version } from '../files/version.ts';
import { type FolderKind, writeFolder } from '../files/write-folder.ts';
import type { Compiled } from '../ir/compiled.ts';
import type { Graph, QuantizedMvmNode } from '../ir/graph.ts';
import { decodeModel } from '../onnx/decode.ts';
import { lowestOpset } from '../onnx/lowest-opset.ts';
import { knownValues, valuesBetween } from '../onnx/value-info.ts';
import { writeModel } from '../onnx/write.ts';
import { encodeRecord } from '../record/record-file.ts';
import { dividedPrograms } from './bitstreams.ts';
import { encodeDelta } from './encode-delta.ts';
import { headerOf } from './header.ts';
import { hostGraph, referenceGraph } from './host.ts';
import { knownAnswers } from './known-answers.ts';
import { deltaFile, type Manifest, manifestHash, packageFiles } from './manifest.ts';
import type { Package } from './open.ts';

export interface WriteOptions {
  /** Replace an existing package. */
  readonly force?: boolean;
  /** How images became inputs during calibration: recorded, and reused by `verify`. */
  readonly preprocessing?: unknown;
  /**
   * What a network was trained with, where the package is not of a model in a file: what its chip is to compute is
   * reference.onnx then.
   */
  readonly training?: Manifest['training'];
  /** The package whose chips a delta is to turn into chips of this one; it places its weights in the same cells. */
  readonly deltaFrom?: Package;
  /** Called after every array of the bitstream that is written. */
  readonly onArray?: (done: number, total: number) => void;
}

/** A package as a folder that a newer one may replace. */
export const packageFolder: FolderKind = {
  marker: packageFiles.manifest,
  otherwise: packageUnreadable,
};

/** @throws DiagnosticError package/exists; package/unreadable where `force` would replace what is no package */
export function writePackage(
  compiled: Compiled,
  folder: string,
  options: WriteOptions = {},
): Promise<Manifest> {
  return writeFolder(folder, packageFolder, options.force ?? false, (beside) =>
    writeFiles(compiled, beside, options),
  );
}

/** Writes the files of a package where there are none yet. */
export async function writeFiles(
  compiled: Compiled,
  files: WritableFiles,
  options: WriteOptions = {},
): Promise<Manifest> {
  const { loaded, mapping, converters, record } = compiled;
  const { target } = loaded;
  const header = headerOf(loaded, mapping.arrays);
  const programs = watched(compiled.schedule(), (done) => options.onArray?.(done, mapping.arrays));
  const bitstreams: string[] = [];
  for (const { file, ...stream } of dividedPrograms(header, programs, mapping.passes)) {
    await writeInto(files, file, encodeBitstream(stream.header, stream.programs));
    bitstreams.push(file);
  }
  const { deltaFrom } = options;
  if (deltaFrom) await writeInto(files, deltaFile, await encodeDelta(compiled, header, deltaFrom));
  const generator = `crossloom ${version}`;
  const host = hostGraph(compiled.graph, mapping, converters, target);
  const reference = referenceGraph(compiled.graph);
  const written = [
    ...bitstreams,
    ...(deltaFrom ? [deltaFile] : []),
    ...(await writeGraph(host, compiled.graph, files, packageFiles.host, { generator, target: target.name })),
    ...(await writeGraph(reference, reference, files, packageFiles.reference, { generator })),
    packageFiles.calibration,
  ];
  await writeInto(files, packageFiles.calibration, [encodeRecord(record)]);
  const hashes: Record<string, string> = {};
  for (const file of written) hashes[file] = await hashIn(files, file);
  const manifest: Omit<Manifest, 'sha256'> = {
    format: 1,
    crossloom: version,
    model: options.training
      ? { file: packageFiles.reference, sha256: await modelHash(files, packageFiles.reference) }
      : { file: basename(compiled.model.file), sha256: compiled.model.sha256 },
    ...(options.training && { training: options.training }),
    target: {
      name: target.name,
      fingerprint: loaded.fingerprint,
      overrides: [...loaded.overrides],
      values: { ...target },
      provenance: [...loaded.provenance],
    },
    options: { ...compiled.options },
    ...(options.preprocessing === undefined ? {} : { preprocessing: options.preprocessing }),
    files: hashes,
    ...(deltaFrom && { delta: { base: deltaFrom.bitstream } }),
    summary: { ...compiled.summary },
    ...(compiled.faults && { faults: { ...compiled.faults } }),
    nodes: compiled.operators.map(({ origin, crossbar, rule }) => ({ ...origin, crossbar, rule })),
    calibration: { samples: [...record.samples] },
    knownAnswers: await knownAnswers(reference, lastLayerOf(compiled.graph), record.knownAnswer.inputs),
  };
  const sealed = { ...manifest, sha256: manifestHash(manifest) };
  await writeInto(files, packageFiles.manifest, [Buffer.from(`${JSON.stringify(sealed, null, 1)}\n`)]);
  return sealed;
}

/** Items that say how many have been taken. */
function* watched<T>(items: Iterable<T>, onTaken: (taken: number) => void): Generator<T, void, undefined> {
  let taken = 0;
  for (const item of items) {
    yield item;
    onTaken(++taken);
  }
}

/**
 * Writes a graph for as many readers as can be: in the lowest opset, with types and dims of its values.
 * @param typed has the values of `graph`, from nodes of which types and dims follow
 */
async function writeGraph(
  graph: Graph,
  typed: Graph,
  files: WritableFiles,
  name: string,
  metadata: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const known = knownValues(typed);
  return writeModel(lowestOpset(graph, known), files, name, {
    metadata,
    between: valuesBetween(graph, known),
  });
}

/** The hash by which a model is known that lies there. */
async function modelHash(files: WritableFiles, file: string): Promise<string> {
  return (await decodeModel(await readFrom(files, file), { file, folder: files })).sha256;
}

/** The output value of the last layer on crossbars. */
function lastLayerOf({ nodes }: Graph): string {
  return (nodes.findLast(({ kind }) => kind === 'quantized-mvm') as QuantizedMvmNode).output;
}
