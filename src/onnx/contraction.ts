/**
 * A product of a computed tensor with a constant one, over any axes: which of them its matrix has as rows and columns, and
 * which only tell its uses apart. MatMul of any ranks and Einsum of two operands are read into it; the plain MatMul with a
 * constant matrix on the right is linear-rules.ts's.
 */
import type { Graph, OnnxNode } from '../ir/graph.ts';
import { sizeOf } from '../math/tensor.ts';
import { whyComputed } from './computed-weights.ts';
import { whyUnfit } from './decision.ts';
import type { Dim, Dims } from './dims-known.ts';
import { type Axes, type EinsumAxes, readEinsum } from './einsum.ts';

export interface Contraction {
  /** Position of the operand that is not constant. */
  readonly inputIndex: 0 | 1;
  /** Axes of the input, those of length 1 that the output lacks and those that only the weights fill taken away. */
  readonly input: Axes;
  /** Positions of the input's axes that are taken away. */
  readonly dropped: readonly number[];
  readonly weights: Axes;
  readonly output: Axes;
  /** Axes of both sides and of the output: a matrix for every place along them. */
  readonly groups: Axes;
  /** Axes that are summed over: the rows of the matrix. */
  readonly rows: Axes;
  /** Axes of the weights alone: the columns of the matrix. */
  readonly columns: Axes;
  /** Axes of the input alone: every place is a use of the matrix. */
  readonly free: Axes;
  /** Length of every axis, as far as it is known. */
  readonly sizes: ReadonlyMap<string, Dim>;
}

/**
 * @param node MatMul or Einsum
 * @returns why it is no product with one constant side that maps, where it is none
 */
export function readContraction(
  node: OnnxNode,
  graph: Graph,
  dims: Dims,
): Contraction | { readonly reason: string } {
  const [left = '', right = ''] = node.inputs;
  const [a, b] = [graph.constants.get(left), graph.constants.get(right)];
  const operands = node.inputs.length;
  if (operands !== 2)
    return { reason: `it has ${operands} ${operands === 1 ? 'operand' : 'operands'} (2 go to crossbars)` };
  if (a && b) return { reason: 'all its inputs are constant' };
  const weights = a ?? b;
  if (!weights) return { reason: whyComputed([left, right], graph) };
  const unfit = whyUnfit(weights);
  if (unfit) return { reason: unfit };
  const shapes = [a?.dims ?? dims.get(left), b?.dims ?? dims.get(right)] as const;
  const inputIndex = a ? 1 : 0;
  const axes =
    node.op === 'MatMul'
      ? readMatMul(shapes[0]?.length, shapes[1]?.length)
      : readEinsum(
          node,
          shapes.map((shape) => shape?.length),
        );
  if ('reason' in axes) return axes;
  const input = axes.operands[inputIndex]!;
  return classify(
    { input, weights: axes.operands[1 - inputIndex]!, output: axes.output, inputIndex },
    shapes[inputIndex] ?? input.map(() => undefined),
    weights.dims,
  );
}

/** numpy's matmul: axes of a batch count from the end. */
function readMatMul(left: number | undefined, right: number | undefined): EinsumAxes | { reason: string } {
  if (left === undefined || right === undefined) return { reason: 'the rank of its other side is unknown' };
  const batch = (rank: number) => Array.from({ length: Math.max(0, rank - 2) }, (_, i) => `${i - rank}`);
  const wider = batch(Math.max(left, right));
  const row = left > 1 ? ['m'] : [];
  const column = right > 1 ? ['n'] : [];
  return {
    operands: [
      [...batch(left), ...row, 'k'],
      [...batch(right), 'k', ...column],
    ],
    output: [...wider, ...row, ...column],
  };
}

type Sides = Pick<Contraction, 'input' | 'weights' | 'output' | 'inputIndex'>;
type Role = 'groups' | 'rows' | 'columns' | 'free' | 'gone';

function classify(
  { input, weights, output, inputIndex }: Sides,
  inputDims: readonly Dim[],
  weightDims: readonly number[],
): Contraction | { readonly reason: string } {
  const all = [...new Set([...input, ...weights])];
  if ([input, weights, output].some((axes) => new Set(axes).size < axes.length))
    return { reason: 'an index occurs twice in one operand' };
  const strange = output.find((axis) => !all.includes(axis));
  if (strange !== undefined) return { reason: `its output has the index ${strange}, which no operand has` };
  const sizes = new Map<string, Dim>();
  const roles = new Map<string, Role>();
  for (const axis of all) {
    const size = input.includes(axis) ? inputDims[input.indexOf(axis)] : 1;
    const own = weightDims[weights.indexOf(axis)] ?? 1;
    const where = {
      inInput: input.includes(axis),
      inWeights: weights.includes(axis),
      inOutput: output.includes(axis),
    };
    const role = roleOf(axis, size, own, where);
    if (typeof role === 'object') return role;
    roles.set(axis, role);
    sizes.set(axis, role === 'free' ? size : own);
  }
  const having = (axes: Axes, ...wanted: Role[]) => axes.filter((axis) => wanted.includes(roles.get(axis)!));
  const rows = having(input, 'rows');
  if (rows.length === 0) return { reason: 'it sums over no index that both operands have' };
  return {
    inputIndex,
    input: having(input, 'groups', 'rows', 'free'),
    dropped: input.flatMap((axis, i) => (['columns', 'gone'].includes(roles.get(axis)!) ? [i] : [])),
    weights,
    output,
    groups: having(input, 'groups'),
    rows,
    columns: having(output, 'columns'),
    free: having(output, 'free'),
    sizes,
  };
}

interface Where {
  readonly inInput: boolean;
  readonly inWeights: boolean;
  readonly inOutput: boolean;
}

/** What an axis of a length in the input (1 where it has none) and one in the weights is to their matrix. */
function roleOf(
  axis: string,
  size: Dim,
  own: number,
  { inInput, inWeights, inOutput }: Where,
): Role | { readonly reason: string } {
  if (!inWeights || (own === 1 && inInput && inOutput)) {
    if (inOutput) return 'free';
    return size === 1 ? 'gone' : { reason: `index ${axis} is summed in one operand alone` };
  }
  if (!inInput || (size === 1 && own !== 1)) {
    if (inOutput) return 'columns';
    return own === 1 ? 'gone' : { reason: `index ${axis} is summed in one operand alone` };
  }
  if (size !== undefined && size !== own)
    return { reason: `its operands have the lengths ${size} and ${own} along index ${axis}` };
  // A length of 1 would be stretched to that of the other side.
  if (size === undefined && (inOutput || own === 1))
    return { reason: `the length of index ${axis} is unknown` };
  return inOutput ? 'groups' : 'rows';
}

/** Rows and columns of the matrix for one place along the groups. */
export function matrixOf({ rows, columns, groups, sizes }: Contraction): {
  readonly rows: number;
  readonly columns: number;
  readonly groups: number;
} {
  const length = (axes: Axes) => sizeOf(axes.map((axis) => sizes.get(axis)!));
  return { rows: length(rows), columns: length(columns), groups: length(groups) };
}
