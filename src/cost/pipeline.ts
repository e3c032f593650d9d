/**
 * When the first and the last element of every value are there, if a node begins as soon as it has what its first output needs: how
 * long one inference takes while its layers work side by side.
 *
 *   start = first of the inputs + share (last - first)        share: of its input, what the first output needs
 *   first of the output = start + time / positions
 *   last = max(start + time, last of the inputs + time / positions)
 *
 * Elements come at an even pace. A node that needs all of its input, such as a global pool, begins with the last of it.
 */
import { inputsOf, type Node, outputsOf } from '../ir/graph.ts';

/** What one node takes. */
export interface Step {
  /** s, of one inference */
  readonly time: number;
  /** Outputs that it gives one after the other. */
  readonly positions: number;
  /** Share of its input that the first of them needs, 0 to 1. */
  readonly share: number;
}

interface Span {
  readonly first: number;
  readonly last: number;
}

/** Time from the first input to the last output (s). @param nodes in topological order */
export function networkLatency(nodes: readonly Node[], stepOf: (node: Node) => Step): number {
  const spans = new Map<string, Span>();
  let end = 0;
  for (const node of nodes) {
    const inputs = inputsOf(node).map((name) => spans.get(name) ?? { first: 0, last: 0 });
    const first = inputs.reduce((most, span) => Math.max(most, span.first), 0);
    const last = inputs.reduce((most, span) => Math.max(most, span.last), 0);
    const { time, positions, share } = stepOf(node);
    const start = first + share * (last - first);
    const each = time / Math.max(1, positions);
    const given = { first: start + each, last: Math.max(start + time, last + each) };
    for (const name of outputsOf(node)) spans.set(name, given);
    end = Math.max(end, given.last);
  }
  return end;
}

/**
 * Share of an input of these spatial sizes, row by row, that the first output of a window needs.
 * @param begin padding before every axis
 */
export function shareOfWindow(
  space: readonly number[],
  kernel: readonly number[],
  dilations: readonly number[],
  begin: readonly number[],
): number {
  let [last, size] = [0, 1];
  for (const [axis, length] of space.entries()) {
    const extent = (kernel[axis]! - 1) * (dilations[axis] ?? 1) + 1 - (begin[axis] ?? 0);
    last = last * length + Math.min(length, Math.max(1, extent)) - 1;
    size *= length;
  }
  return (last + 1) / size;
}
