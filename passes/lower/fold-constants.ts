/**
 * Graph -> Graph without the nodes whose inputs are all constant, and without Identity and inference Dropout. What only moves
 * stored values is made when somebody looks (src/onnx/evaluate.ts), all else now, by onnxruntime. Outputs of the graph
 * keep the nodes that produce them; so does what onnxruntime refuses, and the graph says so.
 */
import { foldingLimit } from '../../src/diagnostics/all.ts';
import { raise } from '../../src/diagnostics/diagnostic.ts';
import {
  capturesOf,
  describeOrigin,
  type Graph,
  inputsOf,
  type Node,
  type OnnxNode,
  outputsOf,
} from '../../src/ir/graph.ts';
import { dropUnusedConstants } from '../../src/ir/uses.ts';
import { byteLengthOf, bytesFor, sizeOf, type Tensor } from '../../src/math/tensor.ts';
import { type Budget, budgetFor, whyOver } from '../../src/onnx/budget.ts';
import { computeConstants, isComputable, trialsFor } from '../../src/onnx/compute-constants.ts';
import { evaluate } from '../../src/onnx/evaluate.ts';

export interface FoldContext {
  /** MiB that constants may take beyond what the model holds. Default: 640. */
  readonly foldedMiB?: number;
  /** Leaves what does not fit to be computed, for those who only ask what becomes of the nodes. */
  readonly unchecked?: boolean;
}

export const foldConstants = { name: 'fold-constants', run: fold };

const defaultMiB = 640;
const mostReported = 8;

/** Raises foldingLimit for results that do not fit: running the model would take as much. */
async function fold(graph: Graph, context: FoldContext = {}): Promise<Graph> {
  const { foldedMiB = defaultMiB, unchecked = false } = context;
  const held = [...graph.constants.values()].reduce((sum, tensor) => sum + byteLengthOf(tensor), 0);
  const folding: Folding = {
    constants: new Map(graph.constants),
    done: new Set(),
    unfolded: new Map(),
    budget: budgetFor(foldedMiB * 2 ** 20, held),
    opset: graph.opsets[''] ?? 0,
    fixed: namesThatStay(graph),
  };
  const trials = trialsFor(graph.nodes.length);
  for (;;) {
    const { nodes, pending } = walk(graph.nodes, folding);
    if (pending.size === 0) {
      const exceeded = [...folding.budget.exceeded.values()].slice(0, mostReported);
      if (!unchecked) raise(exceeded.map((e) => foldingLimit(describeOrigin(e.origin), e.reason, foldedMiB)));
      const { constants, unfolded } = folding;
      return dropUnusedConstants({ ...graph, nodes, constants, ...(unfolded.size > 0 && { unfolded }) });
    }
    const others = nodes.filter((node) => node.kind !== 'onnx' || !pending.has(node));
    const read = new Set(others.flatMap(inputsOf));
    const { values, done, refused } = await computeConstants({
      graph,
      nodes: [...pending],
      known: folding.constants,
      isWanted: (name) => read.has(name),
      budget: folding.budget,
      trials,
    });
    for (const [name, value] of values) folding.constants.set(name, value);
    for (const name of done) folding.done.add(name);
    for (const [name, reason] of refused) folding.unfolded.set(name, reason);
  }
}

interface Folding {
  readonly constants: Map<string, Tensor>;
  /** Values that nobody reads any more, besides those that are constants now. */
  readonly done: Set<string>;
  /** Why values that depend on constants alone are not among them. */
  readonly unfolded: Map<string, string>;
  readonly budget: Budget;
  readonly opset: number;
  readonly fixed: FixedNames;
}

interface FixedNames {
  readonly outputs: ReadonlySet<string>;
  /** Values that subgraphs read by name. */
  readonly captured: ReadonlySet<string>;
  readonly read: ReadonlySet<string>;
}

function namesThatStay(graph: Graph): FixedNames {
  const read = graph.nodes.flatMap(inputsOf);
  const captured = new Set(graph.nodes.flatMap(capturesOf));
  const outputs = graph.outputs.map((o) => o.name);
  return { outputs: new Set(outputs), captured, read: new Set([...read, ...outputs]) };
}

