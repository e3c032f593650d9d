/**
 * What Tiki-Taka makes of readings of the fast cells A: a digital buffer H per weight, whose whole numbers become steps of the
 * slow cells C. Written after the equations of the IBM Analog Hardware Acceleration Kit (commit 4545f11b):
 *
 *   version 2   H += gain A                                  (Gokmen, Front. Artif. Intell. 2021; BufferedTransfer)
 *   version 4   H += gain c (A - P)                          (Rasch et al., Nature Communications 2024; DynamicTransfer)
 *
 * with c = 1 or -1 the chopper of the row, which its inputs are multiplied by as well, so that what A drifts to by itself
 * averages out; P the running mean of A as it was when the chopper last turned; and M that mean,
 *
 *   M <- (1 - s) M + s A,  s = min(1, tail / period)
 *
 * Where |H| reaches 1, n = its whole part, at most `most`, is taken as steps of C, and H keeps the share `momentum`. A chopper
 * turns after every `period` readings of its row. Version 4 takes no steps until its means have seen one period.
 */

/** Of one layer, [input][output]; choppers by input. */
export interface Buffer {
  readonly h: Float32Array;
  readonly mean: Float32Array;
  readonly past: Float32Array;
  /** -1 where the chopper is turned, else 1. */
  readonly chopper: Int16Array;
  /** 1 where it has turned since the last reading. */
  readonly turned: Int16Array;
}

export interface BufferLaw {
  /** Whether choppers and means are used, as version 4 does. */
  readonly dynamic: boolean;
  readonly momentum: number;
  /** Steps of C by one reading. */
  readonly most: number;
  /** Readings of a row between two turns of its chopper. */
  readonly period: number;
  readonly tail: number;
}

export function openBuffer(inputs: number, outputs: number): Buffer {
  const count = inputs * outputs;
  return {
    ...{ h: new Float32Array(count), mean: new Float32Array(count), past: new Float32Array(count) },
    chopper: new Int16Array(inputs).fill(1),
    turned: new Int16Array(inputs),
  };
}

/**
 * Takes the reading of one weight into the buffer.
 * @param value of A, in its steps
 * @param gain steps of C per step of A
 * @param begun whether steps are taken yet
 * @returns steps of C
 */
export function takeReading(
  { h, mean, past, chopper, turned }: Buffer,
  { dynamic, momentum, most, period, tail }: BufferLaw,
  input: number,
  weight: number,
  value: number,
  gain: number,
  begun: boolean,
): number {
  let change = value;
  if (dynamic) {
    if (turned[input] === 1) past[weight] = mean[weight]!;
    change = chopper[input]! * (value - past[weight]!);
    const share = Math.min(1, tail / period);
    mean[weight] = mean[weight]! * (1 - share) + value * share;
  }
  const sum = h[weight]! + gain * change;
  if (Math.abs(sum) < 1) {
    h[weight] = sum;
    return 0;
  }
  h[weight] = sum * momentum;
  return begun ? Math.max(-most, Math.min(most, Math.trunc(sum))) : 0;
}

/** Ends the reading of a row. @param round how often the row had been read before */
export function endReading(
  { chopper, turned }: Buffer,
  { dynamic, period }: BufferLaw,
  input: number,
  round: number,
): void {
  if (!dynamic) return;
  turned[input] = 0;
  if ((round % period) + 1 !== period) return;
  chopper[input] = -chopper[input]!;
  turned[input] = 1;
}
