/** Opens a package, in a folder or in memory: checks its manifest and the hash of every file, and decodes its graphs. */

import { hashMismatch, packageUnreadable } from '../diagnostics/all.ts';
import { type Diagnostic, raise } from '../diagnostics/diagnostic.ts';
import { restore } from '../files/beside.ts';
import type { ByteSource } from '../files/byte-source.ts';
import { type Files, hashIn, placeIn, placeOf, readFrom, sourceIn } from '../files/files.ts';
import type { CalibrationRecord } from '../ir/calibration-record.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import type { Graph, OnnxNode } from '../ir/graph.ts';
import { decodeModel } from '../onnx/decode.ts';
import { dataFileOf } from '../onnx/write.ts';
import { decodeRecord } from '../record/record-file.ts';
import type { LoadedTarget } from '../target/target.ts';
import { decodeCrossbar } from './crossbar-node.ts';
import { deltaFile, type Manifest, manifestSchema, packageFiles } from './manifest.ts';

export interface Package {
  readonly files: Files;
  readonly manifest: Manifest;
  /** The target that it was compiled for, as it was loaded then. */
  readonly loaded: LoadedTarget;
  /** SHA-256 of program.xbs. */
  readonly bitstream: string;
  /** The digital program, with crossbar nodes. */
  readonly host: Graph;
  /** The crossbar nodes of `host`, decoded, in its order. */
  readonly layers: readonly CrossbarLayer[];
  /** The integer reference, in standard operators. */
  readonly reference: Graph;
  readonly record: CalibrationRecord;
}

/** Path of one file of an opened package; of one in memory, what messages call it. */
export function pathIn(pkg: Pick<Package, 'files'>, file: keyof typeof packageFiles): string {
  return placeIn(pkg.files, packageFiles[file]);
}

/** What decoders of bitstreams take, for program.xbs of a package or its delta. */
export function bitstreamIn(
  { files }: Pick<Package, 'files'>,
  file: string = packageFiles.bitstream,
): [source: string | ByteSource, file: string] {
  return [sourceIn(files, file), placeIn(files, file)];
}

/**
 * @param files a folder's path, or a package in memory
 * @throws DiagnosticError package/unreadable, package/hash-mismatch (for every file that differs)
 */
export async function openPackage(files: Files): Promise<Package> {
  if (typeof files === 'string') await restore(files);
  const manifest = await readManifest(files);
  const problems: Diagnostic[] = [];
  for (const file of filesOf(manifest)) {
    const got = await hashIn(files, file).catch(() => undefined);
    const expected = manifest.files[file];
    if (got === undefined || expected === undefined)
      problems.push(packageUnreadable(placeIn(files, file), 'it is missing'));
    else if (got !== expected) problems.push(hashMismatch(placeIn(files, file), expected, got));
  }
  raise(problems);
  const { values: target, fingerprint, overrides, provenance } = manifest.target;
  const host = await readGraph(files, packageFiles.host);
  return {
    files,
    manifest,
    loaded: { target, fingerprint, overrides, provenance },
    bitstream: manifest.files[packageFiles.bitstream]!,
    host,
    layers: host.nodes.flatMap((node) => decodeCrossbar(node as OnnxNode, host.constants) ?? []),
    reference: await readGraph(files, packageFiles.reference),
    record: decodeRecord(
      await readFrom(files, packageFiles.calibration),
      placeIn(files, packageFiles.calibration),
    ),
  };
}

/** All files but the manifest: those that every package has, a delta, and the tensors of a large graph. */
function filesOf({ files, delta }: Manifest): string[] {
  const { manifest: _, ...always } = packageFiles;
  const beside = [packageFiles.host, packageFiles.reference].map(dataFileOf);
  return [...Object.values(always), ...(delta ? [deltaFile] : []), ...beside.filter((file) => file in files)];
}

async function readGraph(files: Files, name: string): Promise<Graph> {
  const source = { file: placeIn(files, name), folder: files };
  return (await decodeModel(await readFrom(files, name), source)).graph;
}

async function readManifest(files: Files): Promise<Manifest> {
  const bytes = await readFrom(files, packageFiles.manifest).catch((error: Error) => {
    raise([packageUnreadable(placeOf(files), error.message)]);
    throw error;
  });
  try {
    return manifestSchema.parse(JSON.parse(Buffer.from(bytes).toString()));
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n').slice(0, 3).join(' ') : String(error);
    raise([packageUnreadable(placeIn(files, packageFiles.manifest), reason)]);
    throw error;
  }
}
