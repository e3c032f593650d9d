/** Models of other formats are recognized, with how they are exported. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { writeZip } from '../../src/files/zip.ts';
import { readModel } from '../../src/onnx/decode.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-formats-'));
});
afterAll(() => rm(folder, { recursive: true }));

const bytes = (text: string) => Buffer.from(text, 'latin1');
const zipOf = (name: string) => Buffer.from(writeZip(new Map([[name, Buffer.alloc(4)]])));
const safetensors = () => {
  const header = '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, bytes(header), Buffer.alloc(4)]);
};

/** Code, message and notes. */
async function saidOf(path: string): Promise<string> {
  const error: unknown = await readModel(path).catch((e: unknown) => e);
  if (!(error instanceof DiagnosticError)) throw error;
  return error.message;
}

describe('by what they begin with, whatever they are called', () => {
  test.each([
    ['a PyTorch file', zipOf('model/data.pkl'), 'torch.onnx.export('],
    ['a PyTorch file', bytes('\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.'), 'torch.load('],
    ['a program of torch.export', zipOf('net/archive_format'), 'torch.export.load('],
    ['a file of safetensors', safetensors(), 'optimum-cli export onnx'],
    ['a TensorFlow Lite model', bytes('\x1c\0\0\0TFL3'), 'python -m tf2onnx.convert --tflite'],
    ['a Keras model (HDF5)', bytes('\x89HDF\r\n\x1a\n'), 'python -m tf2onnx.convert --keras'],
    ['a Keras model', zipOf('metadata.json'), "format='onnx'"],
    ['a GGUF file', bytes('GGUF\x03\0\0\0'), 'optimum-cli'],
  ])('%s', async (name, content, command) => {
    const path = join(folder, 'model.onnx');
    await writeFile(path, content);
    const said = await saidOf(path);
    expect(said).toContain(`error[onnx/other-format] at ${path}: this is ${name}`);
    expect(said).toContain(command);
  });
});

test.each([
  ['net.pdmodel', 'a PaddlePaddle model', 'paddle2onnx --model_dir'],
  ['net.mlmodel', 'a Core ML model', 'export the network that it was converted from'],
  ['net.caffemodel', 'a Caffe model', '/net.prototxt --caffemodel'],
  ['net.pb', 'a frozen TensorFlow graph', '--graphdef'],
  ['net.pth', 'a PyTorch file', 'torch.onnx.export('],
])('%s by its name, where its bytes tell nothing', async (file, name, command) => {
  await writeFile(join(folder, file), 'weights');
  const said = await saidOf(join(folder, file));
  expect(said).toContain(`this is ${name}`);
  expect(said).toContain(command);
});

test.each([
  ['my saved', 'saved_model.pb', 'a TensorFlow SavedModel', "/my saved' --output 'my saved.onnx'"],
  ['hub', 'model.safetensors', 'a folder of a Hugging Face model', 'optimum-cli export onnx --model'],
  ['paddle', 'inference.pdmodel', 'a PaddlePaddle model', '--model_filename inference.pdmodel'],
  ['net.mlpackage', 'Manifest.json', 'a Core ML model', 'export the network'],
])('the folder %s', async (place, file, name, command) => {
  await mkdir(join(folder, place));
  await writeFile(join(folder, place, file), '');
  const said = await saidOf(join(folder, place));
  expect(said).toContain(`this is ${name}`);
  expect(said).toContain(command);
});

test('a damaged ONNX file stays one', async () => {
  await writeFile(join(folder, 'cut.onnx'), bytes('\x08\x09\x12'));
  expect(await saidOf(join(folder, 'cut.onnx'))).toContain('error[onnx/unreadable]');
});
