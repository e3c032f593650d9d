/** A layer's input tensor -> the input codes of each of its MVMs, straight from the definitions of ONNX. */
import type { CrossbarLayer } from '../../src/ir/crossbar.ts';
import type { Tensor } from '../../src/math/tensor.ts';

export interface Mvm {
  readonly codes: Uint16Array;
  /** Where output column o of this MVM lies in the layer's output. */
  readonly indexOf: (output: number) => number;
}

/** @param input float32: [..., rows], or [batch, channels, ...space] */
export function mvmsOf(layer: CrossbarLayer, input: Tensor): Mvm[] {
  const data = input.data as Float32Array;
  const code = (value: number) => quantize(value, layer.quantization);
  const outputs = layer.groups * layer.columns;
  const { geometry } = layer;
  if (geometry.kind === 'matmul') {
    return Array.from({ length: data.length / layer.rows }, (_, v) => ({
      codes: Uint16Array.from(data.subarray(v * layer.rows, (v + 1) * layer.rows), code),
      indexOf: (o) => v * outputs + o,
    }));
  }
  const { kernel, strides, dilations, pads } = geometry;
  const axes = kernel.length;
  const [batch = 1, channels = 1, ...space] = input.dims;
  const counts = space.map((size, i) => {
    const reach = dilations[i]! * (kernel[i]! - 1) + 1;
    return Math.floor((size + pads[i]! + pads[axes + i]! - reach) / strides[i]!) + 1;
  });
  return placesOf([batch]).flatMap(([n = 0]) =>
    placesOf(counts).map((place) => ({
      codes: Uint16Array.from(
        placesOf([channels, ...kernel]).map(([c = 0, ...tap]) => {
          const at = tap.map((t, i) => place[i]! * strides[i]! - pads[i]! + t * dilations[i]!);
          const inside = at.every((a, i) => a >= 0 && a < space[i]!);
          return code(inside ? data[indexIn(input.dims, [n, c, ...at])]! : 0);
        }),
      ),
      indexOf: (o) => indexIn([batch, outputs, ...counts], [n, o, ...place]),
    })),
  );
}

/** All places of a box, its last axis fastest. */
function placesOf([size, ...rest]: readonly number[]): number[][] {
  if (size === undefined) return [[]];
  const inner = placesOf(rest);
  return Array.from({ length: size }, (_, i) => inner.map((place) => [i, ...place])).flat();
}

function indexIn(dims: readonly number[], place: readonly number[]): number {
  return place.reduce((index, at, axis) => index * dims[axis]! + at, 0);
}

/** QuantizeLinear of ONNX, to codes of any number of bits; signed ones in two's complement. */
export function quantize(
  value: number,
  { scale, zero, signed, bits }: CrossbarLayer['quantization'],
): number {
  const [most, half] = [2 ** bits - 1, 2 ** (bits - 1)];
  const x = Math.fround(value / scale);
  const floor = Math.floor(x);
  const even = x - floor === 0.5 ? floor + Math.abs(floor % 2) : Math.round(x);
  return signed ? Math.max(-half, Math.min(half - 1, even)) & most : Math.max(0, Math.min(most, even + zero));
}
