/** One MVM's input rows out of a layer's input tensor: the patch under a convolution's kernel, or one row. */
import type { ConvGeometry, Geometry } from '../ir/graph.ts';
import { resolvePadding } from '../ir/padding.ts';
import { sizeOf } from '../math/tensor.ts';

/** How to read the patches of one layer from samples of one size. */
export interface PatchReader {
  /** MVMs per sample. */
  readonly positions: number;
  /** Sizes of the input's spatial axes; empty for a matrix product. */
  readonly space: readonly number[];
  /** Writes the input rows of MVM `position` to `out`, [groups * rows]; padding is 0. */
  read(data: Float32Array, position: number, out: Float32Array): void;
}

/**
 * @param dims of the layer's input for one sample: [1, channels, ...space] or [..., rows]
 * @param length groups * rows
 */
export function createPatchReader(geometry: Geometry, dims: readonly number[], length: number): PatchReader {
  if (geometry.kind === 'matmul') {
    return {
      positions: sizeOf(dims.slice(0, -1)),
      space: [],
      read: (data, position, out) => out.set(data.subarray(position * length, (position + 1) * length)),
    };
  }
  const space = dims.slice(2);
  const resolved = resolvePadding(geometry, space) as ConvGeometry;
  // A convolution of one or two axes is one of three that starts with axes of length 1.
  const volume = <T>(values: readonly T[], none: T): readonly T[] => [
    ...Array<T>(3 - values.length).fill(none),
    ...values,
  ];
  const sizes = volume(space, 1);
  const kernel = volume(resolved.kernel, 1);
  const strides = volume(resolved.strides, 1);
  const steps = volume(resolved.dilations, 1);
  const begins = volume(resolved.pads.slice(0, space.length), 0);
  const ends = volume(resolved.pads.slice(space.length), 0);
  const outputs = sizes.map(
    (size, i) =>
      Math.floor((size + begins[i]! + ends[i]! - (kernel[i]! - 1) * steps[i]! - 1) / strides[i]!) + 1,
  );
  const [, height, width] = sizes as [number, number, number];
  const [, outputsY, outputsX] = outputs as [number, number, number];
  const [, kernelY, kernelX] = kernel as [number, number, number];
  const places = new Int32Array(sizeOf(kernel));
  const place = (axis: number, output: number, tap: number): number => {
    const at = output * strides[axis]! - begins[axis]! + tap * steps[axis]!;
    return at >= 0 && at < sizes[axis]! ? at : -1;
  };
  return {
    positions: sizeOf(outputs),
    space,
    read(data, position, out) {
      const [outZ, outY, outX] = placeIn(position, outputsY, outputsX);
      // Places of the kernel's cells in every channel; -1 in the padding.
      for (let cell = 0; cell < places.length; cell++) {
        const [tapZ, tapY, tapX] = placeIn(cell, kernelY, kernelX);
        const [z, y, x] = [place(0, outZ, tapZ), place(1, outY, tapY), place(2, outX, tapX)];
        places[cell] = z < 0 || y < 0 || x < 0 ? -1 : (z * height + y) * width + x;
      }
      let at = 0;
      for (let first = 0; at < length; first += sizeOf(sizes)) {
        for (let cell = 0; cell < places.length; cell++, at++) {
          const from = places[cell]!;
          out[at] = from < 0 ? 0 : data[first + from]!;
        }
      }
    },
  };
}

/** [z, y, x] of a position that counts x fastest. */
function placeIn(position: number, height: number, width: number): readonly [number, number, number] {
  const plane = Math.floor(position / width);
  return [Math.floor(plane / height), plane % height, position % width];
}
