/**
 * Nodes whose inputs are all known -> their values, by onnxruntime, operator by operator: no optimization, one thread. What a
 * node would make is asked for before it is made, so that nothing grows beyond a budget.
 */
import { type Attribute, type Graph, type OnnxNode, outputsOf, type ValueInfo } from '../ir/graph.ts';
import { byteLengthOf, bytesFor, type DataType, sizeOf, type Tensor } from '../math/tensor.ts';
import type { Inferred } from '../runtime/inferred.ts';
import { openSession, type Session } from '../runtime/session.ts';
import { subgraphsOf } from './attributes.ts';
import { type Budget, whyOver } from './budget.ts';
import { elementNumber } from './element-types.ts';
import { encodeModel } from './encode.ts';
import { attributeCodec } from './proto.ts';

export interface Computation {
  readonly graph: Pick<Graph, 'irVersion' | 'opsets'>;
  /** In topological order; all that they read is known, or is an output of an earlier one. */
  readonly nodes: readonly OnnxNode[];
  readonly known: ReadonlyMap<string, Tensor>;
  /** Whether anything but these nodes reads a value. */
  readonly isWanted: (name: string) => boolean;
  readonly budget: Budget;
  /** Nodes that sessions may be opened with, one counted as often as it is tried. */
  readonly trials: { left: number };
}

/** Tells one node that onnxruntime refuses from all others, by halves; not so each of thousands. */
export function trialsFor(nodes: number): { left: number } {
  return { left: 1024 + 4 * nodes };
}

/** A node of which neither is said can be computed when what it reads has become known. */
export interface Computed {
  /** Values that are wanted. */
  readonly values: Map<string, Tensor>;
  /** All values that were computed, those included that nobody wants. */
  readonly done: Set<string>;
  /** Why a value is not computed. */
  readonly refused: Map<string, string>;
}

/** Whether a node gives the same whenever it runs, within its inputs' time. */
export function isComputable({ domain, op, attributes }: OnnxNode): boolean {
  if (domain !== '' && domain !== 'com.microsoft') return false;
  const hasBody = (a: Attribute) =>
    a.type === 'opaque' && subgraphsOf(attributeCodec.decode(a.value)).length > 0;
  return !Object.values(attributes).some(hasBody) && !/^(Random|Bernoulli$|Multinomial$|Dropout$)/.test(op);
}

export async function computeConstants(computation: Computation): Promise<Computed> {
  const result: Computed = { values: new Map(), done: new Set(), refused: new Map() };
  await computeInto(result, computation);
  return result;
}

async function computeInto(result: Computed, computation: Computation): Promise<void> {
  const { nodes, known, budget, trials } = computation;
  const refuse = (node: OnnxNode, reason: string) => {
    for (const name of outputsOf(node)) result.refused.set(name, reason);
  };
  const within = new Set(nodes.flatMap(outputsOf));
  const isReady = (node: OnnxNode) =>
    node.inputs.every((n) => n === '' || known.has(n) || result.values.has(n) || within.has(n));
  const ready = nodes.filter(isReady);
  if (ready.length === 0) return;
  if (trials.left <= 0) {
    for (const node of ready)
      refuse(node, 'onnxruntime refuses too many of the nodes on constants for each to be tried');
    return;
  }
  trials.left -= ready.length + 4;
  const all = new Map([...known, ...result.values]);
  const { left } = budget;
  try {
    await computeAll(result, { ...computation, nodes: ready, known: all }, refuse);
  } catch (error) {
    budget.left = left;
    if (ready.length === 1) {
      refuse(ready[0]!, `onnxruntime does not compute it: ${reasonOf(error)}`);
      return;
    }
    const half = Math.ceil(ready.length / 2);
    await computeInto(result, { ...computation, nodes: ready.slice(0, half), isWanted: () => true });
    await computeInto(result, { ...computation, nodes: ready.slice(half), isWanted: () => true });
  }
}

const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]!;

/** Throws what onnxruntime throws. */
async function computeAll(
  { values, done }: Computed,
  computation: Computation,
  refuse: (node: OnnxNode, reason: string) => void,
): Promise<void> {
  const { nodes, isWanted } = computation;
  const first = await open(computation);
  const fitting = chooseFitting(computation, first.session, refuse);
  const whole = fitting.length === nodes.length;
  if (!whole) await first.session.release();
  if (fitting.length === 0) return;
  const { session, feeds } = whole ? first : await open({ ...computation, nodes: fitting });
  const made = new Set(fitting);
  const readLater = new Set(nodes.filter((node) => !made.has(node)).flatMap((node) => node.inputs));
  const outputs = fitting.flatMap(outputsOf);
  const wanted = outputs.filter((name) => isWanted(name) || readLater.has(name));
  try {
    for (const [name, value] of Object.entries(await session.run(feeds, wanted))) values.set(name, value);
    for (const name of outputs) done.add(name);
  } finally {
    await session.release();
  }
}

