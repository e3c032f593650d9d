/** Opens a package, in a folder or in memory: checks its manifest and the hash of every file, and decodes its graphs. */

import { hashMismatch, packageUnreadable } from '../diagnostics/all.ts';
import { type Diagnostic, raise } from '../diagnostics/diagnostic.ts';
import { restore } from '../files/beside.ts';
import type { ByteSource } from '../files/byte-source.ts';
import { type Files, hashIn, placeIn, readFrom, sourceIn } from '../files/files.ts';
import type { CalibrationRecord } from '../ir/calibration-record.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import type { Graph, OnnxNode } from '../ir/graph.ts';
import { decodeModel } from '../onnx/decode.ts';
import { upgradeOpset } from '../onnx/upgrade.ts';
import { dataFileOf } from '../onnx/write.ts';
import { decodeRecord } from '../record/record-file.ts';
import type { LoadedTarget } from '../target/target.ts';
import { disagreementsOf } from './agreement.ts';
import { bitstreamFile, bitstreamHash, bitstreamRuns } from './bitstreams.ts';
import { problemsOfLayers } from './check-layers.ts';
import { decodeCrossbar } from './crossbar-node.ts';
import { deltaFile, type Manifest, packageFiles } from './manifest.ts';
import { readManifest } from './read-manifest.ts';

export interface Package {
  readonly files: Files;
  readonly manifest: Manifest;
  /** The target that it was compiled for, as it was loaded then. */
  readonly loaded: LoadedTarget;
  /** Names what its chips are programmed with: see bitstreamHash. */
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

/** What decoders of bitstreams take, for the delta of a package. */
export function deltaIn({ files }: Pick<Package, 'files'>): [source: string | ByteSource, file: string] {
  return [sourceIn(files, deltaFile), placeIn(files, deltaFile)];
}

/**
 * @param files a folder's path, or a package in memory
 * @throws DiagnosticError package/unreadable, package/hash-mismatch (for every file that differs)
 */
export async function openPackage(files: Files): Promise<Package> {
  if (typeof files === 'string') await restore(files);
  const { manifest, loaded } = await readManifest(files);
  const problems: Diagnostic[] = [];
  for (const file of filesOf(manifest)) {
    const got = await hashIn(files, file).catch(() => undefined);
    const expected = manifest.files[file];
    if (got === undefined || expected === undefined)
      problems.push(packageUnreadable(placeIn(files, file), 'it is missing'));
    else if (got !== expected) problems.push(hashMismatch(placeIn(files, file), expected, got));
  }
  raise(problems);
  const host = await readGraph(files, packageFiles.host);
  const place = placeIn(files, packageFiles.host);
  const layers = host.nodes.flatMap((node) => decodeCrossbar(node as OnnxNode, host.constants, place) ?? []);
  const reference = await readGraph(files, packageFiles.reference);
  const record = decodeRecord(
    await readFrom(files, packageFiles.calibration),
    placeIn(files, packageFiles.calibration),
  );
  const { summary } = manifest;
  const wrong = problemsOfLayers(layers, loaded.target, summary);
  const disagreements = wrong.length > 0 ? [] : disagreementsOf({ manifest, layers, reference, record });
  raise([
    ...wrong.map((reason) => packageUnreadable(place, reason)),
    ...disagreements.map(([file, reason]) => packageUnreadable(placeIn(files, packageFiles[file]), reason)),
  ]);
  return {
    files,
    manifest,
    loaded,
    bitstream: bitstreamHash(manifest.files, summary.passes),
    host,
    layers,
    reference,
    record,
  };
}

/** All files but the manifest: those that every package has, the passes, a delta, and the tensors of a large graph. */
function filesOf({ files, delta, summary }: Manifest): string[] {
  const { manifest: _, ...always } = packageFiles;
  const beside = [packageFiles.host, packageFiles.reference].map(dataFileOf);
  const passes = bitstreamRuns(summary.passes, summary.arrays)
    .slice(1)
    .map(({ pass }) => bitstreamFile(pass));
  return [
    ...Object.values(always),
    ...passes,
    ...(delta ? [deltaFile] : []),
    ...beside.filter((file) => file in files),
  ];
}

async function readGraph(files: Files, name: string): Promise<Graph> {
  const source = { file: placeIn(files, name), folder: files };
  const { graph } = await decodeModel(await readFrom(files, name), source);
  return upgradeOpset(graph);
}
