/** Reads and checks a manifest: that it is one, that it is as it was written, and that the target in it is one. */
import { existsSync } from 'node:fs';
import { packageUnreadable } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { type Files, placeIn, placeOf, readFrom } from '../files/files.ts';
import { missing } from '../files/read-file.ts';
import { targetFingerprint } from '../target/load.ts';
import type { LoadedTarget } from '../target/target.ts';
import { checkTargetValues } from '../target/values.ts';
import { type Manifest, manifestHash, manifestSchema, packageFiles } from './manifest.ts';

/** Where a manifest is none, as many of the reasons as make that clear. */
const issuesTold = 3;

export interface ReadManifest {
  readonly manifest: Manifest;
  /** The target that the package was compiled for, as it was loaded then. */
  readonly loaded: LoadedTarget;
}

/** @throws DiagnosticError package/unreadable, for every problem that can be told together */
export async function readManifest(files: Files): Promise<ReadManifest> {
  const place = placeIn(files, packageFiles.manifest);
  const refuse = (reasons: readonly string[]): never => {
    raise(reasons.map((reason) => packageUnreadable(place, reason)));
    throw new Error('a manifest without problems was refused');
  };
  const json = parse(await bytesOf(files), refuse);
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) {
    const issues = parsed.error.issues.slice(0, issuesTold);
    return refuse([
      issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`).join('; '),
    ]);
  }
  const manifest = parsed.data;
  const { values, fingerprint, overrides, provenance, name } = manifest.target;
  const checked = checkTargetValues(values);
  const reasons: string[] = [];
  if (manifestHash(json as object) !== manifest.sha256)
    reasons.push('sha256: it was changed after it was written');
  if ('reasons' in checked)
    return refuse([...reasons, ...checked.reasons.map((reason) => `target.values.${reason}`)]);
  const { target } = checked;
  if (targetFingerprint(target) !== fingerprint)
    reasons.push('target.fingerprint: that of target.values is another');
  if (target.name !== name) reasons.push(`target.name: target.values are those of ${target.name}`);
  if (reasons.length > 0) refuse(reasons);
  return { manifest, loaded: { target, fingerprint, overrides, provenance } };
}

async function bytesOf(files: Files): Promise<Uint8Array> {
  return readFrom(files, packageFiles.manifest).catch(async (error: Error) => {
    const nothing = typeof files === 'string' && !existsSync(files);
    const why = nothing ? await missing(files, 'file or folder') : reasonOf(error);
    raise([packageUnreadable(placeOf(files), why)]);
    throw error;
  });
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOTDIR') return 'a package is a folder';
  return code === 'ENOENT' ? `it has no ${packageFiles.manifest}` : message;
}

function parse(bytes: Uint8Array, refuse: (reasons: readonly string[]) => never): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch (error) {
    return refuse([error instanceof Error ? error.message : String(error)]);
  }
}
