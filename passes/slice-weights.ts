/**
 * Writes integer weights as balanced digits of an odd radix, so that every digit fits the signed levels of one cell
 * pair: with 15 signed levels the radix is 15 and two digits reach +-112.
 */
import type { Diagnostic } from '../src/diagnostic.ts';
import { optionInvalid } from '../src/diagnostics.ts';
import { describeOrigin, type MvmNode, type QuantizedMvmNode } from '../src/ir/graph.ts';
import type { Encoding, SlicedLayer } from '../src/ir/mapping.ts';
import type { Target } from '../src/target.ts';

/** How a layer's weights go onto cells. */
export interface SliceChoice {
  readonly encoding: Encoding;
  readonly slices: number;
}

/** Largest digit that one weight's cells can hold: levels - 1 for a pair, half of that beside an offset column. */
export function digitMax(cell: Target['cell'], encoding: Encoding): number {
  return encoding === 'differential' ? cell.levels - 1 : Math.floor((cell.levels - 1) / 2);
}

/** Largest integer weight within `bits` bits (sign included) that the slices can hold. */
export function weightMax(cell: Target['cell'], choice: SliceChoice, bits: number): number {
  const radix = 2 * digitMax(cell, choice.encoding) + 1;
  return Math.min(2 ** (bits - 1) - 1, (radix ** choice.slices - 1) / 2);
}

/** Layers whose encoding the target's cells cannot hold. */
export function findEncodingProblems(
  nodes: readonly MvmNode[],
  target: Target,
  choiceOf: (node: MvmNode) => SliceChoice,
): Diagnostic[] {
  return nodes.flatMap((node) => {
    const { encoding } = choiceOf(node);
    const place = `encoding ${encoding}: ${describeOrigin(node.origin)}`;
    if (encoding === 'offset' && target.hidden)
      return [
        optionInvalid(place, 'hidden weights have a sign and go to pairs of cells', 'Use differential.'),
      ];
    if (digitMax(target.cell, encoding) === 0)
      return [optionInvalid(place, `${target.cell.levels} levels hold no sign`, 'Use differential.')];
    return [];
  });
}

export const sliceWeights = {
  name: 'slice-weights',
  run(
    nodes: readonly QuantizedMvmNode[],
    context: {
      readonly target: Target;
      readonly choiceOf: (node: MvmNode | QuantizedMvmNode) => SliceChoice;
    },
  ): SlicedLayer[] {
    return nodes.map((node) => {
      const { encoding, slices } = context.choiceOf(node);
      const largest = digitMax(context.target.cell, encoding);
      // Fewer digits than the cell has levels spread over the whole window: one digit is then several level codes.
      const used = slices === 1 ? Math.min(largest, node.weightMax) : largest;
      return {
        node,
        encoding,
        radix: 2 * used + 1,
        levelStep: Math.floor(largest / used),
        digits: balancedDigits(node.integers, 2 * used + 1, slices),
      };
    });
  },
};

/** Digits of every integer, least significant slice first; each is within +-(radix - 1) / 2. */
export function balancedDigits(integers: Int16Array, radix: number, slices: number): Int16Array[] {
  const half = (radix - 1) / 2;
  const digits = Array.from({ length: slices }, () => new Int16Array(integers.length));
  for (let i = 0; i < integers.length; i++) {
    let rest = integers[i]!;
    for (const slice of digits) {
      const digit = ((((rest + half) % radix) + radix) % radix) - half;
      slice[i] = digit;
      rest = (rest - digit) / radix;
    }
  }
  return digits;
}
