import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type DescribedModel, guessPreset } from '../../src/data/guess-preset.ts';
import { openDataset } from '../../src/data/open.ts';
import { loadPreprocessing, resolvePreprocessing } from '../../src/data/preprocessing.ts';
import { type PresetName, presetNames, presets } from '../../src/data/presets.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { modelCodec } from '../../src/onnx/proto.ts';
import { model, node } from '../support/onnx-model.ts';
import { npy, png, raised, temporaryFolder } from './files.ts';

const shape = (input: readonly (number | string)[], classes = 1000) => ({
  inputs: [{ name: 'x', dims: ['N', ...input] }],
  outputs: [{ name: 'y', dims: ['N', classes] }],
});

/** The values of a pixel of each channel. */
async function pixelOf(preset: PresetName, channels: number, color: readonly [number, number, number]) {
  const file = join(temporaryFolder(), 'a.png');
  writeFileSync(file, await png(40, 40, color));
  const { inputs, outputs } = shape([channels, 40, 40]);
  const dataset = await openDataset(file, { preprocessing: { preset }, inputs, outputs });
  const { dims, values } = await dataset.sample(0, inputs[0]!.dims);
  expect(dims).toEqual([channels, 40, 40]);
  return [...values].filter((_, i) => i % 1600 === 0);
}

describe('presets', () => {
  test('give the values of their publications', async () => {
    const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 4));
    const color = [255, 102, 0] as const;
    expect(await pixelOf('imagenet', 3, color)).toEqual(close([1, -0.2, -1]));
    expect(await pixelOf('imagenet-torch', 3, color)).toEqual(
      close([(1 - 0.485) / 0.229, (0.4 - 0.456) / 0.224, -0.406 / 0.225]),
    );
    expect(await pixelOf('imagenet-caffe', 3, color)).toEqual(
      close([0 - 103.939, 102 - 116.779, 255 - 123.68]),
    );
    expect(await pixelOf('cifar10', 3, color)).toEqual(
      close([(1 - 0.4914) / 0.2023, (0.4 - 0.4822) / 0.1994, -0.4465 / 0.201]),
    );
    expect(await pixelOf('mnist', 1, [51, 51, 51])).toEqual(close([0.2]));
    expect(await pixelOf('mnist-torch', 1, [51, 51, 51])).toEqual(close([(0.2 - 0.1307) / 0.3081]));
    expect(await pixelOf('unit', 3, color)).toEqual(close([1, 0.4, 0]));
    expect(await pixelOf('raw', 3, color)).toEqual([...color]);
  });

  test('take their sizes from the input of the model, as published ones have them', () => {
    const sizeFor = (input: readonly (number | string)[]) => {
      const { resize, crop } = resolvePreprocessing({ preset: 'imagenet-torch' }, '', shape(input));
      return [resize, crop];
    };
    expect(sizeFor([3, 224, 224])).toEqual([256, 224]);
    // torchvision's Inception v3.
    expect(sizeFor([299, 299, 3])).toEqual([342, 299]);
    expect(sizeFor([3, 128, 192])).toEqual([219, [128, 192]]);
    expect(sizeFor([3, 'H', 'W'])).toEqual([256, 224]);
  });

  test('labels count from 1 where the model has the background before the classes of ImageNet', () => {
    const offset = (preset: PresetName, classes: number) =>
      resolvePreprocessing({ preset }, '', shape([3, 224, 224], classes)).labelOffset;
    expect([offset('imagenet', 1001), offset('imagenet', 1000), offset('cifar10', 1001)]).toEqual([1, 0, 0]);
  });

  test('are a field of preprocessing files, whose other fields replace theirs', async () => {
    const file = join(temporaryFolder(), 'preprocess.yaml');
    writeFileSync(file, 'preset: imagenet\nlabelOffset: 0\nkernel: cubic\n');
    const read = await loadPreprocessing(file, {}, shape([3, 128, 128], 1001));
    expect(read).toEqual({
      preset: 'imagenet',
      resize: 146,
      crop: 128,
      keepCropped: true,
      kernel: 'cubic',
      color: 'rgb',
      scale: 1,
      mean: [127.5],
      std: [127.5],
      labelOffset: 0,
    });
    // What was recorded is the same for a model of another shape.
    expect(resolvePreprocessing(read, '', shape([3, 224, 224], 1000))).toEqual(read);
    writeFileSync(file, 'preset: imagnet\n');
    expect(await raised(loadPreprocessing(file))).toEqual([
      expect.stringMatching(/data\/preprocessing at .*: preset: .*"imagenet".*"raw"/),
    ]);
  });

  test('images that were cropped to the size of the input are not cropped again', async () => {
    const folder = temporaryFolder();
    const border = await png(64, 96, [9, 9, 9]);
    writeFileSync(join(folder, 'a.png'), await png(32, 32, [0, 0, 0]));
    writeFileSync(join(folder, 'b.png'), border);
    const { inputs } = shape([3, 32, 32]);
    const dataset = await openDataset(folder, { preprocessing: { preset: 'imagenet' }, inputs });
    for await (const { feeds } of dataset.batches([0, 1], 2, inputs))
      expect(feeds.x!.dims).toEqual([2, 3, 32, 32]);
    const raw = Float32Array.from({ length: 3 * 32 * 32 }, (_, i) => i);
    writeFileSync(join(folder, 'raw.npy'), npy('<f4', '(1, 3, 32, 32)', new Uint8Array(raw.buffer)));
    const options = { preprocessing: { preset: 'imagenet' as const }, inputs };
    const stored = await openDataset(join(folder, 'raw.npy'), options);
    expect((await stored.sample(0, inputs[0]!.dims)).values[255]).toBe(1);
    expect(
      await raised(openDataset(join(folder, 'raw.npy'), { preprocessing: { preset: 'imagenet' } })),
    ).toEqual(['data/preprocessing at preset imagenet: resize: only samples of bytes are resized']);
  });

  test('docs/data.md lists each with its source', () => {
    const rows = readFileSync('docs/data.md', 'utf8').split('\n');
    for (const name of presetNames) {
      const { what, source } = presets[name];
      expect(rows).toContain(`| \`${name}\` | ${what} | ${source} |`);
    }
  });
});

