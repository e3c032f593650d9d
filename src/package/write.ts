/** Writes a compilation as a package: beside its place first, then moved there, so that nothing half-written remains. */
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { encodeBitstream } from '../bitstream/encode.ts';
import { encodeRecord } from '../calibrate/record-file.ts';
import type { Compiled } from '../compile.ts';
import { packageUnreadable } from '../diagnostics.ts';
import { sha256File } from '../hash.ts';
import { encodeModel } from '../onnx/encode.ts';
import { openSession } from '../runtime/session.ts';
import { version } from '../version.ts';
import { type FolderKind, writeFolder } from '../write-folder.ts';
import { hostGraph, referenceGraph } from './host.ts';
import { type Manifest, packageFiles } from './manifest.ts';

export interface WriteOptions {
  /** Replace an existing package. */
  readonly force?: boolean;
  /** How images became inputs during calibration: recorded, and reused by `verify`. */
  readonly preprocessing?: unknown;
}

/** Most values of an output that the manifest's known answers keep. */
const answerValues = 1024;

/** A package as a folder that a newer one may replace. */
export const packageFolder: FolderKind = {
  marker: packageFiles.manifest,
  otherwise: packageUnreadable,
};

/** @throws DiagnosticError package/exists; package/unreadable where `force` would replace what is no package */
export async function writePackage(
  compiled: Compiled,
  folder: string,
  options: WriteOptions = {},
): Promise<Manifest> {
  return writeFolder(folder, packageFolder, options.force ?? false, (beside) =>
    writeFiles(compiled, beside, options),
  );
}

async function writeFiles(compiled: Compiled, folder: string, options: WriteOptions): Promise<Manifest> {
  const { loaded, mapping, converters, record } = compiled;
  const { target } = loaded;
  const path = (file: string) => join(folder, file);
  const header = {
    target: target.name,
    fingerprint: loaded.fingerprint,
    rows: target.array.rows,
    columns: target.array.columns,
    levels: target.cell.levels,
    hiddenBits: target.hidden?.bits ?? 0,
    arrays: mapping.arrays,
  };
  await pipeline(
    Readable.from(encodeBitstream(header, compiled.schedule())),
    createWriteStream(path(packageFiles.bitstream)),
  );
  const reference = encodeModel(referenceGraph(compiled.graph), { generator: `crossloom ${version}` });
  await writeFile(path(packageFiles.reference), reference);
  const host = hostGraph(compiled.graph, mapping, converters, target);
  await writeFile(
    path(packageFiles.host),
    encodeModel(host, { generator: `crossloom ${version}`, target: target.name }),
  );
  await writeFile(path(packageFiles.calibration), encodeRecord(record));
  const files: Record<string, string> = {};
  for (const file of Object.values(packageFiles)) {
    if (file !== packageFiles.manifest) files[file] = await sha256File(path(file));
  }
  const manifest: Manifest = {
    format: 1,
    crossloom: version,
    model: { file: basename(compiled.model.file), sha256: compiled.model.sha256 },
    target: {
      name: target.name,
      fingerprint: loaded.fingerprint,
      overrides: [...loaded.overrides],
      values: { ...target },
      provenance: [...loaded.provenance],
    },
    options: { ...compiled.options },
    ...(options.preprocessing === undefined ? {} : { preprocessing: options.preprocessing }),
    files,
    summary: { ...compiled.summary },
    nodes: compiled.operators.map(({ origin, crossbar, rule }) => ({ ...origin, crossbar, rule })),
    calibration: { samples: [...record.samples] },
    knownAnswers: await knownAnswers(reference, record.knownAnswer.inputs),
  };
  await writeFile(path(packageFiles.manifest), `${JSON.stringify(manifest, null, 1)}\n`);
  return manifest;
}

async function knownAnswers(
  reference: Uint8Array,
  inputs: Compiled['record']['knownAnswer']['inputs'],
): Promise<Manifest['knownAnswers']> {
  const session = await openSession(reference, { preciseIntegers: true });
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, { dims, data }]) => [name, { type: 'float32' as const, dims, data }]),
  );
  const outputs = await session.run(feeds);
  await session.release();
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { dims, data }]) => [
      name,
      {
        dims: [...dims],
        values: Array.from(data as ArrayLike<number | bigint>, Number).slice(0, answerValues),
      },
    ]),
  );
}
