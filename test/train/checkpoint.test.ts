import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { readZip, writeZip } from '../../src/files/zip.ts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from '../../src/train/checkpoint.ts';

const checkpoint: Checkpoint = {
  identity: { network: '4-3', seed: 2, rate: 0.01 },
  epochs: [{ loss: 0.5, training: 80, test: 90, float: 95 }],
  snapshots: [
    { hidden: Int16Array.of(-511, 0, 511), weights: Float32Array.of(0.1, -7), counts: Float64Array.of(1e15) },
    { writes: Uint32Array.of(2 ** 31), none: new Int32Array(0) },
  ],
};
const bytes = encodeCheckpoint(checkpoint);
const codes = (bytes: Uint8Array, identity = checkpoint.identity) => {
  try {
    decodeCheckpoint(bytes, 'run.checkpoint', identity);
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics.map((d) => `${d.code}: ${d.message}`);
    throw error;
  }
  return [];
};

describe('a checkpoint', () => {
  it('comes back as it was', () => {
    expect(decodeCheckpoint(bytes, 'run.checkpoint', checkpoint.identity)).toEqual(checkpoint);
  });

  it('goes on with its own run alone, and says what differs', () => {
    expect(codes(bytes, { network: '4-3', seed: 3, batch: 1 })).toEqual([
      'train/other-checkpoint: this checkpoint is of another run: seed was 2 and is 3; batch was absent and is 1; rate was 0.01 and is absent',
    ]);
  });

  it('is told from other and from damaged files', () => {
    expect(codes(Buffer.from('no zip'))).toEqual([
      'train/checkpoint-unreadable: this checkpoint cannot be read (no zip archive)',
    ]);
    expect(codes(writeZip(new Map()))[0]).toContain('train/checkpoint-unreadable');
    const damaged = Buffer.from(bytes);
    damaged[60]! ^= 0xff;
    expect(codes(damaged)[0]).toContain('train/checkpoint-unreadable');
    const files = readZip(bytes);
    files.set('0/weights', Uint8Array.of(1, 2, 3));
    expect(codes(writeZip(files))[0]).toContain('0/weights holds no whole Float32Array');
  });
});
