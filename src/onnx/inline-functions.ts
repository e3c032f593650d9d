/**
 * A model with local functions -> the same model without them: where a node called one, its body stands, in the caller's
 * names. A name from inside comes behind that of the calling node: `/layer1/Conv2d` makes `Conv_25` into
 * `/layer1/Conv2d/Conv_25`.
 */
import { functionOpset, functionsTooLarge, graphInvalid } from '../diagnostics/all.ts';
import { type Diagnostic, DiagnosticError, raise } from '../diagnostics/diagnostic.ts';
import { freshNames } from '../ir/graph.ts';
import { bodyOf, namesIn, plainDomain } from './function-body.ts';
import {
  type AttributeProto,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  toNumber,
} from './proto.ts';
import { upgradeRule } from './upgrade-rules.ts';

/** Nodes that all calls together may come to. */
const mostNodes = 100_000;
/** Bytes of the tensors that they may hold. */
const mostBytes = 2 ** 28;
/** Calls inside calls. */
const deepest = 200;

/** Raises graphInvalid for a function that calls itself, functionOpset and functionsTooLarge. */
export function inlineFunctions(model: ModelProto, file: string): ModelProto {
  const { functions = [], graph, opsetImport = [] } = model;
  if (functions.length === 0 || !graph) return model;
  const problems: Diagnostic[] = [];
  const table = new Map(functions.map((f) => [keyOf(f.domain, f.name, f.overload), f]));
  const called = new Set<FunctionProto>();
  const fresh = freshNames(namesIn(graph));
  let [nodes, bytes] = [0, 0];
  const spend = (size: { readonly nodes: number; readonly bytes: number }) => {
    nodes += size.nodes;
    bytes += size.bytes;
    if (nodes > mostNodes || bytes > mostBytes)
      throw new DiagnosticError([functionsTooLarge(file, mostNodes, mostBytes)]);
  };

  function inlined(list: readonly NodeProto[], callers: readonly string[]): NodeProto[] {
    return list.flatMap((node, index) => {
      const attribute = (node.attribute ?? []).map((a) => withGraphs(a, callers));
      const key = keyOf(node.domain, node.opType, node.overload);
      const body = table.get(key);
      if (!body) return [{ ...node, attribute }];
      const name = node.name || `${node.opType}_${index}`;
      const place = `node '${name}' (a call of function '${body.name}')`;
      const reason = whyNotCalled(node, body, key, callers);
      if (reason) {
        problems.push(graphInvalid(place, reason));
        return [];
      }
      called.add(body);
      spend(sizeOfNodes(body.node ?? []));
      return inlined(bodyOf(body, { ...node, name, attribute }, fresh), [...callers, key]);
    });
  }

  function withGraphs(attribute: AttributeProto, callers: readonly string[]): AttributeProto {
    const { g, graphs } = attribute;
    if (!g && !graphs?.length) return attribute;
    const within = (inner: GraphProto) => ({ ...inner, node: inlined(inner.node ?? [], callers) });
    return {
      ...attribute,
      ...(g && { g: within(g) }),
      ...(graphs?.length && { graphs: graphs.map(within) }),
    };
  }

  const node = inlined(graph.node ?? [], []);
  for (const body of called) problems.push(...checkOpset(body, model));
  raise(problems);
  return {
    ...model,
    functions: [],
    graph: { ...graph, node },
    opsetImport: mergeOpsets(opsetImport, called),
  };
}

const keyOf = (domain = '', name = '', overload = '') => `${plainDomain(domain)}\n${name}\n${overload}`;

function whyNotCalled(
  { input = [], output = [] }: NodeProto,
  body: FunctionProto,
  key: string,
  callers: readonly string[],
): string | undefined {
  if (callers.includes(key)) return `function '${body.name}' calls itself`;
  if (callers.length >= deepest) return `it lies in more than ${deepest} calls inside each other`;
  const [takes, gives] = [(body.input ?? []).length, (body.output ?? []).length];
  if (input.length > takes) return `it has ${input.length} inputs, and the function takes ${takes}`;
  return output.length > gives
    ? `it has ${output.length} outputs, and the function gives ${gives}`
    : undefined;
}

/** Of nodes and their subgraphs, at any depth. */
function sizeOfNodes(nodes: readonly NodeProto[]): { readonly nodes: number; readonly bytes: number } {
  let [count, bytes] = [nodes.length, 0];
  const add = (inner: readonly NodeProto[]) => {
    const size = sizeOfNodes(inner);
    count += size.nodes;
    bytes += size.bytes;
  };
  for (const { t, g, graphs = [] } of nodes.flatMap((node) => node.attribute ?? [])) {
    const bodies = [...(g ? [g] : []), ...graphs];
    for (const tensor of [...(t ? [t] : []), ...bodies.flatMap((body) => body.initializer ?? [])])
      bytes += (tensor.rawData?.length ?? 0) + 8 * valuesOf(tensor);
    for (const body of bodies) add(body.node ?? []);
  }
  return { nodes: count, bytes };
}

function valuesOf(tensor: NonNullable<AttributeProto['t']>): number {
  const { floatData, int32Data, int64Data, doubleData, uint64Data, stringData } = tensor;
  const lists = [floatData, int32Data, int64Data, doubleData, uint64Data, stringData];
  return lists.reduce((sum, list) => sum + (list?.length ?? 0), 0);
}

/** A body is read in the opset of the model: operators must be the same in that of the function. */
function checkOpset(body: FunctionProto, { opsetImport = [] }: ModelProto): Diagnostic[] {
  const versionIn = (imports: NonNullable<ModelProto['opsetImport']>) =>
    imports.find(({ domain }) => plainDomain(domain) === '')?.version;
  const [own, model] = [versionIn(body.opsetImport ?? []), versionIn(opsetImport)].map(toNumber);
  if (!own || !model || own === model) return [];
  const ops = new Set(operatorsIn(body.node ?? []));
  const changed = [...ops].filter((op) => upgradeRule(op, own) !== upgradeRule(op, model));
  return changed.length > 0 ? [functionOpset(body.name ?? '', own, model, changed)] : [];
}

function operatorsIn(nodes: readonly NodeProto[]): string[] {
  return nodes.flatMap(({ domain, opType = '', attribute = [] }) => {
    const bodies = attribute.flatMap(({ g, graphs = [] }) => [...(g ? [g] : []), ...graphs]);
    const inner = bodies.flatMap((body) => operatorsIn(body.node ?? []));
    return plainDomain(domain) === '' ? [opType, ...inner] : inner;
  });
}

type Imports = NonNullable<ModelProto['opsetImport']>;

/** Domains that bodies need and the model does not name. */
function mergeOpsets(given: Imports, bodies: ReadonlySet<FunctionProto>): Imports {
  const merged = new Map(given.map((entry) => [plainDomain(entry.domain), entry]));
  for (const entry of [...bodies].flatMap((body) => body.opsetImport ?? [])) {
    const domain = plainDomain(entry.domain);
    if (!merged.has(domain)) merged.set(domain, entry);
  }
  return [...merged.values()];
}
