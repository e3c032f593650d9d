/** A layer's input tensor -> the input codes of each of its MVMs, straight from the definitions of ONNX. */
import type { CrossbarLayer } from '../../src/ir/crossbar.ts';
import type { Tensor } from '../../src/math/tensor.ts';

export interface Mvm {
  readonly codes: Uint8Array;
  /** Where output column o of this MVM lies in the layer's output. */
  readonly indexOf: (output: number) => number;
}

/** @param input float32: [..., rows], or [batch, channels, ...space] with one or two spatial axes */
export function mvmsOf(layer: CrossbarLayer, input: Tensor): Mvm[] {
  const data = input.data as Float32Array;
  const code = (value: number) => quantize(value, layer.quantization);
  const outputs = layer.groups * layer.columns;
  const { geometry } = layer;
  if (geometry.kind === 'matmul') {
    return Array.from({ length: data.length / layer.rows }, (_, v) => ({
      codes: Uint8Array.from(data.subarray(v * layer.rows, (v + 1) * layer.rows), code),
      indexOf: (o) => v * outputs + o,
    }));
  }
  const two = (values: readonly number[], filler: number) =>
    values.length === 1 ? [filler, values[0]!] : values;
  const axes = geometry.kernel.length;
  const [height, width] = two(input.dims.slice(2), 1) as [number, number];
  const [ky, kx] = two(geometry.kernel, 1) as [number, number];
  const [sy, sx] = two(geometry.strides, 1) as [number, number];
  const [dy, dx] = two(geometry.dilations, 1) as [number, number];
  const [top, left] = two(geometry.pads.slice(0, axes), 0) as [number, number];
  const [bottom, right] = two(geometry.pads.slice(axes), 0) as [number, number];
  const outY = Math.floor((height + top + bottom - dy * (ky - 1) - 1) / sy) + 1;
  const outX = Math.floor((width + left + right - dx * (kx - 1) - 1) / sx) + 1;
  const channels = input.dims[1]!;
  const mvms: Mvm[] = [];
  for (let n = 0; n < input.dims[0]!; n++) {
    for (let y = 0; y < outY; y++) {
      for (let x = 0; x < outX; x++) {
        const codes: number[] = [];
        for (let c = 0; c < channels; c++) {
          for (let i = 0; i < ky; i++) {
            for (let j = 0; j < kx; j++) {
              const [row, column] = [y * sy - top + i * dy, x * sx - left + j * dx];
              const inside = row >= 0 && row < height && column >= 0 && column < width;
              codes.push(code(inside ? data[((n * channels + c) * height + row) * width + column]! : 0));
            }
          }
        }
        mvms.push({
          codes: Uint8Array.from(codes),
          indexOf: (o) => ((n * outputs + o) * outY + y) * outX + x,
        });
      }
    }
  }
  return mvms;
}

/** QuantizeLinear of ONNX; signed codes as two's complement bytes. */
export function quantize(value: number, { scale, zero, signed }: CrossbarLayer['quantization']): number {
  const x = Math.fround(value / scale);
  const floor = Math.floor(x);
  const even = x - floor === 0.5 ? floor + Math.abs(floor % 2) : Math.round(x);
  return signed ? Math.max(-128, Math.min(127, even)) & 255 : Math.max(0, Math.min(255, even + zero));
}
