/**
 * Chooses how integer weights become balanced digits of an odd radix, so that every digit fits the signed levels of one
 * cell pair: with 15 signed levels the radix is 15 and two digits reach +-112.
 */

import { optionInvalid } from '../../src/diagnostics/all.ts';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { cornerOf, type Fill } from '../../src/ir/corner.ts';
import { describeOrigin, type MvmNode, type QuantizedMvmNode } from '../../src/ir/graph.ts';
import type { InputNumbers } from '../../src/ir/input-planes.ts';
import type { Encoding, SlicedLayer } from '../../src/ir/mapping.ts';
import { schemeOf } from '../../src/schemes/models.ts';
import { levelStepOf } from '../../src/target/cell.ts';
import type { Target } from '../../src/target/target.ts';

/** How a layer's weights go onto cells. */
export interface SliceChoice extends Fill {
  readonly encoding: Encoding;
  readonly slices: number;
  readonly copies: number;
  readonly repeats: number | 'auto';
  readonly residual: boolean;
  readonly inputNumbers: InputNumbers;
}

/** The same where the encoding may still be open. */
type OpenChoice = Omit<SliceChoice, 'encoding'> & { readonly encoding: Encoding | 'auto' };

/** Largest digit that one weight's cells can hold: levels - 1 for a pair, half of that beside an offset column. */
export function digitMax(cell: Target['cell'], encoding: Encoding): number {
  return encoding === 'differential' ? cell.levels - 1 : Math.floor((cell.levels - 1) / 2);
}

/**
 * Largest integer weight within `bits` bits (sign included) that the slices can hold, or the copies of one slice together: so many
 * share an integer as it takes to use all digits of each.
 */
export function weightMax(
  cell: Target['cell'],
  choice: Pick<SliceChoice, 'encoding' | 'slices' | 'copies' | 'residual'>,
  bits: number,
): number {
  const radix = 2 * digitMax(cell, choice.encoding) + 1;
  const wanted = 2 ** (bits - 1) - 1;
  const ofOne = Math.min(wanted, (radix ** choice.slices - 1) / 2);
  if (!addsUp(choice)) return ofOne;
  const all = choice.copies * ofOne;
  return Math.floor(all / Math.ceil(all / wanted));
}

/** Whether the digits of copies can add up to larger integers. Residual parts are told what the others lack instead. */
const addsUp = ({ slices, residual }: Pick<SliceChoice, 'slices' | 'residual'>) => slices === 1 && !residual;

/** Layers whose encoding the target's cells cannot hold, or whose parts the target cannot aim at each other's errors. */
export function findEncodingProblems(
  nodes: readonly MvmNode[],
  target: Target,
  choiceOf: (node: MvmNode) => OpenChoice,
): Diagnostic[] {
  return nodes.flatMap((node) => {
    const open = choiceOf(node);
    // What is left open can become pairs of cells, which hold whatever cells can hold.
    const encoding = open.encoding === 'auto' ? 'differential' : open.encoding;
    const choice = { ...open, encoding };
    const place = `encoding ${encoding}: ${describeOrigin(node.origin)}`;
    if (encoding === 'offset' && target.hidden)
      return [
        optionInvalid(place, 'hidden weights have a sign and go to pairs of cells', 'Use differential.'),
      ];
    if (digitMax(target.cell, encoding) === 0)
      return [optionInvalid(place, `${target.cell.levels} levels hold no sign`, 'Use differential.')];
    const rows = Math.min(target.array.rows, target.driver.rowsAtOnce);
    if (choice.repeats !== 'auto' && choice.repeats > rows)
      return [
        optionInvalid(
          `repeats: ${describeOrigin(node.origin)}`,
          `${choice.repeats} rows are more than the ${rows} that the target drives at once`,
          `Use at most ${Math.max(1, Math.floor(rows / node.rows))}, for which a whole column of its matrix has room.`,
        ),
      ];
    const obstacle = choice.residual && residualObstacle(choice, target);
    if (obstacle) return [optionInvalid(`residual: ${describeOrigin(node.origin)}`, ...obstacle)];
    return [];
  });
}

