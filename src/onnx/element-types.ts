/** TensorProto.DataType: the numbers by which ONNX files name element types. */
import type { DataType } from '../math/tensor.ts';

const numbers: Readonly<Record<DataType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
  float8e4m3fn: 17,
  float8e4m3fnuz: 18,
  float8e5m2: 19,
  float8e5m2fnuz: 20,
  uint4: 21,
  int4: 22,
  float4e2m1: 23,
  float8e8m0: 24,
  uint2: 25,
  int2: 26,
};

const types = new Map(Object.entries(numbers).map(([type, number]) => [number, type as DataType]));

/** Types that files may hold and Crossloom does not compute with. */
const others = new Map([
  [14, 'complex64'],
  [15, 'complex128'],
]);

export function elementNumber(type: DataType): number {
  return numbers[type];
}

/** @returns undefined for a type that Tensor does not have */
export function elementType(number: number): DataType | undefined {
  return types.get(number);
}

/** How a message names an element type. */
export function elementName(number: number): string {
  return types.get(number) ?? others.get(number) ?? `type ${number}`;
}
