/**
 * As much of a WebAssembly assembler as inner loops of ours need: instructions on 32-bit integers and 128-bit vectors, by the
 * types that WebAssembly names them by (f64x2: two 64-bit floats). Node 20 knows no other way to add four integers at once.
 */

import { type Code, unsigned } from './instantiate.ts';

export const get = (local: number): Code => [0x20, local];
export const set = (local: number): Code => [0x21, local];
export const constant = (value: number): Code => [0x41, ...signed(value)];

/** Of integers. Addresses lie on the stack, and an offset is added to them: multiples of the size of what lies there. */
export const i32 = {
  add: [0x6a],
  subtract: [0x6b],
  multiply: [0x6c],
  and: [0x71],
  shiftLeft: [0x74],
  /** Without sign. */
  shiftRight: [0x76],
  above: [0x4b],
  /** How many bits are 1. */
  countOnes: [0x69],
  load: (offset = 0): Code => [0x28, 2, ...unsigned(offset)],
  loadByte: (offset = 0): Code => [0x2d, 0, ...unsigned(offset)],
  store: [0x36, 2, 0],
  /** The low 16 bits. */
  storeHalf: [0x3b, 1, 0],
} as const;

/** Of vectors whatever is in them. Fastest at addresses that are multiples of 8 bytes. */
export const v128 = {
  load: (offset = 0): Code => [0xfd, 0, 3, ...unsigned(offset)],
  store: (offset = 0): Code => [0xfd, 0x0b, 3, ...unsigned(offset)],
  /** The 32 bits at the address, in all four lanes; the 64 bits there, in both lanes. */
  loadInFour: [0xfd, 0x09, 2, 0],
  loadInTwo: (offset = 0): Code => [0xfd, 0x0a, 3, ...unsigned(offset)],
  /** The 64 bits at the address, in the low lane; in the high lane of the vector above it. */
  loadLow: (offset = 0): Code => [0xfd, 0x5d, 3, ...unsigned(offset)],
  loadHigh: (offset = 0): Code => [0xfd, 0x57, 3, ...unsigned(offset), 1],
  /** The low 64 bits of a vector, to the address below it. */
  storeLow: (offset = 0): Code => [0xfd, 0x5b, 3, ...unsigned(offset), 0],
  and: [0xfd, 0x4e],
  or: [0xfd, 0x50],
  exclusiveOr: [0xfd, 0x51],
  /** The bits of the first vector where the third has 1, of the second where it has 0. */
  choose: [0xfd, 0x52],
  /** All bits 0. */
  zero: [0xfd, 0x0c, ...Array<number>(16).fill(0)],
  /** The low 64 bits of two vectors, and the high ones. */
  lowParts: [0xfd, 0x0d, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23],
  highParts: [0xfd, 0x0d, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31],
  /** Whether any bit is 1, as an integer. */
  anyBit: [0xfd, 0x53],
} as const;

export const i32x4 = {
  /** Four 16-bit integers without sign at the address. */
  loadHalves: (offset = 0): Code => [0xfd, 0x04, 3, ...unsigned(offset)],
  /** One of them. */
  lane: (lane: number): Code => [0xfd, 0x1b, lane],
  /** The integer on the stack, in all lanes. */
  inAll: [0xfd, 0x11],
  add: [0xfd, 0xae, 0x01],
  subtract: [0xfd, 0xb1, 0x01],
  /** By the integer on top of the stack; to the right without sign, and with it. */
  shiftLeft: [0xfd, 0xab, 0x01],
  shiftRight: [0xfd, 0xad, 0x01],
  shiftRightSigned: [0xfd, 0xac, 0x01],
  /** Sums of the two 16-bit integers without sign in each. */
  addPairs: [0xfd, 0x7f],
} as const;

export const i16x8 = {
  /** Without sign. */
  min: [0xfd, 0x97, 0x01],
  max: [0xfd, 0x99, 0x01],
  /** The low 16 bits of two vectors' 32-bit integers; of those out of range, the nearest. */
  fromIntegers: [0xfd, 0x85, 0x01],
  /** Products of signed ones, neighbours added to 32-bit integers. */
  dotPairs: [0xfd, 0xba, 0x01],
  /** Sums of the two bytes without sign in each. */
  addPairs: [0xfd, 0x7d],
} as const;

export const i8x16 = {
  add: [0xfd, 0x6e],
  /** How many bits of each are 1. */
  countOnes: [0xfd, 0x62],
  /** The integer of their top bits. */
  topBits: [0xfd, 0x64],
  /** The low bytes of two vectors' 16-bit integers; of those out of range, the nearest. */
  fromHalves: [0xfd, 0x65],
} as const;

export const f32x4 = {
  add: [0xfd, 0xe4, 0x01],
  subtract: [0xfd, 0xe5, 0x01],
  multiply: [0xfd, 0xe6, 0x01],
  divide: [0xfd, 0xe7, 0x01],
  squareRoot: [0xfd, 0xe3, 0x01],
  min: [0xfd, 0xea, 0x01],
  max: [0xfd, 0xeb, 0x01],
  /** All bits of a lane where one is less than the other, as NaN never is. */
  less: [0xfd, 0x43],
  /** Of signed ones, and of those without sign. */
  fromIntegers: [0xfd, 0xfa, 0x01],
  fromUnsigned: [0xfd, 0xfb, 0x01],
  /** Of two 64-bit floats, the low two. */
  fromFloats: [0xfd, 0x5e],
} as const;

export const f64x2 = {
  /** A number in both lanes. */
  inBoth: (value: number): Code => [0xfd, 0x0c, ...new Uint8Array(Float64Array.of(value, value).buffer)],
  add: [0xfd, 0xf0, 0x01],
  subtract: [0xfd, 0xf1, 0x01],
  multiply: [0xfd, 0xf2, 0x01],
  divide: [0xfd, 0xf3, 0x01],
  min: [0xfd, 0xf4, 0x01],
  max: [0xfd, 0xf5, 0x01],
  absolute: [0xfd, 0xec, 0x01],
  /** To the nearest integers, halves to even ones. */
  round: [0xfd, 0x94, 0x01],
  /** All bits of a lane where one is at least the other. */
  atLeast: [0xfd, 0x4c],
  /** Of the low two: signed 32-bit integers, and 32-bit floats. */
  fromIntegers: [0xfd, 0xfe, 0x01],
  fromSingles: [0xfd, 0x5f],
} as const;

/** local = local + by, a number or what code leaves on the stack. */
export const step = (local: number, by: number | Code): Code => [
  get(local),
  typeof by === 'number' ? constant(by) : by,
  i32.add,
  set(local),
];

/** Runs the body once, and again while `local` is below `limit`, both unsigned. */
export const repeat = (body: Code, local: number, limit: number): Code => [
  [0x03, 0x40, body],
  [get(local), get(limit), 0x49],
  [0x0d, 0, 0x0b],
];

/** Runs the body where what the condition leaves is not 0. */
export const when = (condition: Code, body: Code): Code => [condition, 0x04, 0x40, body, 0x0b];

/** As `unsigned`, but that the last byte's sign goes on for ever. */
function signed(value: number): number[] {
  const low = value & 0x7f;
  const rest = value >> 7;
  const last = (rest === 0 && low < 64) || (rest === -1 && low >= 64);
  return last ? [low] : [low | 0x80, ...signed(rest)];
}
