/**
 * What the axes of a stored sample may mean, and how it is put before the model: turns shapes into the one reading that
 * suits the model's input. Nothing here looks at values.
 */
import { defined } from '../defined.ts';
import { sizeOf } from '../math/tensor.ts';
import { fitSample, fixedLength, type InputDims, type Layout } from './fit.ts';
import type { Preprocessing, Size } from './preprocessing.ts';

/** The axes of a stored sample: those of an image in one of two orders, of an image of one channel, or no image's. */
export type Axes = Layout | 'HW' | 'plain';

export interface Reading {
  /** Of the sample as it is stored. */
  readonly stored: Axes;
  /** The order in which it is fed; samples that are no images keep theirs. */
  readonly layout: Layout;
}

/** A reading, and the shape that the model is given. */
export interface Fed {
  readonly reading: Reading;
  readonly dims: readonly number[];
}

interface ImageSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Whether an axis of this length is taken for the channels of an image: gray, RGB or RGBA. */
export function isChannels(length: number | undefined): boolean {
  return length === 1 || length === 3 || length === 4;
}

const layouts = ['NCHW', 'NHWC'] as const;

/**
 * All that the axes of a sample may mean, the likeliest first. Three axes are an image where the format or `stored` says
 * so, or where the last or the first is 1, 3 or 4; where only `layout` is said, they may as well be in that order already.
 * @param known the order that the sample's format has; undefined for arrays
 */
export function readingsOf(
  dims: readonly number[],
  known: Layout | undefined,
  { layout, stored }: Pick<Preprocessing, 'layout' | 'stored'>,
): readonly Reading[] {
  const order = known ?? stored;
  let axes: readonly Axes[] = ['plain'];
  if (dims.length === 2) axes = ['HW', 'plain'];
  else if (dims.length === 3 && order) axes = [order];
  else if (dims.length === 3) {
    const likely: readonly Axes[] = [
      ...(isChannels(dims[2]) ? (['NHWC'] as const) : []),
      ...(isChannels(dims[0]) ? (['NCHW'] as const) : []),
    ];
    axes = [...new Set<Axes>([...likely, layout ?? 'plain'])];
  }
  return axes.flatMap((read) =>
    (layout || read === 'plain' ? [layout ?? 'NCHW'] : layouts).map((fed) => ({ stored: read, layout: fed })),
  );
}

/** @returns `undefined` for samples that are no images */
export function imageSize(dims: readonly number[], stored: Axes): ImageSize | undefined {
  const [a = 1, b = 1, c = 1] = dims;
  if (stored === 'plain') return undefined;
  return stored === 'NCHW' ? { channels: a, height: b, width: c } : { height: a, width: b, channels: c };
}

/** Channels after preprocessing; `undefined` for samples that are no images. */
export function channelsOf(
  dims: readonly number[],
  stored: Axes,
  color: Preprocessing['color'],
): number | undefined {
  const image = imageSize(dims, stored);
  if (!image || color === undefined) return image?.channels;
  return color === 'gray' || color === 'luma' ? 1 : 3;
}

/** A single number is the shorter side; the longer one keeps the ratio, rounded down. */
export function resizedSize(
  { height, width }: Pick<ImageSize, 'height' | 'width'>,
  size: Size,
): readonly [number, number] {
  if (typeof size !== 'number') return size;
  return height < width
    ? [size, Math.floor((size * width) / height)]
    : [Math.floor((size * height) / width), size];
}

/** The resize and the crop of an image of this size. */
export function sizeSteps(
  { height, width }: Pick<ImageSize, 'height' | 'width'>,
  { resize, crop, keepCropped = false }: Preprocessing,
): Pick<Preprocessing, 'resize' | 'crop'> {
  const [high, wide] = typeof crop === 'number' ? [crop, crop] : (crop ?? []);
  if (keepCropped && high === height && wide === width) return {};
  return defined({ resize, crop });
}

/** The shape of a sample after preprocessing; a crop that is too large counts as if it were not. */
export function preparedDims(
  dims: readonly number[],
  { stored, layout }: Reading,
  preprocessing: Preprocessing,
): readonly number[] {
  const image = imageSize(dims, stored);
  if (!image) return dims;
  const { resize, crop } = sizeSteps(image, preprocessing);
  const resized = resize === undefined ? [image.height, image.width] : resizedSize(image, resize);
  const [height, width] = crop === undefined ? resized : typeof crop === 'number' ? [crop, crop] : crop;
  const channels = channelsOf(dims, stored, preprocessing.color)!;
  return layout === 'NCHW' ? [channels, height!, width!] : [height!, width!, channels];
}

/** Whether a step of the preprocessing asks which axis is which. */
function looksAtAxes({ resize, crop, color, mean, std }: Preprocessing): boolean {
  return [resize, crop, color].some((step) => step !== undefined) || mean.length > 1 || std.length > 1;
}

/** Whether values stay in the order in which they are stored. */
function keepsOrder({ stored, layout }: Reading): boolean {
  return stored === 'plain' || stored === 'HW' || stored === layout;
}

/**
 * The reading whose shape fits the input best. Of several, a sample of unknown order stays as it is stored where all axes
 * of the input are fixed, or only the number of values counts.
 * @param readings of a sample of this shape, which can be preprocessed
 * @param known the order that the sample's format has
 * @returns none where nothing fits; 'several' where readings fit that would give the model different values
 */
export function chooseReading(
  dims: readonly number[],
  readings: readonly Reading[],
  known: Layout | undefined,
  preprocessing: Preprocessing,
  input: InputDims,
): Fed | 'none' | 'several' {
  const fitting = readings.flatMap((reading) => {
    const prepared = preparedDims(dims, reading, preprocessing);
    const fit = fitSample(prepared, input);
    return fit ? [{ reading, prepared, ...fit }] : [];
  });
  const way = Math.min(...fitting.map((fit) => fit.way));
  const best = fitting.filter((fit) => fit.way === way);
  const looked = looksAtAxes(preprocessing);
  const given = distinct(best, looked);
  if (given.length === 0) return 'none';
  if (given.length === 1) return given[0]!;
  const fixed = input.slice(1).every((axis) => fixedLength(axis) !== undefined);
  const kept = distinct(
    best.filter(({ reading }) => keepsOrder(reading)),
    looked,
  );
  return known === undefined && (fixed || way > 1) && kept.length === 1 ? kept[0]! : 'several';
}

/** Readings that give the model the same shape and the same values count once. */
function distinct<F extends Fed & { readonly prepared: readonly number[] }>(
  fits: readonly F[],
  looked: boolean,
): readonly F[] {
  const keyOf = ({ reading, dims, prepared }: F) => {
    const channels = prepared[reading.layout === 'NCHW' ? 0 : 2]!;
    const moves = !keepsOrder(reading) && channels > 1 && sizeOf(prepared) > channels;
    return `${dims} ${moves || looked ? reading.stored : ''} ${moves ? reading.layout : ''}`;
  };
  return [...new Map(fits.toReversed().map((fit) => [keyOf(fit), fit])).values()].reverse();
}
