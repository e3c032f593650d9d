/**
 * The hidden plane of one array: hidden integers stored as sign and magnitude in FeCAPs. It turns writes and
 * destructive reads into stored integers, switched bits and wear. A write switches only the bits that change; reading
 * a bit destroys a stored 1, which is written back; a bipolar wake-up cycle wears every FeCAP of its line by one.
 *
 * A synapse is the FeCAPs of one column pair on one transfer line (row): number row * pairs + pair. Bit 0 is the least
 * significant magnitude bit, bit `bits - 1` the sign (1 is negative). Fresh FeCAPs hold 0.
 */

export interface FecapPlane {
  readonly pairs: number;
  /** Bits of a hidden integer, sign included. */
  readonly bits: number;
  /** Stored hidden integers, rows x pairs. */
  readonly values: Int16Array;
  /** Writes that switched each FeCAP, rows x pairs x bits. */
  readonly writes: Uint32Array;
  /** Wake-up cycles of each line. */
  readonly wakeUps: Uint32Array;
}

export function openFecapPlane(rows: number, pairs: number, bits: number): FecapPlane {
  return {
    pairs,
    bits,
    values: new Int16Array(rows * pairs),
    writes: new Uint32Array(rows * pairs * bits),
    wakeUps: new Uint32Array(rows),
  };
}

/** Largest magnitude that a hidden integer of `bits` bits can have. */
export function largestHidden(bits: number): number {
  return 2 ** (bits - 1) - 1;
}

/** The stored pattern: magnitude bits, and the sign above them. */
export function hiddenPattern(value: number, bits: number): number {
  return value < 0 ? -value | (1 << (bits - 1)) : value;
}

/** Stores an integer. @returns FeCAPs that were switched */
export function writeHidden(plane: FecapPlane, synapse: number, value: number): number {
  const before = hiddenPattern(plane.values[synapse]!, plane.bits);
  plane.values[synapse] = value;
  return wear(plane, synapse, before ^ hiddenPattern(value, plane.bits), 0);
}

/**
 * Writes back what a transfer's read destroyed: the sign as it was sensed, so a sensing error becomes the stored sign,
 * and the magnitude bits from the register that the row was written from. The sign bit of a zero is not kept.
 * @returns FeCAPs that were switched: the 1s among the bits written back
 */
export function writeBack(
  plane: FecapPlane,
  synapse: number,
  transferBits: number,
  sensedNegative: boolean,
): number {
  const { bits } = plane;
  const magnitude = Math.abs(plane.values[synapse]!);
  const lowBits = bits - 1 - transferBits;
  const digitBits = (magnitude >> lowBits) << lowBits;
  plane.values[synapse] = sensedNegative ? -magnitude : magnitude;
  return wear(plane, synapse, digitBits | (sensedNegative ? 1 << (bits - 1) : 0), lowBits);
}

/** Cycles every FeCAP of a line. */
export function wakeUp(plane: FecapPlane, row: number, cycles: number): void {
  plane.wakeUps[row]! += cycles;
}

/** Largest number of cycles that any FeCAP has seen: wake-up cycles and writes that switched it. */
export function fecapWear(plane: FecapPlane): number {
  const perLine = plane.pairs * plane.bits;
  let largest = 0;
  plane.wakeUps.forEach((cycles, row) => {
    let most = 0;
    for (let i = row * perLine; i < (row + 1) * perLine; i++) most = Math.max(most, plane.writes[i]!);
    largest = Math.max(largest, cycles + most);
  });
  return largest;
}

/**
 * Counts one write on every FeCAP in the pattern, which has none below bit `from`. Up to its highest bit nothing depends on
 * a bit being set, because bits are too random for a processor to guess.
 * @returns their number
 */
function wear({ bits, writes }: FecapPlane, synapse: number, pattern: number, from: number): number {
  let count = 0;
  let fecap = synapse * bits + from;
  for (let rest = pattern >> from; rest !== 0; rest >>= 1) {
    writes[fecap]! += rest & 1;
    count += rest & 1;
    fecap++;
  }
  return count;
}
