/**
 * Counter-based random numbers: Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw, SC'11), checked against the
 * published known answers. A draw depends on its key and counter alone, so neither threads, nor the order of arrays,
 * nor an effect that is switched off can reshuffle another draw. Normals come from the ziggurat of Marsaglia and Tsang
 * (J. Stat. Softw. 5(8), 2000) with 128 layers; layer, sign and position use different bits of one word.
 */

const parity = 0x1bd11bda;

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

/**
 * Two blocks, of the counters (counter0, counter1) and (counter0, counter1 + 1): writes two words of each, block after
 * block. Unrolled, because this is where drawing spends its time, and in step, because neither block waits for the other.
 * @param out length 4
 */
export function threefry(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
  out: Int32Array,
): void {
  const key2 = parity ^ key0 ^ key1;
  let x0 = (counter0 + key0) | 0;
  let x1 = (counter1 + key1) | 0;
  let y0 = x0;
  let y1 = (x1 + 1) | 0;
  x0 = (x0 + x1) | 0;
  y0 = (y0 + y1) | 0;
  x1 = rotate(x1, 13) ^ x0;
  y1 = rotate(y1, 13) ^ y0;
  x0 = (x0 + x1) | 0;
  y0 = (y0 + y1) | 0;
  x1 = rotate(x1, 15) ^ x0;
  y1 = rotate(y1, 15) ^ y0;
  x0 = (x0 + x1) | 0;
  y0 = (y0 + y1) | 0;
  x1 = rotate(x1, 26) ^ x0;
  y1 = rotate(y1, 26) ^ y0;
  x0 = (x0 + x1) | 0;
  y0 = (y0 + y1) | 0;
  x1 = rotate(x1, 6) ^ x0;
  y1 = rotate(y1, 6) ^ y0;
  x0 = (x0 + key1) | 0;
  y0 = (y0 + key1) | 0;
  x1 = (x1 + key2 + 1) | 0;
  y1 = (y1 + key2 + 1) | 0;
  x0 = (x0 + x1) | 0;
  y0 = (y0 + y1) | 0;
  x1 = rotate(x1, 17) ^ x0;
  y1 = rotate(y1, 17) ^ y0;
  x0 = (x0 + x1) | 0;
  y0 = (y0 + y1) | 0;
  x1 = rotate(x1, 29) ^ x0;
  y1 = rotate(y1, 29) ^ y0;
  x0 = (x0 + x1) | 0;
  y0 = (y0 + y1) | 0;
  x1 = rotate(x1, 16) ^ x0;
  y1 = rotate(y1, 16) ^ y0;
  x0 = (x0 + x1) | 0;
  y0 = (y0 + y1) | 0;
  x1 = rotate(x1, 24) ^ x0;
  y1 = rotate(y1, 24) ^ y0;
  x0 = (x0 + key2) | 0;
  y0 = (y0 + key2) | 0;
  x1 = (x1 + key0 + 2) | 0;
  y1 = (y1 + key0 + 2) | 0;
  x0 = (x0 + x1) | 0;
  y0 = (y0 + y1) | 0;
  x1 = rotate(x1, 13) ^ x0;
  y1 = rotate(y1, 13) ^ y0;
  x0 = (x0 + x1) | 0;
  y0 = (y0 + y1) | 0;
  x1 = rotate(x1, 15) ^ x0;
  y1 = rotate(y1, 15) ^ y0;
  x0 = (x0 + x1) | 0;
  y0 = (y0 + y1) | 0;
  x1 = rotate(x1, 26) ^ x0;
  y1 = rotate(y1, 26) ^ y0;
  x0 = (x0 + x1) | 0;
  y0 = (y0 + y1) | 0;
  x1 = rotate(x1, 6) ^ x0;
  y1 = rotate(y1, 6) ^ y0;
  x0 = (x0 + key0) | 0;
  y0 = (y0 + key0) | 0;
  x1 = (x1 + key1 + 3) | 0;
  y1 = (y1 + key1 + 3) | 0;
  x0 = (x0 + x1) | 0;
  y0 = (y0 + y1) | 0;
  x1 = rotate(x1, 17) ^ x0;
  y1 = rotate(y1, 17) ^ y0;
  x0 = (x0 + x1) | 0;
  y0 = (y0 + y1) | 0;
  x1 = rotate(x1, 29) ^ x0;
  y1 = rotate(y1, 29) ^ y0;
  x0 = (x0 + x1) | 0;
  y0 = (y0 + y1) | 0;
  x1 = rotate(x1, 16) ^ x0;
  y1 = rotate(y1, 16) ^ y0;
  x0 = (x0 + x1) | 0;
  y0 = (y0 + y1) | 0;
  x1 = rotate(x1, 24) ^ x0;
  y1 = rotate(y1, 24) ^ y0;
  x0 = (x0 + key1) | 0;
  y0 = (y0 + key1) | 0;
  x1 = (x1 + key2 + 4) | 0;
  y1 = (y1 + key2 + 4) | 0;
  x0 = (x0 + x1) | 0;
  y0 = (y0 + y1) | 0;
  x1 = rotate(x1, 13) ^ x0;
  y1 = rotate(y1, 13) ^ y0;
  x0 = (x0 + x1) | 0;
  y0 = (y0 + y1) | 0;
  x1 = rotate(x1, 15) ^ x0;
  y1 = rotate(y1, 15) ^ y0;
  x0 = (x0 + x1) | 0;
  y0 = (y0 + y1) | 0;
  x1 = rotate(x1, 26) ^ x0;
  y1 = rotate(y1, 26) ^ y0;
  x0 = (x0 + x1) | 0;
  y0 = (y0 + y1) | 0;
  x1 = rotate(x1, 6) ^ x0;
  y1 = rotate(y1, 6) ^ y0;
  out[0] = (x0 + key2) | 0;
  out[1] = (x1 + key0 + 5) | 0;
  out[2] = (y0 + key2) | 0;
  out[3] = (y1 + key0 + 5) | 0;
}

