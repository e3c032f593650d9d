/** An Einsum's equation -> the letters of every operand's axes, with those of an ellipsis written out. */
import type { OnnxNode } from '../ir/graph.ts';
import { stringOf } from './attribute-values.ts';

/** One name per axis: a letter, or a number from the end for an axis of an ellipsis. */
export type Axes = readonly string[];

export interface EinsumAxes {
  readonly operands: readonly Axes[];
  readonly output: Axes;
}

/**
 * @param ranks of the operands; undefined where unknown
 * @returns why the equation says nothing for such operands, where it does not
 */
export function readEinsum(
  node: OnnxNode,
  ranks: readonly (number | undefined)[],
): EinsumAxes | { readonly reason: string } {
  const equation = stringOf(node, 'equation', '').replaceAll(' ', '');
  const [left = '', right] = equation.split('->');
  const terms = left.split(',');
  if (terms.length !== ranks.length)
    return { reason: `its equation '${equation}' is not one for ${ranks.length} operands` };
  const operands: Axes[] = [];
  for (const [i, term] of terms.entries()) {
    const rank = ranks[i];
    const fixed = term.replace('...', '');
    if (!/^[A-Za-z]*$/.test(fixed)) return { reason: `its equation '${equation}' cannot be read` };
    const spread = (rank ?? 0) - fixed.length;
    const hasEllipsis = fixed !== term;
    if (rank === undefined && hasEllipsis) return { reason: 'the rank behind an ellipsis is unknown' };
    if (rank !== undefined && (hasEllipsis ? spread < 0 : spread !== 0))
      return { reason: `its equation '${equation}' is not one for an operand of rank ${rank}` };
    operands.push(expand(term, hasEllipsis ? spread : 0));
  }
  const widest = operands
    .map((axes) => axes.filter(isSpread))
    .reduce((a, b) => (b.length > a.length ? b : a));
  if (right !== undefined && !/^[A-Za-z]*$/.test(right.replace('...', '')))
    return { reason: `its equation '${equation}' cannot be read` };
  const output = right === undefined ? [...widest, ...implicit(operands)] : expand(right, widest.length);
  return { operands, output };
}

/** ONNX's rule for an equation without an arrow: letters that occur once, in the order of the alphabet. */
function implicit(operands: readonly Axes[]): Axes {
  const letters = operands.flat().filter((axis) => !isSpread(axis));
  return letters.filter((axis) => letters.indexOf(axis) === letters.lastIndexOf(axis)).sort();
}

function expand(term: string, spread: number): Axes {
  const [before = '', after = ''] = term.split('...');
  const ellipsis = Array.from({ length: term.includes('...') ? spread : 0 }, (_, i) => `${i - spread}`);
  return [...before, ...ellipsis, ...after];
}

const isSpread = (axis: string): boolean => axis.startsWith('-');