describe('a guess from the model', () => {
  const named = (name: string, input: readonly (number | string)[], more: Partial<DescribedModel> = {}) => {
    const { inputs, outputs } = shape(input, 10);
    return guessPreset({ graph: { inputs: [{ ...inputs[0]!, name }], outputs }, ...more })?.preset;
  };
  test('goes by metadata, shape, classes, writer and names', () => {
    const photos = [3, 224, 224];
    expect(named('x', photos, { metadata: { 'Image.NominalPixelRange': 'Normalized_0_1' } })).toBe('unit');
    expect(named('x', [1, 28, 28])).toBe('mnist');
    expect(named('x', [784, 1])).toBe('mnist');
    expect(named('x', [3, 32, 32], { producer: 'pytorch' })).toBe('cifar10');
    expect(named('x', photos, { producer: 'pytorch' })).toBe('imagenet-torch');
    expect(named('input.1', photos)).toBe('imagenet-torch');
    expect(named('pixel_values', [3, 'height', 'width'])).toBe('imagenet-torch');
    expect(named('data_0', photos, { producer: 'onnx-caffe2' })).toBe('imagenet-caffe');
    expect(named('x', photos, { producer: 'tf2onnx' })).toBe('imagenet');
    expect(named('x', [224, 224, 3])).toBe('imagenet');
    expect(guessPreset({ graph: shape(photos, 1001), producer: 'pytorch' })?.preset).toBe('imagenet');
    expect(guessPreset({ graph: shape(photos, 1000) })?.preset).toBe('imagenet-torch');
  });

  test('is none where nothing speaks for one', () => {
    expect(named('x', [3, 224, 224])).toBeUndefined();
    expect(named('x', [40])).toBeUndefined();
    expect(named('x', [1, 49, 10], { producer: 'pytorch' })).toBeUndefined();
  });

  test('reads writer and metadata from the file', async () => {
    const graph = model({
      inputs: { x: ['N', 4] },
      outputs: { y: ['N', 4] },
      nodes: [node('Relu', ['x'], ['y'])],
    });
    const proto = modelCodec.decode(encodeModel(graph));
    const metadataProps = [{ key: 'Image.NominalPixelRange', value: 'NominalRange_0_255' }];
    const bytes = modelCodec.encode({ ...proto, producerName: 'pytorch', metadataProps });
    const read = await decodeModel(bytes, { file: 'm.onnx' });
    expect(read.producer).toBe('pytorch');
    expect(read.metadata).toEqual({ 'Image.NominalPixelRange': 'NominalRange_0_255' });
    expect(guessPreset(read)?.preset).toBe('raw');
  });
});
