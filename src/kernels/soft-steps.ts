/**
 * Many pulses at once on all cells of a row, each a step towards a bound (soft bounds, additive noise): with a the share of
 * what is left that one pulse takes, n pulses leave
 *
 *   w + (bound - w) q + sigma sqrt((1 - (1 - a)^2n) / (1 - (1 - a)^2)) xi,   q = 1 - (1 - a)^n
 *
 * held within both bounds, which is what n pulses one by one come to in distribution. As WebAssembly with its 128-bit
 * vectors, where a draw depends on the key and the cell alone.
 */
import { type Code, instantiate, type Kernel, reserve } from './instantiate.ts';
import { normalLanes } from './normal-lanes.ts';
import { parity, threefryLanes } from './threefry-lanes.ts';
import { constant, f32x4, get, i8x16, i16x8, i32x4, repeat, set, step, v128 } from './wasm.ts';

/** Cells of one pass of the loop: rows are as long as a multiple of it. */
const width = 16;
const numberBytes = 4;
const vectorBytes = 16;

/** What the voltage makes of pulses: factors on the steps up and down, and the noise of one in units of its step at w = 0. */
export interface StepScale {
  readonly up: number;
  readonly down: number;
  readonly noise: number;
}

/** Words of the key of the draws of one pass over an array. */
export interface DrawKey {
  readonly key0: number;
  readonly key1: number;
}

export type Sense = 'up' | 'down';

/** Cells of one array, [row][stride], and their inner loops. */
export interface SoftSteps {
  /** Numbers from one row to the next; those behind the last column stand for no cells. */
  readonly stride: number;
  readonly w: Float32Array;
  readonly bounds: Readonly<Record<Sense, Float32Array>>;
  /** Of what is left that one pulse takes; 0 for a cell that no pulse moves. */
  readonly shares: Readonly<Record<Sense, Float32Array>>;
  /** Steps by trains, until a stepper by `halves` moves them to `cycles`. */
  readonly steps: Readonly<Record<Sense, Uint32Array>>;
  readonly cycles: Uint32Array;
  /** To be filled in, [column]: the columns' trains, or their pulses. */
  readonly columns: Int32Array;
  /** To be filled in for trains, [column]: 0, or -1 where the column turns the direction of its cells' steps around. */
  readonly turned: Int32Array;
  /**
   * The inner loop of one row.
   * @param bits of the largest number of steps that a cell is told
   */
  readonly stepper: (by: StepsBy, bits: number, noisy: boolean) => StepRow;
}

/**
 * How often a cell steps: `trains`, as often as its column's train has a pulse where its row's has one; `halves`, by the pulses
 * of its row and its column that did not meet in `steps`.
 */
type StepsBy = 'trains' | 'halves';

/** @param word the row's train, or its pulses */
type StepRow = (row: number, word: number, sense: Sense, scale: StepScale, key: DrawKey) => void;

/** Memory for the cells of an array. */
export function openSoftSteps(rows: number, columns: number): SoftSteps {
  const stride = width * Math.ceil(columns / width);
  const plane = numberBytes * rows * stride;
  const names = ['w', 'upper', 'lower', 'shareUp', 'shareDown', 'up', 'down', 'cycles'] as const;
  const address = Object.fromEntries(names.map((name, i) => [name, scaleBytes + i * plane])) as Record<
    (typeof names)[number],
    number
  >;
  const columnsAt = scaleBytes + names.length * plane;
  const turnedAt = columnsAt + numberBytes * stride;
  const base = assemble('trains', 1, false);
  reserve(base, turnedAt + numberBytes * stride);
  const { memory } = base;
  const floats = (name: keyof typeof address) =>
    new Float32Array(memory.buffer, address[name], rows * stride);
  const integers = (name: keyof typeof address) =>
    new Uint32Array(memory.buffer, address[name], rows * stride);
  const scales = new Float32Array(memory.buffer, 0, 12);
  const kernels = new Map<string, Kernel>();
  return {
    stride,
    w: floats('w'),
    bounds: { up: floats('upper'), down: floats('lower') },
    shares: { up: floats('shareUp'), down: floats('shareDown') },
    steps: { up: integers('up'), down: integers('down') },
    cycles: integers('cycles'),
    columns: new Int32Array(memory.buffer, columnsAt, stride),
    turned: new Int32Array(memory.buffer, turnedAt, stride),
    stepper(by, bits, noisy) {
      const name = `${by} ${bits} ${noisy}`;
      const { run } = kernels.get(name) ?? assemble(by, bits, noisy, memory);
      kernels.set(name, { memory, run });
      return (row, word, sense, scale, { key0, key1 }) => {
        const from = numberBytes * row * stride;
        const up = sense === 'up';
        scales.fill(scale.up, 0, 4).fill(scale.down, 4, 8).fill(scale.noise, 8, 12);
        run(
          address.w + from,
          address.w + from + numberBytes * stride,
          address.upper + from,
          address.lower + from,
          address.shareUp + from,
          address.shareDown + from,
          (by === 'trains' || up ? address.up : address.down) + from,
          address.down + from,
          address.cycles + from,
          columnsAt,
          turnedAt,
          word,
          up ? 0 : -1,
          key0,
          key1,
          parity ^ key0 ^ key1,
          (row * stride) / 2,
        );
      };
    },
  };
}

/** The memory begins with the scales of pulses, each in four lanes, and the numbers of a pass's draws. */
const noiseAt = 2 * vectorBytes;
const countersAt = 3 * vectorBytes;
const scaleBytes = 5 * vectorBytes;

