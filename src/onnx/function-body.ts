/** A call of a model-local function -> the nodes of its body, in the caller's names and with the caller's attributes. */
import type { AttributeProto, FunctionProto, GraphProto, NodeProto, TensorProto } from './proto.ts';

/** What is behind this in a name that grows from call to call would not be read. */
const longestName = 200;

/**
 * @param call with a name
 * @param fresh makes a name that nothing else has
 */
export function bodyOf(body: FunctionProto, call: NodeProto, fresh: (wanted: string) => string): NodeProto[] {
  const prefix = (call.name ?? '').slice(0, longestName);
  const within = (name: string) => fresh(`${prefix}/${name.slice(0, longestName)}`);
  const names = new Map<string, string>();
  const own = (name: string): string => {
    if (name === '') return '';
    const known = names.get(name) ?? within(name);
    names.set(name, known);
    return known;
  };
  for (const [i, formal] of (body.input ?? []).entries()) names.set(formal, call.input?.[i] ?? '');
  // An output that is an input, or that comes out twice, is copied.
  const copies: NodeProto[] = [];
  for (const [i, formal] of (body.output ?? []).entries()) {
    const actual = call.output?.[i] ?? '';
    if (actual === '') continue;
    if (names.has(formal))
      copies.push({ opType: 'Identity', name: within('Identity'), input: [own(formal)], output: [actual] });
    else names.set(formal, actual);
  }
  const attributes = new Map((call.attribute ?? []).map((a) => [a.name ?? '', a]));
  const defaults = new Map((body.attributeProto ?? []).map((a) => [a.name ?? '', a]));
  const given = (attribute: AttributeProto): AttributeProto[] => {
    const { name = '', refAttrName } = attribute;
    if (!refAttrName) return [inGraphs(attribute)];
    const value = attributes.get(refAttrName) ?? defaults.get(refAttrName);
    return value ? [{ ...value, name }] : [];
  };
  const renamed = (nodes: readonly NodeProto[]) =>
    nodes.map(
      (node, index): NodeProto => ({
        ...node,
        name: within(node.name || `${node.opType}_${index}`),
        input: (node.input ?? []).map(own),
        output: (node.output ?? []).map(own),
        attribute: (node.attribute ?? []).flatMap(given),
      }),
    );
  const inGraphs = (attribute: AttributeProto): AttributeProto => {
    const { g, graphs } = attribute;
    return {
      ...attribute,
      ...(g && { g: inGraph(g) }),
      ...(graphs?.length && { graphs: graphs.map(inGraph) }),
    };
  };
  const renamedTensor = (tensor: TensorProto): TensorProto => ({ ...tensor, name: own(tensor.name ?? '') });
  const inGraph = (graph: GraphProto): GraphProto => ({
    ...graph,
    input: (graph.input ?? []).map((value) => ({ ...value, name: own(value.name ?? '') })),
    initializer: (graph.initializer ?? []).map(renamedTensor),
    sparseInitializer: (graph.sparseInitializer ?? []).map((sparse) => ({
      ...sparse,
      ...(sparse.values && { values: renamedTensor(sparse.values) }),
    })),
    // What is said of values goes by their old names.
    valueInfo: [],
    node: renamed(graph.node ?? []),
    output: (graph.output ?? []).map((value) => ({ ...value, name: own(value.name ?? '') })),
  });
  return [...renamed(body.node ?? []), ...copies];
}

/** Names of all values and nodes of a graph, at any depth. */
export function namesIn(graph: GraphProto): Set<string> {
  const names = new Set<string>();
  const walk = ({ input = [], initializer = [], node = [] }: GraphProto): void => {
    for (const { name = '' } of [...input, ...initializer]) names.add(name);
    for (const { name = '', output = [], attribute = [] } of node) {
      for (const one of [name, ...output]) names.add(one);
      for (const { g, graphs = [] } of attribute)
        for (const inner of [...(g ? [g] : []), ...graphs]) walk(inner);
    }
  };
  walk(graph);
  return names;
}

export function plainDomain(domain: string | undefined): string {
  return domain === undefined || domain === 'ai.onnx' ? '' : domain;
}
