/** Presets: the published ways of preparing images, as plain data; with a model's shape -> fields of a preprocessing. */
import { fixedLength, type InputDims } from './fit.ts';

/** What a preset asks of a model; what is not known stays out. */
export interface ModelShape {
  readonly inputs?: readonly { readonly dims?: InputDims | undefined }[];
  readonly outputs?: readonly { readonly dims?: InputDims | undefined }[];
}

interface PresetFields {
  /** Of an input of 224x224; other sizes follow in proportion. */
  readonly resize?: number;
  readonly crop?: number | readonly [height: number, width: number];
  readonly keepCropped?: true;
  readonly kernel?: 'linear';
  readonly color?: 'rgb' | 'bgr' | 'gray';
  readonly scale?: string;
  readonly mean?: number | readonly number[];
  readonly std?: number | readonly number[];
  readonly labelOffset?: number;
}

interface Preset {
  /** What the network is given. */
  readonly what: string;
  /** Who trains networks so. */
  readonly source: string;
  /** Labels that the data set has; a model with one class more has the background before them. */
  readonly classes?: number;
  readonly fields: PresetFields;
}

/** The shorter side to 256, and the middle 224x224; images that were cropped before are not cropped again. */
const centre = { resize: 256, crop: 224, keepCropped: true, kernel: 'linear' } as const;

const table = {
  imagenet: {
    what: 'RGB from -1 to 1: (x - 127.5) / 127.5; centre crop',
    source: 'TensorFlow, slim/preprocessing/inception_preprocessing.py; Keras, preprocess_input of mode tf',
    classes: 1000,
    fields: { ...centre, color: 'rgb', mean: 127.5, std: 127.5 },
  },
  'imagenet-torch': {
    what: 'RGB from 0 to 1, minus the mean, by the deviation of each channel; centre crop',
    source: 'torchvision, transforms/_presets.py: ImageClassification',
    classes: 1000,
    fields: {
      ...centre,
      color: 'rgb',
      scale: '1/255',
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
    },
  },
  'imagenet-caffe': {
    what: 'BGR from 0 to 255, minus the mean of each channel; centre crop',
    source: 'Caffe models such as VGG; Keras, preprocess_input of mode caffe',
    classes: 1000,
    fields: { ...centre, color: 'bgr', mean: [103.939, 116.779, 123.68] },
  },
  cifar10: {
    what: 'RGB from 0 to 1, minus the mean, by the deviation of each channel',
    source: 'github.com/kuangliu/pytorch-cifar, main.py',
    fields: {
      color: 'rgb',
      scale: '1/255',
      mean: [0.4914, 0.4822, 0.4465],
      std: [0.2023, 0.1994, 0.201],
    },
  },
  mnist: {
    what: 'gray from 0 to 1',
    source: 'Keras, examples/vision/mnist_convnet.py',
    fields: { color: 'gray', scale: '1/255' },
  },
  'mnist-torch': {
    what: 'gray from 0 to 1, minus the mean, by the deviation',
    source: 'github.com/pytorch/examples, mnist/main.py',
    fields: { color: 'gray', scale: '1/255', mean: 0.1307, std: 0.3081 },
  },
  unit: {
    what: 'any bytes, from 0 to 1',
    source: 'torchvision, ToTensor without Normalize',
    fields: { scale: '1/255' },
  },
  raw: {
    what: 'as stored, bytes from 0 to 255',
    source: 'networks that scale their inputs themselves',
    fields: {},
  },
} as const satisfies Readonly<Record<string, Preset>>;

export type PresetName = keyof typeof table;
export const presets: Readonly<Record<PresetName, Preset>> = table;
export const presetNames = Object.keys(table) as readonly PresetName[];

export function isPreset(name: unknown): name is PresetName {
  return typeof name === 'string' && Object.hasOwn(table, name);
}

/** A preset's fields for a model: sizes as its input has them, `labelOffset` where its classes begin with the background. */
export function presetFields(name: PresetName, model: ModelShape): PresetFields {
  const { fields, classes } = presets[name];
  const sides = sidesOf(model);
  const sized = fields.resize !== undefined && sides ? { ...fields, ...croppedTo(sides) } : fields;
  const background =
    classes !== undefined && (model.outputs ?? []).some(({ dims }) => classesOf(dims) === classes + 1);
  return background ? { ...sized, labelOffset: 1 } : sized;
}

function croppedTo([height, width]: readonly [number, number]): Pick<PresetFields, 'resize' | 'crop'> {
  const resize = Math.round((Math.max(height, width) * centre.resize) / centre.crop);
  return { resize, crop: height === width ? height : [height, width] };
}

/** The channels, height and width of images that a model takes, as far as its only input fixes them. */
export function imageInput({ inputs = [] }: ModelShape):
  | {
      readonly channels: number;
      readonly height: number | undefined;
      readonly width: number | undefined;
      readonly last: boolean;
    }
  | undefined {
  const [first, ...others] = inputs;
  const dims = first?.dims?.map(fixedLength);
  if (dims?.length !== 4 || others.length > 0) return undefined;
  const [, a, b, c] = dims;
  if (a === 1 || a === 3) return { channels: a, height: b, width: c, last: false };
  return c === 1 || c === 3 ? { channels: c, height: a, width: b, last: true } : undefined;
}

function sidesOf(model: ModelShape): readonly [height: number, width: number] | undefined {
  const { height, width } = imageInput(model) ?? {};
  return height === undefined || width === undefined ? undefined : [height, width];
}

/** Classes of an output that is a list of them. */
export function classesOf(dims: InputDims | undefined): number | undefined {
  const own = (dims ?? []).slice(1).map(fixedLength);
  const long = own.filter((length) => length !== 1);
  return long.length === 1 ? long[0] : undefined;
}
