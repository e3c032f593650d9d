/**
 * A run of training as the bytes of a file, and back: a zip with what identifies the run and its epochs so far (run.json),
 * and the numbers of its snapshots. A run goes on only from a checkpoint of itself.
 */
import { z } from 'zod';
import { trainCheckpointUnreadable, trainOtherCheckpoint } from '../diagnostics/all.ts';
import { DiagnosticError, raise } from '../diagnostics/diagnostic.ts';
import { readZip, writeZip } from '../files/zip.ts';
import type { Numbers } from './numbers.ts';
import type { Epoch } from './run.ts';
import type { Snapshot } from './snapshot.ts';

/** Everything that decides what a run comes to: names of options with their values. */
export type Identity = Readonly<Record<string, string | number>>;

export interface Checkpoint {
  readonly identity: Identity;
  /** That are over. */
  readonly epochs: readonly Epoch[];
  /** Of the chip, and of the run in floating point beside it. */
  readonly snapshots: readonly Snapshot[];
}

const types = { Int16Array, Int32Array, Uint32Array, Float32Array, Float64Array } as const;
type TypeName = keyof typeof types;
const typeNames = Object.keys(types) as [TypeName, ...TypeName[]];

const headFile = 'run.json';
const headSchema = z.strictObject({
  format: z.literal('crossloom-checkpoint'),
  version: z.literal(1),
  identity: z.record(z.string(), z.union([z.string(), z.number()])),
  epochs: z.array(
    z.strictObject({ loss: z.number(), training: z.number(), test: z.number(), float: z.number() }),
  ),
  snapshots: z.array(z.record(z.string(), z.enum(typeNames))),
});

export function encodeCheckpoint({ identity, epochs, snapshots }: Checkpoint): Uint8Array {
  const head: z.input<typeof headSchema> = {
    format: 'crossloom-checkpoint',
    version: 1,
    identity: { ...identity },
    epochs: [...epochs],
    snapshots: snapshots.map((snapshot) =>
      Object.fromEntries(Object.entries(snapshot).map(([name, numbers]) => [name, typeOf(numbers)])),
    ),
  };
  const files = new Map<string, Uint8Array>([[headFile, Buffer.from(JSON.stringify(head, null, 1))]]);
  for (const [index, snapshot] of snapshots.entries())
    for (const [name, { buffer, byteOffset, byteLength }] of Object.entries(snapshot))
      files.set(fileOf(index, name), new Uint8Array(buffer, byteOffset, byteLength));
  return writeZip(files);
}

/**
 * @param file as messages name it
 * @param identity of the run that is to go on
 * @throws DiagnosticError train/checkpoint-unreadable; train/other-checkpoint with all that differs
 */
export function decodeCheckpoint(bytes: Uint8Array, file: string, identity: Identity): Checkpoint {
  const { files, head } = unpack(bytes, file);
  const names = [...new Set([...Object.keys(identity), ...Object.keys(head.identity)])];
  const differences = names
    .filter((name) => head.identity[name] !== identity[name])
    .map((name) => `${name} was ${head.identity[name] ?? 'absent'} and is ${identity[name] ?? 'absent'}`);
  if (differences.length > 0) raise([trainOtherCheckpoint(file, differences)]);
  const snapshots = head.snapshots.map((entries, index) =>
    Object.fromEntries(
      Object.entries(entries).map(([name, type]) => {
        const stored = files.get(fileOf(index, name));
        if (!stored) throw unreadable(file, `${fileOf(index, name)} is missing`);
        if (stored.length % types[type].BYTES_PER_ELEMENT > 0)
          throw unreadable(file, `${fileOf(index, name)} holds no whole ${type}`);
        // A copy, because numbers need an aligned start.
        return [name, new types[type](new Uint8Array(stored).buffer)];
      }),
    ),
  );
  return { identity: head.identity, epochs: head.epochs, snapshots };
}

function unpack(bytes: Uint8Array, file: string) {
  try {
    const files = readZip(bytes);
    return { files, head: headSchema.parse(JSON.parse(Buffer.from(files.get(headFile) ?? []).toString())) };
  } catch (error) {
    throw unreadable(file, (error instanceof Error ? error.message : String(error)).split('\n')[0]!);
  }
}

function unreadable(file: string, reason: string): DiagnosticError {
  return new DiagnosticError([trainCheckpointUnreadable(file, reason)]);
}

function typeOf(numbers: Numbers): TypeName {
  return typeNames.find((name) => numbers instanceof types[name])!;
}

const fileOf = (index: number, name: string): string => `${index}/${name}`;
