/** A package whose files were changed -> the same with hashes and fingerprints that fit again. */
import { crcLength } from '../../src/bitstream/layout.ts';
import { crc32c } from '../../src/files/crc32c.ts';
import { sha256 } from '../../src/files/hash.ts';
import { manifestHash, packageFiles } from '../../src/package/manifest.ts';
import { targetFingerprint } from '../../src/target/load.ts';
import type { Target } from '../../src/target/target.ts';
import { changeFile, type Input } from '../input.ts';
import { changeJson } from './json.ts';
import { isFields } from './tree.ts';

/** Where the fingerprint lies in the header of a bitstream, which tells its own length. */
const [lengthAt, fingerprintAt, fingerprintLength] = [10, 28, 32];

/** @param folder in front of the names of the package's files */
export function mendPackage(input: Input, folder: string): Input {
  const nameOf = (file: string) => `${folder}/${file}`;
  const manifest = nameOf(packageFiles.manifest);
  let mended = input;
  const withTarget = changeFile(input, manifest, (bytes) =>
    changeJson(bytes, (tree) => {
      const target = isFields(tree) && tree.target;
      if (!isFields(target) || !isFields(target.values)) return;
      const fingerprint = targetFingerprint(target.values as unknown as Target);
      if (fingerprint === target.fingerprint) return;
      target.fingerprint = fingerprint;
      mended = changeFile(input, nameOf(packageFiles.bitstream), (own) => withFingerprint(own, fingerprint));
    }),
  );
  mended = new Map([...mended, ...[...withTarget].filter(([name]) => name === manifest)]);
  return changeFile(mended, manifest, (bytes) =>
    changeJson(bytes, (tree) => {
      if (!isFields(tree) || !isFields(tree.files)) return;
      const hashes = tree.files;
      for (const file of Object.keys(hashes)) {
        const own = mended.get(nameOf(file));
        if (own) hashes[file] = sha256(own);
      }
      tree.sha256 = manifestHash(tree);
    }),
  );
}

function withFingerprint(bytes: Uint8Array, fingerprint: string): Uint8Array {
  const copy = Buffer.from(bytes);
  if (copy.length < fingerprintAt + fingerprintLength + crcLength) return bytes;
  const end = copy.readUInt16LE(lengthAt) - crcLength;
  if (end < fingerprintAt + fingerprintLength || end + crcLength > copy.length) return bytes;
  copy.write(fingerprint, fingerprintAt, 'hex');
  copy.writeUInt32LE(crc32c(copy.subarray(0, end)), end);
  return copy;
}
