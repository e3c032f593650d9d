/**
 * As much of a WebAssembly assembler as inner loops of ours need: a module with one memory and one function on 32-bit
 * integers and 128-bit vectors. Node 20 knows no other way to add four integers at once.
 */

declare namespace WebAssembly {
  class Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module);
    readonly exports: Readonly<Record<string, unknown>>;
  }
}

export type Code = readonly number[];

const [typeI32, typeV128, typeNone] = [0x7f, 0x7b, 0x40];

export const get = (local: number): Code => [0x20, local];
export const set = (local: number): Code => [0x21, local];
export const constant = (value: number): Code => [0x41, ...signed(value)];
export const add: Code = [0x6a];
export const subtract: Code = [0x6b];
export const multiplyIntegers: Code = [0x6c];
export const and: Code = [0x71];
export const shiftLeft: Code = [0x74];
/** Without sign. */
export const shiftRight: Code = [0x76];
/** How many bits are 1. */
export const countOnes: Code = [0x69];
export const loadByte = (offset = 0): Code => [0x2d, 0, ...unsigned(offset)];
/** An integer at the address on the stack, plus an offset; both are multiples of 4. */
export const loadInteger = (offset = 0): Code => [0x28, 2, ...unsigned(offset)];
/** An integer, to an address that is a multiple of 4. */
export const storeInteger: Code = [0x36, 2, 0];
/** The low 16 bits of an integer, to an even address. */
export const storeHalf: Code = [0x3b, 1, 0];
/** 128 bits at the address on the stack, plus an offset; fastest at a multiple of 8 bytes. */
export const loadVector = (offset = 0): Code => [0xfd, 0, 3, ...unsigned(offset)];
export const storeVector = (offset = 0): Code => [0xfd, 0x0b, 3, ...unsigned(offset)];
/** Four 16-bit integers without sign at the address on the stack, plus an offset, as 32-bit ones. */
export const loadFourHalves = (offset = 0): Code => [0xfd, 0x04, 3, ...unsigned(offset)];
/** The 32 bits at the address on the stack, in all four lanes. */
export const loadInFour: Code = [0xfd, 0x09, 2, 0];
/** The 64 bits at the address on the stack, plus an offset, in both lanes. */
export const loadInTwo = (offset = 0): Code => [0xfd, 0x0a, 3, ...unsigned(offset)];
/** The 64 bits at the address on the stack, plus an offset, in the low lane; in the high lane of the vector above it. */
export const loadLow = (offset = 0): Code => [0xfd, 0x5d, 3, ...unsigned(offset)];
export const loadHigh = (offset = 0): Code => [0xfd, 0x57, 3, ...unsigned(offset), 1];
/** The low 64 bits of a vector, to the address below it plus an offset; fastest at a multiple of 8 bytes. */
export const storeLow = (offset = 0): Code => [0xfd, 0x5b, 3, ...unsigned(offset), 0];
/** One of four 32-bit integers. */
export const laneOf = (lane: number): Code => [0xfd, 0x1b, lane];
/** The 32-bit integer on the stack, in all four lanes. */
export const inFourLanes: Code = [0xfd, 0x11];
/** Four sums of 32-bit integers. */
export const addLanes: Code = [0xfd, 0xae, 0x01];
/** Four shifts, by the integer on top of the stack; to the right without sign. */
export const shiftLanesLeft: Code = [0xfd, 0xab, 0x01];
export const shiftLanesRight: Code = [0xfd, 0xad, 0x01];
export const andVectors: Code = [0xfd, 0x4e];
export const orVectors: Code = [0xfd, 0x50];
export const exclusiveOrVectors: Code = [0xfd, 0x51];
/** The high 64 bits of two vectors. */
export const highParts: Code = [0xfd, 0x0d, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31];
/** The smaller and the larger of eight unsigned 16-bit integers each. */
export const minHalves: Code = [0xfd, 0x97, 0x01];
export const maxHalves: Code = [0xfd, 0x99, 0x01];
/** The low 16 bits of two vectors' integers, and the low bytes of two vectors' 16-bit ones; of those out of range, the nearest. */
export const toHalves: Code = [0xfd, 0x85, 0x01];
export const toBytes: Code = [0xfd, 0x65];
/** Sixteen sums of bytes, and the integer of their top bits. */
export const addBytes: Code = [0xfd, 0x6e];
export const topBits: Code = [0xfd, 0x64];
/** Eight products of signed 16-bit lanes, neighbours added to four 32-bit ones. */
export const dotPairs: Code = [0xfd, 0xba, 0x01];
/** Signed integers as 32-bit floats: four, and the low two as 64-bit floats. */
export const toSingles: Code = [0xfd, 0xfa, 0x01];
export const toFloats: Code = [0xfd, 0xfe, 0x01];
/** The low two 32-bit floats as 64-bit ones, and back. */
export const fromSingles: Code = [0xfd, 0x5f];
export const toSinglesLow: Code = [0xfd, 0x5e];
/** Four products of 32-bit floats, and the smaller of each two. */
export const multiplySingles: Code = [0xfd, 0xe6, 0x01];
export const minSingles: Code = [0xfd, 0xea, 0x01];
/** All bits of a lane where one 32-bit float is less than the other, as NaN never is. */
export const lessSingles: Code = [0xfd, 0x43];
/** All bits of a lane where one 64-bit float is at least the other. */
export const atLeastFloats: Code = [0xfd, 0x4c];
export const absoluteFloats: Code = [0xfd, 0xec, 0x01];
/** Two products, sums, differences and quotients of 64-bit floats. */
export const multiplyFloats: Code = [0xfd, 0xf2, 0x01];
export const addFloats: Code = [0xfd, 0xf0, 0x01];
export const subtractFloats: Code = [0xfd, 0xf1, 0x01];
export const divideFloats: Code = [0xfd, 0xf3, 0x01];
/** The smaller and the larger of two 64-bit floats each. */
export const minFloats: Code = [0xfd, 0xf4, 0x01];
export const maxFloats: Code = [0xfd, 0xf5, 0x01];
/** Two 64-bit floats to their nearest integers, halves to even ones. */
export const roundFloats: Code = [0xfd, 0x94, 0x01];

