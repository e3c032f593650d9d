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
  // A 1-D convolution is a 2-D one of height 1.
  const plane = <T>(values: readonly T[], none: T): [T, T] =>
    space.length === 1 ? [none, values[0]!] : [values[0]!, values[1]!];
  const [height, width] = plane(space, 1);
  const [kernelY, kernelX] = plane(resolved.kernel, 1);
  const [strideY, strideX] = plane(resolved.strides, 1);
  const [stepY, stepX] = plane(resolved.dilations, 1);
  const [padY, padX] = plane(resolved.pads.slice(0, space.length), 0);
  const [endY, endX] = plane(resolved.pads.slice(space.length), 0);
  const outputsY = Math.floor((height + padY + endY - (kernelY - 1) * stepY - 1) / strideY) + 1;
  const outputsX = Math.floor((width + padX + endX - (kernelX - 1) * stepX - 1) / strideX) + 1;
  const places = new Int32Array(kernelY * kernelX);
  return {
    positions: outputsY * outputsX,
    space,
    read(data, position, out) {
      const y0 = Math.floor(position / outputsX) * strideY - padY;
      const x0 = (position % outputsX) * strideX - padX;
      // Places of the kernel's cells in every channel; -1 in the padding.
      for (let cell = 0; cell < places.length; cell++) {
        const y = y0 + Math.floor(cell / kernelX) * stepY;
        const x = x0 + (cell % kernelX) * stepX;
        places[cell] = y >= 0 && y < height && x >= 0 && x < width ? y * width + x : -1;
      }
      let at = 0;
      for (let first = 0; at < length; first += height * width) {
        for (let cell = 0; cell < places.length; cell++, at++) {
          const place = places[cell]!;
          out[at] = place < 0 ? 0 : data[first + place]!;
        }
      }
    },
  };
}
