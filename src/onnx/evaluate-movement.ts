/** Operators on constants that move values and do not change them. All dims are row-major. */
import { deferred, sizeOf, type Tensor, type TensorData } from '../math/tensor.ts';

/** @returns undefined where the sizes differ */
export function reshaped(x: Tensor, dims: readonly number[]): Tensor | undefined {
  return dims.every((d) => Number.isInteger(d) && d >= 0) && sizeOf(dims) === sizeOf(x.dims)
    ? deferred(x.type, dims, () => x.data)
    : undefined;
}

export function transpose(x: Tensor, perm: readonly number[]): Tensor | undefined {
  if (perm.length !== x.dims.length) return undefined;
  const strides = stridesOf(x.dims);
  return strided(
    x,
    perm.map((a) => x.dims[a]!),
    perm.map((a) => strides[a]!),
    0,
  );
}

/** numpy's slicing: negative and too large bounds, negative steps. */
export function slice(
  x: Tensor,
  starts: readonly number[],
  ends: readonly number[],
  axes: readonly number[],
  steps: readonly number[] = starts.map(() => 1),
): Tensor | undefined {
  const dims = [...x.dims];
  const strides = stridesOf(x.dims);
  let offset = 0;
  for (const [i, given] of axes.entries()) {
    const axis = given < 0 ? given + dims.length : given;
    const size = x.dims[axis];
    const step = steps[i];
    if (size === undefined || !step) return undefined;
    const low = step > 0 ? 0 : -1;
    const clamp = (v: number) => Math.min(Math.max(v < 0 ? v + size : v, low), size + low);
    const start = clamp(starts[i]!);
    dims[axis] = Math.max(0, Math.ceil((clamp(ends[i]!) - start) / step));
    offset += start * strides[axis]!;
    strides[axis]! *= step;
  }
  return strided(x, dims, strides, offset);
}

export function gather(
  x: Tensor,
  indexDims: readonly number[],
  indices: readonly number[],
  axis: number,
): Tensor | undefined {
  const along = axis < 0 ? axis + x.dims.length : axis;
  const size = x.dims[along];
  if (size === undefined || indices.some((i) => i < -size || i >= size)) return undefined;
  const inner = sizeOf(x.dims.slice(along + 1));
  const outer = sizeOf(x.dims.slice(0, along));
  const dims = [...x.dims.slice(0, along), ...indexDims, ...x.dims.slice(along + 1)];
  return taken(x, dims, (write) => {
    for (let o = 0; o < outer; o++) {
      for (const index of indices) {
        const from = (o * size + (index < 0 ? index + size : index)) * inner;
        for (let i = 0; i < inner; i++) write(from + i);
      }
    }
  });
}

export function concat(tensors: readonly Tensor[], axis: number): Tensor | undefined {
  const [first] = tensors;
  if (!first || tensors.some((t) => t.type !== first.type || t.dims.length !== first.dims.length))
    return undefined;
  const along = axis < 0 ? axis + first.dims.length : axis;
  const agrees = (t: Tensor) => t.dims.every((d, i) => i === along || d === first.dims[i]);
  if (along < 0 || along >= first.dims.length || !tensors.every(agrees)) return undefined;
  const dims = first.dims.map((d, i) =>
    i === along ? tensors.reduce((sum, t) => sum + t.dims[along]!, 0) : d,
  );
  const outer = sizeOf(first.dims.slice(0, along));
  return deferred(first.type, dims, () => {
    const parts = tensors.map((t) => t.data);
    const data = empty(parts[0]!, sizeOf(dims));
    let at = 0;
    for (let o = 0; o < outer; o++) {
      for (const part of parts) {
        const chunk = part.length / outer;
        for (let i = 0; i < chunk; i++) data[at++] = part[o * chunk + i]!;
      }
    }
    return data as TensorData;
  });
}

function stridesOf(dims: readonly number[]): number[] {
  return dims.map((_, i) => sizeOf(dims.slice(i + 1)));
}

/** The values at offset + sum(index * stride), for every index within dims. */
function strided(x: Tensor, dims: readonly number[], strides: readonly number[], offset: number): Tensor {
  const last = dims.length - 1;
  return taken(x, dims, (write) => {
    const visit = (axis: number, from: number): void => {
      const [size, stride] = [dims[axis]!, strides[axis]!];
      if (axis === last) for (let i = 0, at = from; i < size; i++, at += stride) write(at);
      else for (let i = 0; i < size; i++) visit(axis + 1, from + i * stride);
    };
    if (last < 0) write(offset);
    else visit(0, offset);
  });
}

function taken(x: Tensor, dims: readonly number[], each: (write: (from: number) => void) => void): Tensor {
  return deferred(x.type, dims, () => {
    const source = x.data;
    const data = empty(source, sizeOf(dims));
    let at = 0;
    each((from) => {
      data[at++] = source[from]!;
    });
    return data as TensorData;
  });
}

interface Values {
  [index: number]: number | bigint | string;
}

/** A new array of the same kind as `like`. */
function empty(like: TensorData, size: number): Values {
  if (Array.isArray(like)) return new Array<string>(size);
  const Kind = like.constructor as new (size: number) => Values;
  return new Kind(size);
}
