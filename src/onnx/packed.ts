/**
 * Elements of less than a byte: several lie in one, the first in its lowest bits, in files; in a Tensor every element has
 * a byte of its own. Signed ones are two's complement in both.
 */

/** @param bits of one element: 2 or 4 */
export function unpack(bytes: ArrayLike<number>, size: number, bits: number, signed: boolean): Uint8Array {
  const perByte = 8 / bits;
  const values = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    const value = (bytes[Math.floor(i / perByte)]! >> ((i % perByte) * bits)) & (2 ** bits - 1);
    values[i] = signed && value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
  }
  return values;
}

export function pack(values: ArrayLike<number>, bits: number): Uint8Array {
  const perByte = 8 / bits;
  const bytes = new Uint8Array(Math.ceil(values.length / perByte));
  for (let i = 0; i < values.length; i++) {
    bytes[Math.floor(i / perByte)]! |= (values[i]! & (2 ** bits - 1)) << ((i % perByte) * bits);
  }
  return bytes;
}