/** A stream of draws with one key: `(seed, effect, unit)`, for example one array's programming pulses. */
export interface Stream {
  /** The generator's key. */
  readonly key0: number;
  readonly key1: number;
  /** Moves to the draws of one event (0 to 2^32 - 1), such as one cell. The draws of different events never overlap. */
  seek(event: number): void;
  /** Uniform in (0, 1), never 0 or 1. */
  uniform(): number;
  /** Standard normal, by the ziggurat. */
  normal(): number;
}

/**
 * Opens the stream of an effect.
 * @param seed the trial's seed, any safe integer
 * @param effect name of the physical effect, such as `write-verify`
 * @param unit array, layer or batch to which the draws belong
 */
export function openStream(seed: number, effect: string, unit: number): Stream {
  const words = new Int32Array(4);
  // A hashing block turns the three-part key into the generator's two key words.
  threefry(seed | 0, Math.floor(seed / 2 ** 32) | 0, hashName(effect), unit | 0, words);
  return new KeyedStream(words[0]!, words[1]!);
}

/** Standard normals of an effect, one per event (0 to 2^32 - 1), such as one per cell. */
export function openNormals(seed: number, effect: string, unit: number): (event: number) => number {
  const stream = openStream(seed, effect, unit);
  return (event) => {
    stream.seek(event);
    return stream.normal();
  };
}

/** A class, because the compiler of the JavaScript engine keeps its fields faster than variables of a closure. */
class KeyedStream implements Stream {
  readonly key0: number;
  readonly key1: number;
  readonly #words = new Int32Array(4);
  #event = 0;
  #block = 0;
  /** Words drawn from #words, of 4. */
  #drawn = 4;

  constructor(key0: number, key1: number) {
    this.key0 = key0;
    this.key1 = key1;
  }

  seek(event: number): void {
    this.#event = event | 0;
    this.#block = 0;
    this.#drawn = 4;
  }

  #word(): number {
    if (this.#drawn === 4) {
      threefry(this.key0, this.key1, this.#event, this.#block, this.#words);
      this.#block = (this.#block + 2) | 0;
      this.#drawn = 0;
    }
    // The second word of a block comes before the first.
    return this.#words[this.#drawn++ ^ 1]!;
  }

  uniform(): number {
    return ((this.#word() >>> 0) + 0.5) / 4294967296;
  }

  normal(): number {
    const bits = this.#word();
    const layer = bits & 127;
    const x = ((bits >>> 8) + 0.5) * layerScale[layer]!;
    const sign = 1 - ((bits & 128) >> 6);
    // 99 of 100 draws end here.
    return x < layerEdge[layer + 1]! ? sign * x : this.#outside(layer, sign, x);
  }

  /** The draw for a position outside of the part of its layer that lies under the curve as a whole. */
  #outside(layer: number, sign: number, x: number): number {
    if (layer === 0) return sign * this.#tail();
    const low = layerHeight[layer]!;
    const height = low + this.uniform() * (layerHeight[layer + 1]! - low);
    return height < Math.exp(-0.5 * x * x) ? sign * x : this.normal();
  }

  /** Marsaglia's method for the normal's tail beyond the base layer. */
  #tail(): number {
    for (;;) {
      const x = -Math.log(this.uniform()) / tailStart;
      if (-2 * Math.log(this.uniform()) >= x * x) return tailStart + x;
    }
  }
}

/** Start of the tail, and area of every layer under exp(-x^2 / 2), for 128 layers (Marsaglia and Tsang). */
const tailStart = 3.442619855899;
const layerArea = 9.91256303526217e-3;
/** Right edges of the layers from the base up; the base's is that of the rectangle with its area. */
const layerEdge = new Float64Array(129);
/** exp(-edge^2 / 2). */
const layerHeight = new Float64Array(129);
/** Edge over 2^24, the number of positions that a word tells apart. */
const layerScale = new Float64Array(128);

layerEdge[0] = layerArea / Math.exp(-0.5 * tailStart * tailStart);
layerEdge[1] = tailStart;
for (let i = 1; i < 127; i++) {
  const edge = layerEdge[i]!;
  layerEdge[i + 1] = Math.sqrt(-2 * Math.log(layerArea / edge + Math.exp(-0.5 * edge * edge)));
}
for (let i = 0; i <= 128; i++) layerHeight[i] = Math.exp(-0.5 * layerEdge[i]! ** 2);
for (let i = 0; i < 128; i++) layerScale[i] = layerEdge[i]! / 2 ** 24;

/**
 * What 99 of 100 normals are made of, for each low byte of their word: the number by which half and the word's other 24 bits
 * are multiplied, and the one that the magnitude of the product must lie below. Above it, a normal takes more words.
 */
export function zigguratTable(): Float64Array {
  return Float64Array.from({ length: 512 }, (_, i) => {
    const byte = i >> 1;
    const layer = byte & 127;
    return i & 1 ? layerEdge[layer + 1]! : (1 - ((byte & 128) >> 6)) * layerScale[layer]!;
  });
}

/** FNV-1a, so that effects have stable keys. */
function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash | 0;
}
