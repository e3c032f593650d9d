/**
 * A graph with outputs that are no tensors -> the same with the tensors in front of them as outputs besides: those can be
 * compared and scored. What scikit-learn's converter leaves of a classifier, for one, ends in ZipMap, a sequence of maps.
 */
import { formUnsupported } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import type { Graph, OnnxNode, ValueInfo } from '../ir/graph.ts';
import { inferDims } from './dims.ts';
import { describeOtherType, innerElementType } from './other-types.ts';

/** By operator, which inputs have the values that it puts into a sequence, a map or an optional value. */
const containers: Readonly<Record<string, (inputs: readonly string[]) => readonly string[]>> = {
  ZipMap: (inputs) => inputs,
  SequenceConstruct: (inputs) => inputs,
  SequenceInsert: ([sequence = '', tensor = '']) => [sequence, tensor],
  SplitToSequence: ([tensor = '']) => [tensor],
  Optional: (inputs) => inputs,
  Identity: (inputs) => inputs,
};

/** Raises formUnsupported where none of the outputs is a tensor, and nothing in front of them is known to be one. */
export function exposeTensors(graph: Graph, file: string): Graph {
  const others = graph.outputs.filter(({ otherType }) => otherType);
  if (others.length === 0) return graph;
  const producers = new Map<string, OnnxNode>();
  for (const node of graph.nodes)
    if (node.kind === 'onnx') for (const output of node.outputs) producers.set(output, node);
  const dims = inferDims(graph);
  const exposed = new Map(graph.outputs.map((output) => [output.name, output]));
  for (const { name, otherType } of others)
    for (const tensor of tensorsIn(name, producers))
      if (!exposed.has(tensor))
        exposed.set(tensor, {
          name: tensor,
          elementType: innerElementType(otherType!),
          dims: dims.get(tensor),
        });
  const outputs = [...exposed.values()];
  if (outputs.every(({ otherType }) => otherType)) raise([noTensors(file, others)]);
  return { ...graph, outputs };
}

/** The tensors, made by nodes, that a value is put together from. */
function tensorsIn(value: string, producers: ReadonlyMap<string, OnnxNode>): readonly string[] {
  const found = new Set<string>();
  const seen = new Set<string>();
  const open = [value];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const producer = producers.get(name);
    if (seen.has(name) || !producer) continue;
    seen.add(name);
    const parts = Object.hasOwn(containers, producer.op) ? containers[producer.op] : undefined;
    if (parts) open.push(...parts(producer.inputs));
    else if (!sequenceMakers.has(producer.op)) found.add(name);
  }
  return [...found];
}

/** Whose results may be sequences, maps or optional values, of what is not looked for. */
const sequenceMakers = new Set([
  'SequenceEmpty',
  'SequenceErase',
  'SequenceMap',
  'OptionalGetElement',
  'Loop',
  'If',
  'Scan',
  'StringSplit',
  'CastMap',
  'DictVectorizer',
]);

function noTensors(file: string, others: readonly ValueInfo[]) {
  const list = others
    .map(({ name, otherType }) => `'${name}' is ${describeOtherType(otherType!)}`)
    .join(', ');
  return formUnsupported(
    file,
    `none of its outputs is a tensor that results could be compared by (${list})`,
    'Name the tensor that the output is made of in the outputs of the graph as well.',
  );
}