/**
 * A function of
 *   w, end                 address of a row's states, and behind it
 *   upper, lower           addresses of the row's bounds
 *   shareUp, shareDown     of its shares
 *   up, down, cycles       of its counts; of halves, `up` is those of either sense
 *   columns, turned        of what columns do
 *   word                   the row's
 *   sense                  0 for steps up, -1 for steps down
 *   key0, key1, key2       words of the key
 *   counter                of the row's first two draws
 */
function assemble(by: StepsBy, bits: number, noisy: boolean, shared?: Kernel['memory']): Kernel {
  const [w, end, upper, lower, shareUp, shareDown, up, down, cycles] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const [columns, turned, word, sense, key0, counter] = [9, 10, 11, 12, 13, 16];
  const keys = [17, 18, 19] as const;
  const blocks = [
    { x0: 20, x1: 21 },
    { x0: 22, x1: 23 },
  ];
  const [own, isDown, count, taken, left, single, bound, first, second] = [
    24, 25, 26, 27, 28, 29, 30, 31, 32,
  ];
  const one = [constant(0x3f800000), i32x4.inAll];
  const two = [constant(0x40000000), i32x4.inAll];
  // The smallest normal number.
  const tiny = [constant(0x00800000), i32x4.inAll];
  const zeros = [constant(0), i32x4.inAll];
  const normals = blocks.flatMap(({ x0, x1 }) => [x0, x1]);
  const addTo = (counts: number, at: number, code: Code) => [
    [get(counts), get(counts), v128.load(at), code, i32x4.add, v128.store(at)],
  ];
  const countMeetings = (at: number) => [
    [get(turned), v128.load(at), get(sense), i32x4.inAll, v128.exclusiveOr, set(isDown)],
    [get(columns), v128.load(at), get(own), v128.and, i8x16.countOnes],
    [i16x8.addPairs, i32x4.addPairs, set(count)],
    addTo(up, at, [zeros, get(count), get(isDown), v128.choose]),
    addTo(down, at, [get(count), get(isDown), v128.and]),
  ];
  const countHalves = (at: number) => [
    [get(sense), i32x4.inAll, set(isDown), get(up), v128.load(at), set(count)],
    addTo(cycles, at, get(count)),
    [get(up), zeros, v128.store(at)],
    [get(columns), v128.load(at), get(own), i32x4.add],
    [get(count), constant(1), i32x4.shiftLeft, i32x4.subtract, set(count)],
  ];
  /** taken = 1 - (1 - single)^count, by the bits of the count. */
  const takeBit = (bit: number) => [
    [get(left), get(count), constant(31 - bit), i32x4.shiftLeft, constant(31), i32x4.shiftRightSigned],
    [v128.and, set(first)],
    [get(taken), get(first), f32x4.add, get(taken), get(first), f32x4.multiply, f32x4.subtract, set(taken)],
    bit === bits - 1 ? [] : [get(left), two, get(left), f32x4.subtract, f32x4.multiply, set(left)],
  ];
  const scaled = (shares: number, scaleAt: number, at: number) => [
    [get(shares), v128.load(at), constant(0), v128.load(scaleAt), f32x4.multiply],
  ];
  const noise = (normal: number) => [
    [get(taken), two, get(taken), f32x4.subtract, f32x4.multiply],
    [get(single), tiny, f32x4.max, two, get(single), f32x4.subtract, f32x4.multiply, f32x4.divide],
    [f32x4.squareRoot, get(single), f32x4.multiply, get(bound), f32x4.multiply],
    [constant(0), v128.load(noiseAt), f32x4.multiply, get(normal), f32x4.multiply, f32x4.add],
  ];
  const stepFour = (normal: number, number: number) => {
    const at = vectorBytes * number;
    return [
      by === 'trains' ? countMeetings(at) : countHalves(at),
      [get(lower), v128.load(at), get(upper), v128.load(at), get(isDown), v128.choose, set(bound)],
      [scaled(shareDown, vectorBytes, at), scaled(shareUp, 0, at), get(isDown), v128.choose],
      [one, f32x4.min, set(single)],
      [get(single), set(left), zeros, set(taken)],
      Array.from({ length: bits }, (_, bit) => takeBit(bit)),
      [get(w), get(w), v128.load(at)],
      [get(bound), get(w), v128.load(at), f32x4.subtract, get(taken), f32x4.multiply],
      [f32x4.add, noisy ? noise(normal) : []],
      [get(lower), v128.load(at), f32x4.max, get(upper), v128.load(at), f32x4.min, v128.store(at)],
    ];
  };
  const draw = [
    blocks.map(({ x0, x1 }, b) => [
      [get(counter), i32x4.inAll, constant(0), v128.load(countersAt + vectorBytes * b), i32x4.add, set(x0)],
      [zeros, set(x1)],
    ]),
    threefryLanes(keys, blocks),
    blocks.map(({ x0, x1 }) => normalLanes(x0, x1, [first, second])),
    step(counter, width / 2),
  ];
  const pointers = [upper, lower, shareUp, shareDown, up, down, cycles, columns, turned, w];
  const pass = [
    noisy ? draw : [],
    normals.map(stepFour),
    pointers.map((at) => step(at, numberBytes * width)),
  ];
  const load = [
    keys.map((key, i) => [get(key0 + i), i32x4.inAll, set(key)]),
    [get(word), i32x4.inAll, set(own)],
  ];
  const kernel = instantiate(17, 0, 16, [load, repeat(pass, w, end)], shared);
  new Int32Array(kernel.memory.buffer, countersAt, 8).set([0, 1, 2, 3, 4, 5, 6, 7]);
  return kernel;
}
