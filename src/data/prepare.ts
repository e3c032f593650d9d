/**
 * Turns a raw sample into the model's values: resize, centre crop, colour, value = (raw * scale - mean) / std, layout,
 * in this order. Samples that are no images (neither two axes nor three with 1, 3 or 4 channels) only get their values
 * changed.
 */
import sharp from 'sharp';
import { imageTooSmall, preprocessingInvalid } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { sizeOf } from '../math/tensor.ts';
import type { Preprocessing, Size } from './preprocessing.ts';
import type { RawSample } from './source.ts';

export interface PreparedSample {
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

/** Interleaved pixels, [height, width, channels]. */
interface Image {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: Uint8Array | Float64Array;
}

/** What the axes of a stored sample mean: `hw` is an image of one channel, `none` no image. */
function axesOf(dims: readonly number[]): 'hw' | 'hwc' | 'chw' | 'none' {
  const isChannels = (n: number | undefined) => n === 1 || n === 3 || n === 4;
  if (dims.length === 2) return 'hw';
  if (dims.length !== 3) return 'none';
  return isChannels(dims[2]) ? 'hwc' : isChannels(dims[0]) ? 'chw' : 'none';
}

/** Channels after preprocessing; `undefined` for samples that are no images. */
function channelsOf(dims: readonly number[], preprocessing: Preprocessing): number | undefined {
  const axes = axesOf(dims);
  if (axes === 'none') return undefined;
  const stored = axes === 'hw' ? 1 : axes === 'hwc' ? dims[2]! : dims[0]!;
  if (preprocessing.color === undefined) return stored;
  return preprocessing.color === 'gray' || preprocessing.color === 'luma' ? 1 : 3;
}

/**
 * Raises preprocessingInvalid, all at once, where the preprocessing cannot be applied to samples of this shape.
 * @param bytes whether the samples are bytes, which alone can be resized
 */
export function checkApplicable(
  place: string,
  preprocessing: Preprocessing,
  dims: readonly number[],
  bytes: boolean,
): void {
  const channels = channelsOf(dims, preprocessing);
  const shape = dims.join('x');
  const problems = (['resize', 'crop', 'color'] as const)
    .filter((field) => channels === undefined && preprocessing[field] !== undefined)
    .map((field) => preprocessingInvalid(place, field, `samples of shape ${shape} are no images`));
  if (channels !== undefined && preprocessing.resize !== undefined && !bytes)
    problems.push(preprocessingInvalid(place, 'resize', 'only samples of bytes are resized'));
  for (const field of ['mean', 'std'] as const) {
    const { length } = preprocessing[field];
    if (length !== 1 && length !== (channels ?? 1))
      problems.push(
        preprocessingInvalid(place, field, `${length} values for samples of ${channels ?? 1} channel(s)`),
      );
  }
  if (problems.length > 0) throw new DiagnosticError(problems);
}

/**
 * Applies preprocessing that checkApplicable accepts.
 * @param place the sample, for diagnostics
 * @returns [channels, h, w] or [h, w, channels]; samples that are no images keep their dims. Raises imageTooSmall.
 */
export async function prepareSample(
  raw: RawSample,
  preprocessing: Preprocessing,
  place: string,
): Promise<PreparedSample> {
  const { scale, mean, std, layout } = preprocessing;
  if (axesOf(raw.dims) === 'none')
    return { dims: raw.dims, values: Float32Array.from(raw.values, (v) => (v * scale - mean[0]!) / std[0]!) };
  const stored = interleave(raw);
  const resized = preprocessing.resize === undefined ? stored : await resize(stored, preprocessing);
  const cropped = preprocessing.crop === undefined ? resized : crop(resized, preprocessing.crop, place);
  const { height, width, channels, values } = recolor(cropped, preprocessing.color);
  const area = height * width;
  const planar = layout === 'NCHW';
  const out = new Float32Array(area * channels);
  for (let c = 0; c < channels; c++) {
    const offset = mean.length === 1 ? mean[0]! : mean[c]!;
    const spread = std.length === 1 ? std[0]! : std[c]!;
    for (let p = 0; p < area; p++) {
      const value = (values[p * channels + c]! * scale - offset) / spread;
      out[planar ? c * area + p : p * channels + c] = value;
    }
  }
  return { dims: planar ? [channels, height, width] : [height, width, channels], values: out };
}

function interleave({ dims, values }: RawSample): Image {
  const axes = axesOf(dims);
  if (axes !== 'chw') return { height: dims[0]!, width: dims[1]!, channels: dims[2] ?? 1, values };
  const [channels, height, width] = dims as [number, number, number];
  const area = height * width;
  const out = values.slice();
  for (let c = 0; c < channels; c++)
    for (let p = 0; p < area; p++) out[p * channels + c] = values[c * area + p]!;
  return { height, width, channels, values: out };
}

async function resize(image: Image, preprocessing: Preprocessing): Promise<Image> {
  const [height, width] = resizedSize(image, preprocessing.resize!);
  if (height === image.height && width === image.width) return image;
  const { channels } = image;
  const raw = { width: image.width, height: image.height, channels: channels as 1 | 3 | 4 };
  const values = await sharp(image.values as Uint8Array, { raw })
    .resize(width, height, { fit: 'fill', kernel: preprocessing.kernel })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer();
  return { height, width, channels, values };
}

/** A single number is the shorter side; the longer one keeps the ratio, rounded down. */
function resizedSize({ height, width }: Image, size: Size): readonly [number, number] {
  if (typeof size !== 'number') return size;
  return height < width
    ? [size, Math.floor((size * width) / height)]
    : [Math.floor((size * height) / width), size];
}

function crop(image: Image, size: Size, place: string): Image {
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  if (height > image.height || width > image.width)
    throw new DiagnosticError([imageTooSmall(place, `${image.height}x${image.width}`, `${height}x${width}`)]);
  const { channels } = image;
  const top = Math.floor((image.height - height) / 2);
  const left = Math.floor((image.width - width) / 2);
  const values = image.values.slice(0, sizeOf([height, width, channels]));
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * channels;
    values.set(image.values.subarray(from, from + width * channels), y * width * channels);
  }
  return { height, width, channels, values };
}

/**
 * `luma` is Y = 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601); `gray` is the same rounded to a whole level, as Pillow's
 * mode L has it. One channel counts as gray; a fourth channel is dropped.
 */
function recolor(image: Image, color: Preprocessing['color']): Image {
  const { height, width, channels, values } = image;
  const single = color === 'gray' || color === 'luma';
  if (color === undefined || (single && channels === 1)) return image;
  const area = height * width;
  const out = new Float64Array(single ? area : area * 3);
  const green = channels === 1 ? 0 : 1;
  const blue = channels === 1 ? 0 : 2;
  for (let p = 0; p < area; p++) {
    const r = values[p * channels]!;
    const g = values[p * channels + green]!;
    const b = values[p * channels + blue]!;
    if (color === 'luma') out[p] = 0.299 * r + 0.587 * g + 0.114 * b;
    else if (color === 'gray') out[p] = Math.floor((19595 * r + 38470 * g + 7471 * b + 32768) / 65536);
    else {
      out[p * 3] = color === 'rgb' ? r : b;
      out[p * 3 + 1] = g;
      out[p * 3 + 2] = color === 'rgb' ? b : r;
    }
  }
  return { height, width, channels: single ? 1 : 3, values: out };
}
