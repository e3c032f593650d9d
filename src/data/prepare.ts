/**
 * Turns a raw sample into the model's values: resize, centre crop, colour, value = (raw * scale - mean) / std, layout,
 * in this order. Samples that are no images only get their values changed.
 */
import { imageTooSmall, preprocessingInvalid } from '../diagnostics/all.ts';
import { type Diagnostic, DiagnosticError } from '../diagnostics/diagnostic.ts';
import { sizeOf } from '../math/tensor.ts';
import type { Layout } from './fit.ts';
import { checkLimit } from './limit.ts';
import type { Preprocessing, Size } from './preprocessing.ts';
import {
  type Axes,
  channelsOf,
  imageSize,
  isChannels,
  preparedDims,
  type Reading,
  readingsOf,
  resizedSize,
  sizeSteps,
} from './readings.ts';
import { loadSharp } from './sharp.ts';
import type { RawSample } from './source.ts';
import { firstLine } from './unreadable.ts';

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

/**
 * The readings of samples of this shape to which the preprocessing can be applied.
 * @param known the order that the samples' format has
 * @param bytes whether the samples are bytes, which alone can be resized
 * Raises preprocessingInvalid, all that is wrong with the likeliest reading at once, where there is none.
 */
export function applicableReadings(
  place: string,
  preprocessing: Preprocessing,
  dims: readonly number[],
  known: Layout | undefined,
  bytes: boolean,
): readonly Reading[] {
  const readings = readingsOf(dims, known, preprocessing);
  const problems = readings.map(({ stored }) => problemsOf(place, preprocessing, dims, stored, bytes));
  const applicable = readings.filter((_, i) => problems[i]!.length === 0);
  if (applicable.length === 0) throw new DiagnosticError(problems[0]!);
  return applicable;
}

function problemsOf(
  place: string,
  preprocessing: Preprocessing,
  dims: readonly number[],
  stored: Axes,
  bytes: boolean,
): Diagnostic[] {
  const image = imageSize(dims, stored);
  const shape = dims.join('x');
  const { color } = preprocessing;
  const steps = { ...(image ? sizeSteps(image, preprocessing) : preprocessing), color };
  const wanted = (['resize', 'crop', 'color'] as const).filter((field) => steps[field] !== undefined);
  const problems = wanted.flatMap((field) => {
    if (!image) return [preprocessingInvalid(place, field, `samples of shape ${shape} are no images`)];
    if (field === 'resize' && !bytes)
      return [preprocessingInvalid(place, field, 'only samples of bytes are resized')];
    if (field === 'crop' || isChannels(image.channels)) return [];
    return [preprocessingInvalid(place, field, `samples of ${image.channels} channels have no colour`)];
  });
  const channels = channelsOf(dims, stored, color) ?? 1;
  for (const field of ['mean', 'std'] as const) {
    const { length } = preprocessing[field];
    if (length !== 1 && length !== channels)
      problems.push(
        preprocessingInvalid(place, field, `${length} values for samples of ${channels} channel(s)`),
      );
  }
  return problems;
}

/** Raises dataTooLarge where the sample takes more after some step of its preprocessing; values may be doubles there. */
export function checkPrepared(
  place: string,
  dims: readonly number[],
  reading: Reading,
  preprocessing: Preprocessing,
  limit: number,
): void {
  const image = imageSize(dims, reading.stored);
  const resize = image && sizeSteps(image, preprocessing).resize;
  if (image && resize !== undefined) {
    const [height, width] = resizedSize(image, resize);
    const what = `this sample, resized to ${height}x${width},`;
    checkLimit(place, what, height * width * image.channels, limit);
  }
  const prepared = preparedDims(dims, reading, preprocessing);
  checkLimit(place, `this sample, preprocessed to ${prepared.join('x')},`, 8 * sizeOf(prepared), limit);
}

/**
 * Applies preprocessing to a sample.
 * @param reading one of those that applicableReadings gives
 * @param place the sample, for diagnostics
 * @returns [channels, h, w] or [h, w, channels]; samples that are no images keep their dims. Raises imageTooSmall, and
 *   preprocessingInvalid for a size that images cannot have.
 */
export async function prepareSample(
  raw: RawSample,
  preprocessing: Preprocessing,
  { stored, layout }: Reading,
  place: string,
): Promise<PreparedSample> {
  const { scale, mean, std } = preprocessing;
  const size = imageSize(raw.dims, stored);
  if (!size)
    return { dims: raw.dims, values: Float32Array.from(raw.values, (v) => (v * scale - mean[0]!) / std[0]!) };
  const image = interleave({ ...size, values: raw.values }, stored);
  const steps = sizeSteps(size, preprocessing);
  const resized =
    steps.resize === undefined ? image : await resize(image, steps.resize, preprocessing.kernel, place);
  const cropped = steps.crop === undefined ? resized : crop(resized, steps.crop, place);
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

function interleave(image: Image, stored: Axes): Image {
  if (stored !== 'NCHW') return image;
  const { height, width, channels, values } = image;
  const area = height * width;
  const out = values.slice();
  for (let c = 0; c < channels; c++)
    for (let p = 0; p < area; p++) out[p * channels + c] = values[c * area + p]!;
  return { ...image, values: out };
}

async function resize(
  image: Image,
  size: Size,
  kernel: Preprocessing['kernel'],
  place: string,
): Promise<Image> {
  const [height, width] = resizedSize(image, size);
  if (height === image.height && width === image.width) return image;
  const { channels } = image;
  const raw = { width: image.width, height: image.height, channels: channels as 1 | 3 | 4 };
  const sharp = await loadSharp();
  try {
    const values = await sharp(image.values as Uint8Array, { raw, limitInputPixels: false })
      .resize(width, height, { fit: 'fill', kernel })
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw()
      .toBuffer();
    return { height, width, channels, values };
  } catch (error) {
    const reason = `no image of ${height}x${width} can be made (${firstLine(error)})`;
    throw new DiagnosticError([preprocessingInvalid(place, 'resize', reason)]);
  }
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
