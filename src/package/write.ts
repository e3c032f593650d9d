/** Writes a compilation as a package: into memory, or beside its place and then moved there, so that nothing half-written remains. */
import { basename } from 'node:path';
import { encodeBitstream } from '../bitstream/encode.ts';
import { packageUnreadable } from '../diagnostics/all.ts';
import { hashIn, readFrom, type WritableFiles, writeInto } from '../files/files.ts';
import { version } from '../files/version.ts';
import { type FolderKind, writeFolder } from '../files/write-folder.ts';
import type { KnownAnswer } from '../ir/calibration-record.ts';
import type { Compiled } from '../ir/compiled.ts';
import type { Graph } from '../ir/graph.ts';
import type { Tensor } from '../math/tensor.ts';
import { decodeModel } from '../onnx/decode.ts';
import { writeModel } from '../onnx/write.ts';
import { openNetwork } from '../record/network.ts';
import { encodeRecord } from '../record/record-file.ts';
import { encodeDelta } from './encode-delta.ts';
import { hostGraph, referenceGraph } from './host.ts';
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
}

/** Bytes of integer weights that are in memory at a time for the known answers. */
const integerBytes = 2 ** 26;
/** Most values of an output that the manifest's known answers keep. */
const answerValues = 1024;

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
  const header = {
    target: target.name,
    fingerprint: loaded.fingerprint,
    rows: target.array.rows,
    columns: target.array.columns,
    levels: target.cell.levels,
    hiddenBits: target.hidden?.bits ?? 0,
    arrays: mapping.arrays,
  };
  await writeInto(files, packageFiles.bitstream, encodeBitstream(header, compiled.schedule()));
  const { deltaFrom } = options;
  if (deltaFrom) await writeInto(files, deltaFile, await encodeDelta(compiled, header, deltaFrom));
  const generator = `crossloom ${version}`;
  const host = hostGraph(compiled.graph, mapping, converters, target);
  const reference = referenceGraph(compiled.graph);
  const written = [
    packageFiles.bitstream,
    ...(deltaFrom ? [deltaFile] : []),
    ...(await writeModel(host, files, packageFiles.host, { generator, target: target.name })),
    ...(await writeModel(reference, files, packageFiles.reference, { generator })),
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
    knownAnswers: await knownAnswers(reference, record.knownAnswer.inputs),
  };
  const sealed = { ...manifest, sha256: manifestHash(manifest) };
  await writeInto(files, packageFiles.manifest, [Buffer.from(`${JSON.stringify(sealed, null, 1)}\n`)]);
  return sealed;
}

/** The hash by which a model is known that lies there. */
async function modelHash(files: WritableFiles, file: string): Promise<string> {
  return (await decodeModel(await readFrom(files, file), { file, folder: files })).sha256;
}

async function knownAnswers(
  reference: Graph,
  inputs: KnownAnswer['inputs'],
): Promise<Manifest['knownAnswers']> {
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, { dims, data }]) => [name, { type: 'float32' as const, dims, data }]),
  );
  const answers: Manifest['knownAnswers'] = {};
  const network = await openNetwork(reference, integerBytes, { preciseIntegers: true });
  await network.run(
    1,
    async () => feeds,
    (_, values) => {
      for (const { name } of reference.outputs) {
        const value = values[name];
        if (value) answers[name] = { dims: [...value.dims], values: firstValues(value) };
      }
    },
  );
  await network.release();
  return answers;
}

function firstValues({ data }: Tensor): number[] {
  return Array.from((data as Float32Array).subarray(0, answerValues), Number);
}