/** Whether any bit of a vector is 1, as an integer. */
export const anyBit: Code = [0xfd, 0x53];

/** local = local + by, a number or what code leaves on the stack. */
export const step = (local: number, by: number | Code): Code => [
  ...get(local),
  ...(typeof by === 'number' ? constant(by) : by),
  ...add,
  ...set(local),
];

/** Runs the body once, and again while `local` is below `limit`, both unsigned. */
export const repeat = (body: Code, local: number, limit: number): Code => [
  ...[0x03, typeNone],
  ...body,
  ...[...get(local), ...get(limit), 0x49],
  ...[0x0d, 0, 0x0b],
];

/** Numbers of 7 bits a byte, low bits first; the last one's sign goes on for ever. */
function signed(value: number): Code {
  const low = value & 0x7f;
  const rest = value >> 7;
  const last = (rest === 0 && low < 64) || (rest === -1 && low >= 64);
  return last ? [low] : [low | 0x80, ...signed(rest)];
}

function unsigned(value: number): Code {
  return value < 128 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >> 7)];
}

export interface Kernel {
  readonly memory: WebAssembly.Memory;
  readonly run: (...parameters: number[]) => void;
}

/**
 * @param parameters of the function, all 32-bit integers: locals 0, 1, ...
 * @param integers locals after them
 * @param vectors 128-bit locals after those
 */
export function instantiate(parameters: number, integers: number, vectors: number, body: Code): Kernel {
  const sized = (bytes: Code) => [...unsigned(bytes.length), ...bytes];
  const section = (id: number, bytes: Code) => [id, ...sized([1, ...bytes])];
  const name = (text: string) => sized([...text].map((letter) => letter.charCodeAt(0)));
  const types = Array<number>(parameters).fill(typeI32);
  const locals = [2, integers, typeI32, vectors, typeV128];
  const module = Uint8Array.of(
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [0x60, parameters, ...types, 0]),
    ...section(3, [0]),
    ...section(5, [0, 1]),
    ...[7, ...sized([2, ...name('memory'), 2, 0, ...name('run'), 0, 0])],
    ...section(10, sized([...locals, ...body, 0x0b])),
  );
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module));
  return { memory: exports.memory as WebAssembly.Memory, run: exports.run as Kernel['run'] };
}

const pageBytes = 1 << 16;

/** Makes room for `bytes` from address 0 on; views of the memory that were made before are void. */
export function reserve({ memory }: Kernel, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
}
