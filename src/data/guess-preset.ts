/** What a model tells about itself -> the preset with which its samples were probably prepared. Only ever a suggestion. */
import type { InputDims } from './fit.ts';
import { classesOf, imageInput, type PresetName } from './presets.ts';

interface Value {
  readonly name: string;
  readonly dims: InputDims | undefined;
}

/** A model, and what its file says beside the graph. */
export interface DescribedModel {
  readonly graph: { readonly inputs: readonly Value[]; readonly outputs: readonly Value[] };
  /** Program that wrote the file. */
  readonly producer?: string;
  /** The file's metadata. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface Guess {
  readonly preset: PresetName;
  /** What speaks for it. */
  readonly because: string;
}

/** ONNX, docs/MetadataProps.md; keys and values in any case. */
const ranges: Readonly<Record<string, PresetName>> = {
  nominalrange_0_255: 'raw',
  normalized_0_1: 'unit',
  normalized_1_1: 'imagenet',
};

const fromTorch = /torch/i;
const fromCaffe = /caffe/i;
const fromTensorFlow = /^tf|tensorflow|tflite|keras/i;
/** As PyTorch numbers inputs without a name, and as Transformers calls images. */
const torchInput = /^(input\.\d+|actual_input_\d+|pixel_values)$/;

/** ImageNet's classes, and with the background before them, as TensorFlow's models have them. */
const imagenetClasses = 1000;

export function guessPreset({ graph, producer = '', metadata = {} }: DescribedModel): Guess | undefined {
  const range = Object.entries(metadata).find(([key]) => key.toLowerCase() === 'image.nominalpixelrange');
  const stated = range && ranges[range[1].toLowerCase()];
  if (stated) return { preset: stated, because: `its metadata say ${range[0]} ${range[1]}` };
  const [input] = graph.inputs;
  if (!input || graph.inputs.length > 1) return undefined;
  const image = imageInput(graph);
  const shape = (input.dims ?? []).slice(1).join('x');
  const sides = `${image?.height}x${image?.width}`;
  if (/^(1x)*28x28(x1)*$|^784(x1)*$/.test(shape))
    return { preset: 'mnist', because: `it takes ${shape}, as networks for MNIST do` };
  if (image?.channels !== 3) return undefined;
  if (sides === '32x32') return { preset: 'cifar10', because: `it takes ${shape}, as networks for CIFAR do` };
  if (graph.outputs.some(({ dims }) => classesOf(dims) === imagenetClasses + 1))
    return { preset: 'imagenet', because: "it has 1,001 classes, as TensorFlow's networks for ImageNet do" };
  const written = `it takes images of 3 colours, and ${producer} wrote it`;
  if (fromTorch.test(producer)) return { preset: 'imagenet-torch', because: written };
  if (torchInput.test(input.name))
    return { preset: 'imagenet-torch', because: `PyTorch calls an input '${input.name}'` };
  if (fromCaffe.test(producer)) return { preset: 'imagenet-caffe', because: written };
  if (fromTensorFlow.test(producer)) return { preset: 'imagenet', because: written };
  if (image.last)
    return { preset: 'imagenet', because: `it takes ${shape}, colours last, as TensorFlow's do` };
  const classes = graph.outputs.map(({ dims }) => classesOf(dims));
  return classes.includes(imagenetClasses)
    ? { preset: 'imagenet-torch', because: 'it takes images of 3 colours, and has 1,000 classes' }
    : undefined;
}
