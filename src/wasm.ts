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

type Code = readonly number[];

const [typeI32, typeV128, typeNone] = [0x7f, 0x7b, 0x40];

export const get = (local: number): Code => [0x20, local];
export const set = (local: number): Code => [0x21, local];
export const constant = (value: number): Code => [0x41, ...signed(value)];
export const add: Code = [0x6a];
export const subtract: Code = [0x6b];
export const and: Code = [0x71];
export const shiftLeft: Code = [0x74];
export const loadByte: Code = [0x2d, 0, 0];
/** 128 bits at the address on the stack, plus an offset; the address is a multiple of 8 bytes. */
export const loadVector = (offset = 0): Code => [0xfd, 0, 3, ...unsigned(offset)];
export const storeVector = (offset = 0): Code => [0xfd, 0x0b, 3, ...unsigned(offset)];
/** The 32 bits at the address on the stack, in all four lanes. */
export const loadInFour: Code = [0xfd, 0x09, 2, 0];
/** The 64 bits at the address on the stack, plus an offset, in both lanes. */
export const loadInTwo = (offset = 0): Code => [0xfd, 0x0a, 3, ...unsigned(offset)];
/** The 32-bit integer on the stack, in all four lanes. */
export const inFourLanes: Code = [0xfd, 0x11];
/** Four sums of 32-bit integers. */
export const addLanes: Code = [0xfd, 0xae, 0x01];
/** Four shifts, by the integer on top of the stack; to the right without sign. */
export const shiftLanesLeft: Code = [0xfd, 0xab, 0x01];
export const shiftLanesRight: Code = [0xfd, 0xad, 0x01];
export const orVectors: Code = [0xfd, 0x50];
export const exclusiveOrVectors: Code = [0xfd, 0x51];
/** Eight products of signed 16-bit lanes, neighbours added to four 32-bit ones. */
export const dotPairs: Code = [0xfd, 0xba, 0x01];
/** Two products, and two sums, of 64-bit floats. */
export const multiplyFloats: Code = [0xfd, 0xf2, 0x01];
export const addFloats: Code = [0xfd, 0xf0, 0x01];

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
