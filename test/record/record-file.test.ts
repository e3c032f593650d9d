import { expect, it } from 'vitest';
import { compile } from '../../src/compile/compile.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { decodeNpy, encodeNpy } from '../../src/files/npy.ts';
import { parseOptions } from '../../src/ir/options.ts';
import { decodeRecord, encodeRecord } from '../../src/record/record-file.ts';
import { exactTarget, loaded } from '../chip/bench.ts';
import { matMulModel } from '../lower/against-direct.ts';
import { compileModel, drawFeeds, modelOf } from '../support/build.ts';

const model = modelOf(matMulModel([3], 10, 4));
const feeds = [1, 2].map((seed) => drawFeeds(model.graph.inputs, seed));
const compiled = () => compileModel(model, loaded(exactTarget), feeds);

it('a record is the same after a file, and a file the same after a record', async () => {
  const { record } = await compiled();
  const bytes = encodeRecord(record);
  const again = decodeRecord(bytes, 'record.npz');
  expect(again).toEqual(record);
  expect(Buffer.compare(encodeRecord(again), bytes)).toBe(0);
  expect(record.layers.get('y')).toMatchObject({ positions: 3, count: 6, space: [] });
});

it.each([5, 12])(
  'codes of %i bits are written as they are, and belong to their options',
  async (inputBits) => {
    const { record } = await compileModel(model, loaded(exactTarget), feeds, { inputBits });
    const vectors = record.layers.get('y')!.vectors;
    expect(Math.max(...vectors)).toBe(2 ** inputBits - 1);
    expect(decodeRecord(encodeRecord(record), 'record.npz')).toEqual(record);
    const run = (bits: number) =>
      compile(model, loaded(exactTarget), parseOptions({ inputBits: bits }), { kind: 'record', record });
    await run(inputBits);
    await expect(run(8)).rejects.toThrow(/wrong-record.*inputs of \d+ bits of .*, and 8 are asked for/);
  },
);

it('a record keeps the bits that were chosen for it', async () => {
  const { record } = await compileModel(model, loaded(exactTarget), feeds, { inputBits: 'auto' });
  const { bits } = record.layers.get('y')!.quantization;
  const options = parseOptions({ inputBits: 'auto' });
  const again = await compile(model, loaded(exactTarget), options, { kind: 'record', record });
  expect(again.record.layers.get('y')!.quantization.bits).toBe(bits);
});

it('refuses what is no record', async () => {
  const bytes = encodeRecord((await compiled()).record);
  for (const bad of [Uint8Array.of(1, 2, 3), bytes.subarray(0, bytes.length - 30)]) {
    expect(() => decodeRecord(bad, 'record.npz')).toThrow(DiagnosticError);
    expect(() => decodeRecord(bad, 'record.npz')).toThrow(/calibrate\/wrong-record\] at record.npz/);
  }
});

it('refuses the record of another model, and one with other ranges', async () => {
  const { record } = await compiled();
  const other = modelOf(matMulModel([3], 10, 5));
  const run = (m: typeof model, options: Parameters<typeof parseOptions>[0]) =>
    compile(m, loaded(exactTarget), parseOptions(options), { kind: 'record', record });
  await expect(run(other, {})).rejects.toThrow(/wrong-record.*another model/);
  await expect(run(model, { activationRange: 'minmax' })).rejects.toThrow(
    /wrong-record.*activationRange mse/,
  );
  await expect(run(model, { signedActivations: true })).rejects.toThrow(/wrong-record/);
  await run(model, {});
});

it.each([[[3]], [[2, 3]], [[0, 4]], [[]]])('npy arrays of dims %j', (dims) => {
  const size = dims.reduce((a, b) => a * b, 1);
  for (const array of [
    { type: 'float32' as const, dims, data: Float32Array.from({ length: size }, (_, i) => i / 3) },
    { type: 'uint8' as const, dims, data: Uint8Array.from({ length: size }, (_, i) => i) },
    { type: 'uint16' as const, dims, data: Uint16Array.from({ length: size }, (_, i) => 9999 * i) },
  ]) {
    const bytes = encodeNpy(array);
    expect(decodeNpy(bytes)).toEqual(array);
    // NEP 1: magic, version, and data that start at a multiple of 64.
    expect([...bytes.subarray(0, 8)]).toEqual([0x93, 78, 85, 77, 80, 89, 1, 0]);
    expect((bytes.length - array.data.byteLength) % 64).toBe(0);
  }
});
