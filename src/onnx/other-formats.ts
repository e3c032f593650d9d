/**
 * What lies at a path that holds no ONNX model -> the format that it is instead, and how that is exported. What a file
 * begins with counts before its name.
 */
import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { otherModelFormat } from '../diagnostics/all.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { shellLine } from '../text/shell.ts';

interface Format {
  /** As part of a sentence. */
  readonly name: string;
  readonly endings: readonly string[];
  /** Whether a file begins like one. */
  readonly begins?: (head: Buffer) => boolean;
  /** Names of a file by which a folder is one. */
  readonly inFolder?: RegExp;
  /** Lines of a shell, or of Python. */
  readonly exported: (path: string, onnx: string) => readonly string[];
}

/** Bytes that are looked at. */
const headLength = 512;

const startsWith = (head: Buffer, text: string, offset = 0) =>
  head.toString('latin1', offset, offset + text.length) === text;

/** Whether it is a zip archive whose first file has a name like this. */
function isZipOf(head: Buffer, name: RegExp): boolean {
  if (!startsWith(head, 'PK\x03\x04') || head.length < 30) return false;
  return name.test(head.toString('latin1', 30, 30 + head.readUInt16LE(26)));
}

const torchExport = (onnx: string) =>
  `torch.onnx.export(model.eval(), torch.zeros(1, 3, 224, 224), '${onnx}')  # zeros in the shape of its input`;

const formats: readonly Format[] = [
  {
    name: 'a program of torch.export',
    endings: ['.pt2'],
    begins: (head) => isZipOf(head, /archive_format$|\/models\/|serialized_/),
    exported: (path, onnx) => [`torch.onnx.export(torch.export.load('${path}'), f='${onnx}', dynamo=True)`],
  },
  {
    name: 'a PyTorch file',
    endings: ['.pt', '.pth', '.ckpt'],
    // A zip of pickles, or what PyTorch wrote before 1.6: a pickled magic number.
    begins: (head) =>
      isZipOf(head, /\/(data\.pkl|constants\.pkl|byteorder|version|\.format_version|code\/.*)$/) ||
      startsWith(head, '\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20'),
    exported: (path, onnx) => [
      'model = MyNetwork()  # your class; what was saved may be the weights alone',
      `model.load_state_dict(torch.load('${path}'))  # of TorchScript: model = torch.jit.load('${path}')`,
      torchExport(onnx),
    ],
  },
  {
    name: 'a file of safetensors: weights without their network',
    endings: ['.safetensors'],
    // The length of a header in eight bytes, then the header, which is JSON.
    begins: (head) => head.length > 10 && head.readUInt32LE(4) === 0 && /^\{\s*["}]/.test(text(head, 8)),
    exported: (path, onnx) => [
      `${shellLine(['optimum-cli', 'export', 'onnx', '--model', dirname(path), 'onnx/'])}  # of a model of Hugging Face, with its config.json; or`,
      `model.load_state_dict(safetensors.torch.load_file('${path}'))`,
      torchExport(onnx),
    ],
  },
  {
    name: 'a folder of a Hugging Face model',
    endings: [],
    inFolder: /^(model.*\.safetensors|pytorch_model\.bin)$/,
    exported: (path) => [shellLine(['optimum-cli', 'export', 'onnx', '--model', path, 'onnx/'])],
  },
  {
    name: 'a TensorFlow Lite model',
    endings: ['.tflite'],
    begins: (head) => startsWith(head, 'TFL3', 4),
    exported: (path, onnx) => [tf2onnx('--tflite', path, onnx)],
  },
  {
    name: 'a Keras model (HDF5)',
    endings: ['.h5', '.hdf5'],
    begins: (head) => startsWith(head, '\x89HDF\r\n'),
    exported: (path, onnx) => [tf2onnx('--keras', path, onnx)],
  },
  {
    name: 'a Keras model',
    endings: ['.keras'],
    begins: (head) => isZipOf(head, /^(metadata\.json|config\.json|model\.weights\.h5)$/),
    exported: (path, onnx) => [`keras.models.load_model('${path}').export('${onnx}', format='onnx')`],
  },
  {
    name: 'a TensorFlow SavedModel',
    endings: [],
    inFolder: /^saved_model\.pb(txt)?$/,
    exported: (path, onnx) => [tf2onnx('--saved-model', path, onnx)],
  },
  {
    name: 'a frozen TensorFlow graph',
    endings: ['.pb'],
    exported: (path, onnx) => [`${tf2onnx('--graphdef', path, onnx)} --inputs INPUT:0 --outputs OUTPUT:0`],
  },
  {
    name: 'a PaddlePaddle model',
    endings: ['.pdmodel', '.pdiparams', '.pdparams'],
    inFolder: /\.(pdmodel|pdiparams)$/,
    exported: (path, onnx) => {
      const [folder, file] = extname(path).startsWith('.pd') ? [dirname(path), basename(path)] : [path, ''];
      const stem = file === '' ? 'inference' : basename(file, extname(file));
      const names = ['--model_filename', `${stem}.pdmodel`, '--params_filename', `${stem}.pdiparams`];
      return [shellLine(['paddle2onnx', '--model_dir', folder, ...names, '--save_file', onnx])];
    },
  },
  {
    name: 'a Core ML model',
    endings: ['.mlmodel', '.mlpackage'],
    inFolder: /^(Manifest\.json|model\.mil)$/,
    exported: () => [
      'Nothing exports this format with its latest versions: export the network that it was converted from.',
    ],
  },
  {
    name: 'a Caffe model',
    endings: ['.caffemodel', '.prototxt'],
    exported: (path, onnx) => {
      const stem = path.slice(0, -extname(path).length);
      const from = ['--prototxt', `${stem}.prototxt`, '--caffemodel', `${stem}.caffemodel`];
      return [shellLine(['python', '-m', 'caffe2onnx.convert', ...from, '--onnx', onnx])];
    },
  },
  {
    name: 'a GGUF file: weights without their network',
    endings: ['.gguf'],
    begins: (head) => startsWith(head, 'GGUF'),
    exported: () => ['optimum-cli export onnx --model NAME onnx/  # the model that it was quantized from'],
  },
];

const text = (head: Buffer, offset: number) => head.toString('latin1', offset, offset + 16);

const tf2onnx = (flag: string, path: string, onnx: string) =>
  shellLine(['python', '-m', 'tf2onnx.convert', flag, path, '--output', onnx]);

/** What a file is by the bytes that it begins with; undefined where they tell nothing. */
export function formatOfBytes(path: string, bytes: Buffer): Diagnostic | undefined {
  const head = bytes.subarray(0, headLength);
  return diagnosed(
    path,
    formats.find(({ begins }) => begins?.(head)),
  );
}

/** What a file or folder is by its name; undefined where that tells nothing. */
export function formatOfName(path: string): Diagnostic | undefined {
  const ending = extname(path).toLowerCase();
  return diagnosed(
    path,
    formats.find(({ endings }) => endings.includes(ending)),
  );
}

/** What a folder is by the files in it or its name. */
export async function formatOfFolder(path: string): Promise<Diagnostic | undefined> {
  const names = await readdir(path).catch(() => []);
  const format = formats.find(({ inFolder }) => inFolder && names.some((name) => inFolder.test(name)));
  return diagnosed(path, format) ?? formatOfName(path);
}

function diagnosed(path: string, format: Format | undefined): Diagnostic | undefined {
  const stem = basename(resolve(path), extname(path));
  return format && otherModelFormat(path, format.name, format.exported(path, `${stem}.onnx`));
}
