/** Samples, which are float32 -> the element type that an input of a model has. Integers are rounded, and kept in range. */

import { float16Bits } from '../math/small-floats.ts';
import { arrays, type Tensor } from '../math/tensor.ts';

/** @param type of the input, as onnxruntime names it; undefined where the model has no such input */
export function fedAs(tensor: Tensor, type: string | undefined): Tensor {
  if (tensor.type !== 'float32' || !type || type === 'float32') return tensor;
  const values = tensor.data as Float32Array;
  const { dims } = tensor;
  switch (type) {
    case 'int64':
      return { type, dims, data: BigInt64Array.from(values, (v) => BigInt(Math.round(v))) };
    case 'uint64':
      return { type, dims, data: BigUint64Array.from(values, (v) => BigInt(Math.max(0, Math.round(v)))) };
    case 'int8':
    case 'uint8':
    case 'int16':
    case 'uint16':
    case 'int32':
    case 'uint32': {
      const [least, most] = rangeOf(type);
      const inRange = (v: number) => Math.min(Math.max(Math.round(v), least), most);
      return { type, dims, data: arrays[type].from(Float64Array.from(values, inRange)) };
    }
    case 'bool':
      return { type, dims, data: Uint8Array.from(values, (v) => (v === 0 ? 0 : 1)) };
    case 'float64':
      return { type, dims, data: Float64Array.from(values) };
    case 'float16':
      return { type, dims, data: Uint16Array.from(values, float16Bits) };
    default:
      return tensor;
  }
}

function rangeOf(type: 'int8' | 'uint8' | 'int16' | 'uint16' | 'int32' | 'uint32'): [number, number] {
  const bits = 8 * arrays[type].BYTES_PER_ELEMENT;
  return type.startsWith('u') ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
}