/** The nodes that are left, and those among them that onnxruntime can compute from constants. */
function walk(given: readonly Node[], folding: Folding): { nodes: Node[]; pending: ReadonlySet<OnnxNode> } {
  const { constants, done, unfolded, fixed } = folding;
  const renamed = new Map<string, string>();
  const nodes: Node[] = [];
  const pending = new Set<OnnxNode>();
  const promised = new Set<string>();
  for (const original of given) {
    const node = rename(original, renamed);
    const outputs = outputsOf(node);
    if (outputs.length > 0 && outputs.every((name) => constants.has(name) || done.has(name))) continue;
    if (node.kind === 'onnx' && !outputs.some((name) => fixed.outputs.has(name))) {
      const value = evaluated(node, folding);
      if (value) constants.set(outputs[0]!, value);
      if (value) continue;
    }
    if (node.kind === 'onnx' && passesThrough(node, constants, fixed)) {
      renamed.set(node.outputs[0]!, node.inputs[0]!);
      continue;
    }
    nodes.push(node);
    if (node.kind !== 'onnx' || outputs.length === 0) continue;
    if (outputs.some((name) => unfolded.has(name) || fixed.outputs.has(name))) continue;
    const reason = inputsOf(node)
      .map((name) => unfolded.get(name))
      .find((r) => r !== undefined);
    const isSettled = (name: string) => constants.has(name) || promised.has(name) || unfolded.has(name);
    if (!inputsOf(node).every(isSettled)) continue;
    if (reason !== undefined) for (const name of outputs) unfolded.set(name, reason);
    else if (isComputable(node)) {
      pending.add(node);
      for (const name of outputs) promised.add(name);
    }
  }
  return { nodes, pending };
}

function rename(node: Node, renamed: ReadonlyMap<string, string>): Node {
  const to = (name: string) => renamed.get(name) ?? name;
  return node.kind === 'onnx' ? { ...node, inputs: node.inputs.map(to) } : { ...node, input: to(node.input) };
}

/** What `evaluate` knows; kept where the budget has room and its sources are kept, else made anew at every look. */
function evaluated(node: OnnxNode, { constants, unfolded, budget, opset }: Folding): Tensor | undefined {
  const inputs = node.inputs.map((name) => constants.get(name));
  if (node.inputs.some((name, i) => name !== '' && !inputs[i])) return undefined;
  const value = evaluate(node, inputs, opset);
  if (!value?.deferred) return value;
  const sources = [...new Set(inputs.filter((tensor) => tensor !== undefined))];
  const more = sizeOf(value.dims) - sources.reduce((sum, { dims }) => sum + sizeOf(dims), 0);
  const grown = bytesFor(value.type, Math.max(0, more));
  const over = whyOver(budget, node, grown);
  if (over !== undefined) {
    unfolded.set(node.outputs[0]!, over);
    return undefined;
  }
  const bytes = byteLengthOf(value);
  const made = sources.some((tensor) => tensor.deferred) || (grown > 0 && bytes > largestMadeUp);
  if (made || bytes > budget.left) return value;
  budget.left -= bytes;
  return { type: value.type, dims: value.dims, data: value.data };
}

/** Bytes of values that come of fewer, such as repeated ones, which are cheaper to make again than to keep. */
const largestMadeUp = 2 ** 20;

/** Identity, and Dropout that does not train and whose mask nobody reads. */
function passesThrough(node: OnnxNode, constants: ReadonlyMap<string, Tensor>, fixed: FixedNames): boolean {
  const [output = '', mask = ''] = node.outputs;
  if (node.domain !== '' || fixed.outputs.has(output) || fixed.captured.has(output)) return false;
  if (node.op === 'Identity') return true;
  if (node.op !== 'Dropout' || fixed.read.has(mask)) return false;
  const training = node.inputs[2] ?? '';
  return training === '' || constants.get(training)?.data[0] === 0;
}