/** The nodes that can be computed now and whose results fit into the budget, which they are taken from. */
function chooseFitting(
  { nodes, known, budget }: Computation,
  { inferred }: Session,
  refuse: (node: OnnxNode, reason: string) => void,
): readonly OnnxNode[] {
  const available = new Set<string>();
  return nodes.filter((node) => {
    const inner = node.inputs.filter((name) => name !== '' && !known.has(name));
    if (!inner.every((name) => available.has(name))) return false;
    const outputs = outputsOf(node).map((name) => inferred.get(name));
    if (!outputs.every((output) => output && numeric.has(output.type))) {
      refuse(node, 'its result is no tensor of numbers');
      return false;
    }
    const own = inner.length === 0 ? boundOf(node, known) : undefined;
    const sizes = outputs.map((output) => bytesOf(output!) ?? own);
    if (!sizes.every((size) => size !== undefined)) {
      if (inner.length === 0) refuse(node, 'how large its result is shows only when it is computed');
      return false;
    }
    const bytes = copies * sizes.reduce((sum, size) => sum + size, 0);
    const over = whyOver(budget, node, bytes);
    if (over !== undefined) {
      refuse(node, over);
      return false;
    }
    for (const name of outputsOf(node)) available.add(name);
    return true;
  });
}

/** onnxruntime's, and ours. */
const copies = 2;

const numeric = new Set<DataType>(
  'float32 float64 float16 int8 uint8 int16 uint16 int32 uint32 int64 uint64 bool int4 uint4'.split(
    ' ',
  ) as DataType[],
);

function bytesOf({ type, dims }: Inferred): number | undefined {
  return dims.every((d) => d !== undefined) ? bytesFor(type, sizeOf(dims)) : undefined;
}

/** Operators that choose among their inputs' values: at most all of them, or an index per value and axis. */
function boundOf({ op, inputs }: OnnxNode, known: ReadonlyMap<string, Tensor>): number | undefined {
  if (op !== 'NonZero' && op !== 'Compress' && op !== 'Unique') return undefined;
  const tensors = inputs.flatMap((name) => known.get(name) ?? []);
  return tensors.reduce((sum, { dims }) => sum + 8 * sizeOf(dims) * Math.max(1, dims.length), 0);
}

interface Opened {
  readonly session: Session;
  readonly feeds: Readonly<Record<string, Tensor>>;
}

/** The nodes as a model of their own, with all that they make as outputs. */
async function open({ graph, nodes, known }: Computation): Promise<Opened> {
  const read = [...new Set(nodes.flatMap((node) => node.inputs))];
  const given = read.flatMap((name): [string, Tensor][] => {
    const tensor = known.get(name);
    return tensor ? [[name, tensor]] : [];
  });
  const isFed = ([, tensor]: [string, Tensor]) =>
    feedable.has(tensor.type) && byteLengthOf(tensor) > mostInside;
  const fed = given.filter(isFed);
  const inputs = fed.map(
    ([name, { type, dims }]): ValueInfo => ({ name, elementType: elementNumber(type), dims }),
  );
  const outputs = nodes
    .flatMap(outputsOf)
    .map((name): ValueInfo => ({ name, elementType: 0, dims: undefined }));
  const constants = new Map(given.filter((entry) => !isFed(entry)));
  const model = encodeModel({
    ...graph,
    name: 'constants',
    nodes,
    inputs,
    outputs,
    constants,
    functions: [],
  });
  const session = await openSession(model, { threads: 1, optimized: false });
  const feeds = fed.map(([name, { type, dims, data }]): [string, Tensor] => [name, { type, dims, data }]);
  return { session, feeds: Object.fromEntries(feeds) };
}

/** Bytes of a constant that may say how large a result is, which onnxruntime sees of initializers only. */
const mostInside = 4096;
/** Types of which tensors go in and out; an initializer may be of any. */
const feedable = new Set<DataType>([...numeric].filter((type) => !type.endsWith('int4')));
