/** Code of a kernel -> a WebAssembly module with one memory and one function, ready to run. */

declare namespace WebAssembly {
  class Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports?: Readonly<Record<string, Readonly<Record<string, Memory>>>>);
    readonly exports: Readonly<Record<string, unknown>>;
  }
}

/** Bytes of instructions, nested as they come. */
export type Code = readonly (number | Code)[];

const [typeI32, typeV128] = [0x7f, 0x7b];

export interface Kernel {
  readonly memory: WebAssembly.Memory;
  readonly run: (...parameters: number[]) => void;
}

/**
 * @param parameters of the function, all 32-bit integers: locals 0, 1, ...
 * @param integers locals after them
 * @param vectors 128-bit locals after those
 * @param shared memory of another kernel, which this one works on too; without it, the kernel gets its own
 */
export function instantiate(
  parameters: number,
  integers: number,
  vectors: number,
  body: Code,
  shared?: WebAssembly.Memory,
): Kernel {
  const sized = (bytes: readonly number[]) => [...unsigned(bytes.length), ...bytes];
  const section = (id: number, bytes: readonly number[]) => [id, ...sized([1, ...bytes])];
  const name = (text: string) => sized([...text].map((letter) => letter.charCodeAt(0)));
  const types = Array<number>(parameters).fill(typeI32);
  const locals = [2, integers, typeI32, vectors, typeV128];
  const code = (body as readonly unknown[]).flat(Number.POSITIVE_INFINITY) as number[];
  const module = Uint8Array.of(
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [0x60, parameters, ...types, 0]),
    ...(shared ? section(2, [...name('of'), ...name('memory'), 2, 0, 1]) : []),
    ...section(3, [0]),
    ...(shared ? [] : section(5, [0, 1])),
    ...[7, ...sized([2, ...name('memory'), 2, 0, ...name('run'), 0, 0])],
    ...section(10, sized([...locals, ...code, 0x0b])),
  );
  const imports = shared ? { of: { memory: shared } } : {};
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module), imports);
  return { memory: exports.memory as WebAssembly.Memory, run: exports.run as Kernel['run'] };
}

/** Numbers of 7 bits a byte, low bits first. */
export function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >> 7)];
}

const pageBytes = 1 << 16;

/** Makes room for `bytes` from address 0 on; views of the memory that were made before are void. */
export function reserve({ memory }: Kernel, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
}
