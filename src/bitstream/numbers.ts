/** The numbers of FORMAT.md, little-endian: the bytes of each, and how a DataView reads and writes it. */

export interface NumberType {
  readonly bytes: number;
  readonly get: (view: DataView, at: number) => number;
  readonly set: (view: DataView, at: number, value: number) => void;
}

export const numbers = {
  u8: { bytes: 1, get: (v, at) => v.getUint8(at), set: (v, at, n) => v.setUint8(at, n) },
  i8: { bytes: 1, get: (v, at) => v.getInt8(at), set: (v, at, n) => v.setInt8(at, n) },
  u16: { bytes: 2, get: (v, at) => v.getUint16(at, true), set: (v, at, n) => v.setUint16(at, n, true) },
  i16: { bytes: 2, get: (v, at) => v.getInt16(at, true), set: (v, at, n) => v.setInt16(at, n, true) },
  u32: { bytes: 4, get: (v, at) => v.getUint32(at, true), set: (v, at, n) => v.setUint32(at, n, true) },
  i32: { bytes: 4, get: (v, at) => v.getInt32(at, true), set: (v, at, n) => v.setInt32(at, n, true) },
  f32: { bytes: 4, get: (v, at) => v.getFloat32(at, true), set: (v, at, n) => v.setFloat32(at, n, true) },
} satisfies Readonly<Record<string, NumberType>>;

export const { u8, i8, u16, i16, u32, i32, f32 } = numbers;
