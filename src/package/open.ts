/** Opens a package: checks its manifest and the hash of every file, and decodes host.onnx. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { decodeRecord } from '../calibrate/record-file.ts';
import type { CalibrationRecord } from '../calibration-record.ts';
import { type Diagnostic, raise } from '../diagnostic.ts';
import { hashMismatch, packageUnreadable } from '../diagnostics.ts';
import { sha256File } from '../hash.ts';
import type { Graph, OnnxNode } from '../ir/graph.ts';
import { decodeModel } from '../onnx/decode.ts';
import { dataFileOf } from '../onnx/write.ts';
import type { Target } from '../target/target.ts';
import type { CrossbarLayer } from './crossbar.ts';
import { decodeCrossbar } from './crossbar-node.ts';
import { deltaFile, type Manifest, manifestSchema, packageFiles } from './manifest.ts';

export interface Package {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly target: Target;
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

/** Path of one file of an opened package. */
export function pathIn(pkg: Pick<Package, 'folder'>, file: keyof typeof packageFiles): string {
  return join(pkg.folder, packageFiles[file]);
}

/** @throws DiagnosticError package/unreadable, package/hash-mismatch (for every file that differs) */
export async function openPackage(folder: string): Promise<Package> {
  const manifest = await readManifest(folder);
  const path = (file: string) => join(folder, file);
  const problems: Diagnostic[] = [];
  for (const file of filesOf(manifest)) {
    const got = await sha256File(path(file)).catch(() => undefined);
    const expected = manifest.files[file];
    if (got === undefined || expected === undefined)
      problems.push(packageUnreadable(path(file), 'it is missing'));
    else if (got !== expected) problems.push(hashMismatch(path(file), expected, got));
  }
  raise(problems);
  const host = await readGraph(path(packageFiles.host));
  return {
    folder,
    manifest,
    target: manifest.target.values,
    bitstream: manifest.files[packageFiles.bitstream]!,
    host,
    layers: host.nodes.flatMap((node) => decodeCrossbar(node as OnnxNode, host.constants) ?? []),
    reference: await readGraph(path(packageFiles.reference)),
    record: decodeRecord(await readFile(path(packageFiles.calibration)), path(packageFiles.calibration)),
  };
}

/** All files but the manifest: those that every package has, a delta, and the tensors of a large graph. */
function filesOf({ files, delta }: Manifest): string[] {
  const { manifest: _, ...always } = packageFiles;
  const beside = [packageFiles.host, packageFiles.reference].map(dataFileOf);
  return [...Object.values(always), ...(delta ? [deltaFile] : []), ...beside.filter((file) => file in files)];
}

async function readGraph(file: string): Promise<Graph> {
  return (await decodeModel(await readFile(file), { file, folder: dirname(file) })).graph;
}

async function readManifest(folder: string): Promise<Manifest> {
  const file = join(folder, packageFiles.manifest);
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    raise([packageUnreadable(folder, error.message)]);
    throw error;
  });
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n').slice(0, 3).join(' ') : String(error);
    raise([packageUnreadable(file, reason)]);
    throw error;
  }
}
