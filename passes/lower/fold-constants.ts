/**
 * Graph -> Graph without the nodes whose inputs are all constant (as far as src/onnx/evaluate.ts knows them), and
 * without Identity and inference Dropout. Outputs of the graph keep the nodes that produce them.
 */
import { capturesOf, type Graph, inputsOf, type Node, type OnnxNode } from '../../src/ir/graph.ts';
import { dropUnusedConstants } from '../../src/ir/uses.ts';
import type { Tensor } from '../../src/math/tensor.ts';
import { evaluate } from '../../src/onnx/evaluate.ts';

export const foldConstants = { name: 'fold-constants', run: fold };

function fold(graph: Graph): Graph {
  const constants = new Map(graph.constants);
  const fixed = namesThatStay(graph);
  const opset = graph.opsets[''] ?? 0;
  const renamed = new Map<string, string>();
  const nodes: Node[] = [];
  for (const original of graph.nodes) {
    const node = rename(original, renamed);
    if (node.kind !== 'onnx') {
      nodes.push(node);
      continue;
    }
    const value = fixed.outputs.has(node.outputs[0] ?? '') ? undefined : foldedValue(node, constants, opset);
    if (value) constants.set(node.outputs[0]!, value);
    else if (passesThrough(node, constants, fixed)) renamed.set(node.outputs[0]!, node.inputs[0]!);
    else nodes.push(node);
  }
  return dropUnusedConstants({ ...graph, nodes, constants });
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

function rename(node: Node, renamed: ReadonlyMap<string, string>): Node {
  const to = (name: string) => renamed.get(name) ?? name;
  return node.kind === 'onnx' ? { ...node, inputs: node.inputs.map(to) } : { ...node, input: to(node.input) };
}

function foldedValue(
  node: OnnxNode,
  constants: ReadonlyMap<string, Tensor>,
  opset: number,
): Tensor | undefined {
  const inputs = node.inputs.map((name) => constants.get(name));
  if (node.inputs.some((name, i) => name !== '' && !inputs[i])) return undefined;
  return evaluate(node, inputs, opset);
}

/** Identity, and Dropout that does not train and whose mask nobody reads. */
function passesThrough(node: OnnxNode, constants: ReadonlyMap<string, Tensor>, fixed: FixedNames): boolean {
  const [output = '', mask = ''] = node.outputs;
  if (node.domain !== '' || fixed.outputs.has(output) || fixed.captured.has(output)) return false;
  if (node.op === 'Identity') return true;
  if (node.op !== 'Dropout' || fixed.read.has(mask)) return false;
  const training = node.inputs[2] ?? '';
  return training === '' || constants.get(training)?.data[0] === 0;
}
