/**
 * Counter-based random numbers: Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw, SC'11), checked against the
 * published known answers. A draw depends on its key and counter alone, so neither threads, nor the order of arrays,
 * nor an effect that is switched off can reshuffle another draw.
 */

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const parity = 0x1bd11bda;

/** One block: writes two 32-bit words to `out[at]` and `out[at + 1]`. */
export function threefry(key0: number, key1: number, counter0: number, counter1: number, out: Uint32Array, at = 0): void {
  const key2 = (parity ^ key0 ^ key1) | 0;
  let x0 = (counter0 + key0) | 0;
  let x1 = (counter1 + key1) | 0;
  for (let group = 0; group < 5; group++) {
    const first = (group & 1) << 2;
    for (let r = first; r < first + 4; r++) {
      x0 = (x0 + x1) | 0;
      const shift = rotations[r]!;
      x1 = ((x1 << shift) | (x1 >>> (32 - shift))) ^ x0;
    }
    const injection = group + 1;
    const a = injection % 3;
    const b = (injection + 1) % 3;
    x0 = (x0 + (a === 0 ? key0 : a === 1 ? key1 : key2)) | 0;
    x1 = (x1 + (b === 0 ? key0 : b === 1 ? key1 : key2) + injection) | 0;
  }
  out[at] = x0;
  out[at + 1] = x1;
}

/** A stream of draws with one key: `(seed, effect, unit)`, for example one array's programming pulses. */
export interface Stream {
  /** Moves to the draws of one event, for example one cell. The draws of different events never overlap. */
  seek(event: number): void;
  /** Uniform in (0, 1), never 0 or 1. */
  uniform(): number;
  /** Standard normal, by Box and Muller. */
  normal(): number;
}

/**
 * Opens the stream of an effect.
 * @param seed the trial's seed, any safe integer
 * @param effect name of the physical effect, such as `write-verify`
 * @param unit array, layer or batch to which the draws belong
 */
export function openStream(seed: number, effect: string, unit: number): Stream {
  const words = new Uint32Array(2);
  // Two hashing rounds turn the three-part key into the generator's two key words.
  threefry(seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0, hashName(effect), unit >>> 0, words);
  const key0 = words[0]!;
  const key1 = words[1]!;
  let event = 0;
  let block = 0;
  let left = 0;
  let spare = Number.NaN;

  function word(): number {
    if (left === 0) {
      threefry(key0, key1, event, block++, words);
      left = 2;
    }
    return words[--left]!;
  }
  function uniform(): number {
    return (word() + 0.5) / 4294967296;
  }
  return {
    seek(to) {
      event = to;
      block = 0;
      left = 0;
      spare = Number.NaN;
    },
    uniform,
    normal() {
      if (!Number.isNaN(spare)) {
        const value = spare;
        spare = Number.NaN;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}

/** FNV-1a, so that effects have stable keys. */
function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
