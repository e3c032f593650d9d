/** The integer arithmetic that exporters put between Shape and Reshape, element by element as far as it is known. */
import type { OnnxNode } from '../ir/graph.ts';
import { intOf, intsOf } from './attribute-values.ts';
import type { Known, Size } from './dims-known.ts';

type ValueRule = (node: OnnxNode, known: Known) => readonly Size[] | undefined;

const first: ValueRule = (node, known) => known.values(node.inputs[0]);

function binary(apply: (a: number, b: number) => number): ValueRule {
  return (node, known) => {
    const [a, b] = node.inputs.map((name) => known.values(name));
    if (!a || !b || (a.length !== b.length && a.length !== 1 && b.length !== 1)) return undefined;
    return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => {
      const [x, y] = [a[a.length === 1 ? 0 : i], b[b.length === 1 ? 0 : i]];
      return typeof x !== 'number' || typeof y !== 'number' ? undefined : apply(x, y);
    });
  };
}

const rules: Readonly<Record<string, ValueRule>> = {
  Shape: (node, known) =>
    known.dims(node.inputs[0])?.slice(intOf(node, 'start', 0), intOf(node, 'end', Number.MAX_SAFE_INTEGER)),
  Cast: first,
  Identity: first,
  Squeeze: first,
  Unsqueeze: first,
  Reshape: first,
  Gather: (node, known) => {
    const [data, indices] = node.inputs.map((name) => known.values(name));
    if (known.dims(node.inputs[0])?.length !== 1) return undefined;
    return data && indices?.map((i) => (typeof i === 'number' ? data.at(i) : undefined));
  },
  Concat: (node, known) => {
    const parts = node.inputs.map((name) => known.values(name));
    return parts.every((p) => p !== undefined) ? parts.flat() : undefined;
  },
  Slice: (node, known) => {
    const data = known.values(node.inputs[0]);
    const [starts, ends, , steps] = ['starts', 'ends', 'axes', 'steps'].map(
      (name, i) => intsOf(node, name) ?? known.values(node.inputs[i + 1]),
    );
    const [start, end] = [starts?.[0], ends?.[0]];
    if (typeof start !== 'number' || typeof end !== 'number' || (steps?.[0] ?? 1) !== 1) return undefined;
    return data?.slice(start, end);
  },
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: binary((a, b) => Math.trunc(a / b)),
};

/** By operator: a map, since any word may be the name of one. */
export const valueRules: ReadonlyMap<string, ValueRule> = new Map(Object.entries(rules));
