import { describe, expect, it } from 'vitest';
import { compile } from '../../src/compile/compile.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { decodeNpy, encodeNpy } from '../../src/files/npy.ts';
import { readZip, writeZip } from '../../src/files/zip.ts';
import { parseOptions } from '../../src/ir/options.ts';
import { float32 } from '../../src/math/tensor.ts';
import { keepInputs } from '../../src/record/kept-inputs.ts';
import { decodeRecord, encodeRecord } from '../../src/record/record-file.ts';
import { exactTarget, loaded } from '../chip/bench.ts';
import { matMulModel } from '../lower/against-direct.ts';
import { compileModel, drawFeeds, modelOf, samplesOf } from '../support/build.ts';

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

it('keeps what inputs are centred by', async () => {
  const raised = feeds.map(({ x }) => ({
    x: float32(
      x!.dims,
      Float32Array.from(x!.data as Float32Array, (v) => v + 3),
    ),
  }));
  const options = parseOptions({ centredInputs: true });
  const { record } = await compile(model, loaded(exactTarget), options, {
    kind: 'samples',
    samples: samplesOf(raised),
  });
  const means = record.layers.get('y')!.centre!;
  const [rows, positions] = [means.length, 3];
  for (const [row, mean] of means.entries()) {
    const values = raised.flatMap(({ x }) =>
      Array.from({ length: positions }, (_, p) => Number(x.data[p * rows + row])),
    );
    expect(mean).toBeCloseTo(values.reduce((a, b) => a + b, 0) / values.length, 5);
  }
  const again = decodeRecord(encodeRecord(record), 'record.npz');
  expect(again).toEqual(record);
  // With it the same package is compiled, whatever is said of its inputs' means, but that they are to stay.
  const anew = (centredInputs?: boolean) =>
    compile(model, loaded(exactTarget), parseOptions(centredInputs === undefined ? {} : { centredInputs }), {
      kind: 'record',
      record: again,
    });
  expect((await anew()).graph).toEqual((await anew(true)).graph);
  await expect(anew(false)).rejects.toThrow('it was recorded with centredInputs true');
});

describe('inputs of samples', () => {
  const record = async (inputs: readonly (readonly number[])[]) => ({
    ...(await compiled()).record,
    inputs: inputs.map((values) => ({ x: { dims: [1, values.length], data: Float32Array.from(values) } })),
  });
  const range = (count: number, of: (i: number) => number) => Array.from({ length: count }, (_, i) => of(i));

  it.each([
    ['bytes', 1, range(5000, (i) => ((i * 7) % 256) / 3 - 10)],
    ['two bytes', 2, range(5000, (i) => ((i * 7) % 699) / 3 - 10)],
    ['floats', 4, range(5000, (i) => Math.sin(i))],
    ['floats, for the sake of -0', 4, range(5000, (i) => (i % 3) * -0)],
  ])('are there again, from %s', async (_, bytes, values) => {
    const own = await record([values, values.toReversed()]);
    const file = encodeRecord(own);
    const again = decodeRecord(file, 'record.npz');
    expect(again.inputs).toEqual(own.inputs);
    const array = readZip(file).get('sample_1_0.npy')!;
    expect(Math.floor(array.length / values.length)).toBe(bytes);
  });

  it('are of so many samples, evenly spread, as fit into the bound; none where they were made up', async () => {
    const many = Array.from({ length: 80 }, (_, i) => drawFeeds(model.graph.inputs, i + 1));
    const { inputs } = (await compileModel(model, loaded(exactTarget), many)).record;
    const spread = Array.from({ length: 32 }, (_, i) => many[Math.floor((i * 80) / 32)]!.x!.data);
    expect(inputs.map(({ x }) => x!.data)).toEqual(spread);
    const large = { x: float32([1, 2 ** 20], new Float32Array(2 ** 20)) };
    const kept = keepInputs(9);
    for (let i = 0; i < 9; i++) kept.look(i, large);
    expect(kept.inputs).toHaveLength(4);
  });

  it('are refused where they are not whole, or do not fit the model', async () => {
    const good = await record([range(4, (i) => i / 3)]);
    const without = readZip(encodeRecord(good)) as Map<string, Uint8Array>;
    without.delete('sample_0_0.npy');
    expect(() => decodeRecord(writeZip(without), 'record.npz')).toThrow(/it has no sample_0_0/);
    const broken = { ...good, inputs: [{ x: { dims: [1], data: Float32Array.of(Number.NaN) } }] };
    expect(() => decodeRecord(encodeRecord(broken), 'record.npz')).toThrow(
      /sample_0_0 holds what is no number/,
    );
    await expect(
      compile(model, loaded(exactTarget), parseOptions({}), { kind: 'record', record: good }),
    ).rejects.toThrow(/wrong-record.*its sample 0 does not fit/);
  });
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