/** Why parts cannot make up for what reading the others back shows, and what to do about it. */
function residualObstacle(
  { encoding, slices, copies, ...fill }: SliceChoice,
  target: Target,
): [reason: string, advice: string] | undefined {
  const parts = slices * copies;
  const { exact, openLoop } = schemeOf(target);
  if (exact) return ['the cells of this target take exactly what they are told', 'Leave residual out.'];
  if (openLoop) return ['a transfer is open loop: no cell is read back', 'Use copies without residual.'];
  if (encoding === 'offset')
    return ['all columns share one reference, so no weight can be read back alone', 'Use differential.'];
  if (parts === 1)
    return ['a weight in one part has no other to make up for its error', 'Give it copies: 2 or slices: 2.'];
  if (2 * parts > cornerOf(fill, target).columns)
    return [`${parts} pairs of cells do not fit side by side`, 'Use fewer slices or copies.'];
  return undefined;
}

export const sliceWeights = {
  name: 'slice-weights',
  run(
    nodes: readonly QuantizedMvmNode[],
    context: {
      readonly target: Target;
      readonly choiceOf: (node: QuantizedMvmNode) => SliceChoice;
      readonly repeatsOf?: (layer: SlicedLayer) => number;
    },
  ): SlicedLayer[] {
    return usesOf(nodes, context.choiceOf).map((uses) => {
      const node = uses[0]!;
      const choice = context.choiceOf(node);
      const layer = {
        node,
        uses,
        ...choice,
        ...digitRange(choice, context.target, node.weightMax),
        repeats: 1,
      };
      const repeats = choice.repeats === 'auto' ? context.repeatsOf?.(layer) : choice.repeats;
      return { ...layer, repeats: repeats ?? 1 };
    });
  },
};

/** The digits that hold integers up to `weightMax`, how many of them an integer of 1 takes, and how many level codes apart they are. */
export function digitRange(
  choice: SliceChoice,
  target: Target,
  weightMax: number,
): Pick<SlicedLayer, 'radix' | 'levelStep' | 'digitsPerOne'> {
  const largest = digitMax(target.cell, choice.encoding);
  const { copies } = choice;
  const digitsPerOne = addsUp(choice) ? Math.min(copies, Math.floor((copies * largest) / weightMax)) : copies;
  const used = digitsNeeded(Math.ceil((digitsPerOne * weightMax) / copies), choice.slices, largest);
  const radix = 2 * used + 1;
  const free = largest - headroom(target, choice, radix);
  return { radix, digitsPerOne, levelStep: Math.max(1, Math.floor(free / used)) };
}

/**
 * The smallest digit range whose digits reach every weight. A digit is then several level codes where the cell has
 * more: what a cell is off by counts less, above all in the top slice, whose errors are multiplied most.
 */
function digitsNeeded(weightMax: number, slices: number, largest: number): number {
  let digit = 1;
  while (digit < largest && ((2 * digit + 1) ** slices - 1) / 2 < weightMax) digit++;
  return digit;
}

/**
 * Levels that digits leave to corrections: both cells of a pair end within the tolerance, and the digit below makes up
 * for that `radix` times. Copies weigh the same and need none: what they have to make up for is a cell that no pulse
 * moves, as far as their window reaches.
 */
function headroom(target: Target, choice: SliceChoice, radix: number): number {
  const precision = schemeOf(target).precision();
  if (!choice.residual || choice.slices === 1 || !precision) return 0;
  return (2 * precision.tolerance * radix) / levelStepOf(target.cell);
}

/** Nodes of one matrix that go onto cells alike, together, and replicas apart; in the order of their first nodes. */
function usesOf(
  nodes: readonly QuantizedMvmNode[],
  choiceOf: (node: QuantizedMvmNode) => SliceChoice,
): QuantizedMvmNode[][] {
  const byMatrix = new Map<QuantizedMvmNode['integers'], Map<string, QuantizedMvmNode[]>>();
  const groups: QuantizedMvmNode[][] = [];
  for (const node of nodes) {
    const choice = choiceOf(node);
    const { encoding, slices, copies, repeats, residual, inputNumbers, rowsUsed, columnsUsed } = choice;
    const alike = byMatrix.get(node.integers) ?? new Map<string, QuantizedMvmNode[]>();
    byMatrix.set(node.integers, alike);
    const alikeOn = [encoding, slices, copies, repeats, residual, inputNumbers, rowsUsed, columnsUsed];
    const key = [...alikeOn, node.replica?.number].join();
    const uses = alike.get(key) ?? [];
    alike.set(key, uses);
    if (uses.push(node) === 1) groups.push(uses);
  }
  return groups;
}
