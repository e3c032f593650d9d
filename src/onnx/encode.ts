/**
 * Graph -> the bytes of an ONNX file that the ONNX checker accepts. The same graph and metadata give the same bytes;
 * decoding them gives the graph again.
 */
import { defined } from '../defined.ts';
import { InternalError } from '../diagnostics/diagnostic.ts';
import type { Graph, Node, ValueInfo } from '../ir/graph.ts';
import type { Tensor } from '../math/tensor.ts';
import { encodeAttributes } from './attributes.ts';
import {
  functionCodec,
  modelCodec,
  type NodeProto,
  type TensorProto,
  typeCodec,
  type ValueInfoProto,
} from './proto.ts';
import { encodeTensor } from './tensor-proto.ts';

/**
 * @param graph all of its nodes are ONNX nodes (InternalError otherwise)
 * @param metadata the model's metadata_props, written in this order
 * @param encode what becomes of an initializer
 * @param between values between nodes whose types and dims the file is to say
 */
export function encodeModel(
  graph: Graph,
  metadata: Readonly<Record<string, string>> = {},
  encode: (name: string, tensor: Tensor) => TensorProto = encodeTensor,
  between: readonly ValueInfo[] = [],
): Uint8Array {
  return modelCodec.encode({
    irVersion: graph.irVersion,
    producerName: 'crossloom',
    opsetImport: Object.entries(graph.opsets).map(([domain, version]) => ({ domain, version })),
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    functions: graph.functions.map(functionCodec.decode),
    graph: {
      name: graph.name || 'graph',
      node: graph.nodes.map(encoderOfNodes()),
      initializer: [...graph.constants].map(([name, tensor]) => encode(name, tensor)),
      input: graph.inputs.map(encodeValue),
      output: graph.outputs.map(encodeValue),
      valueInfo: between.map(encodeValue),
    },
  });
}

/** Several nodes may come from one of the user's: the first keeps its name, since runtimes want every name once. */
function encoderOfNodes(): (node: Node) => NodeProto {
  const names = new Set<string>();
  return (node) => {
    if (node.kind !== 'onnx')
      throw new InternalError('onnx/encode', `'${node.output}' is an ${node.kind} node`);
    const own = node.origin.name;
    const name = names.has(own) ? `${own}/${node.outputs.find((o) => o !== '') ?? node.op}` : own;
    names.add(name);
    return defined({
      input: node.inputs,
      output: node.outputs,
      name: own === '' ? undefined : name,
      opType: node.op,
      domain: node.domain === '' ? undefined : node.domain,
      attribute: encodeAttributes(node.attributes),
    });
  };
}

function encodeValue({ name, elementType, dims, otherType }: ValueInfo): ValueInfoProto {
  if (otherType) return { name, type: typeCodec.decode(otherType) };
  if (elementType === 0) return { name };
  const shape = dims && {
    dim: dims.map((d) => (d === undefined ? {} : typeof d === 'string' ? { dimParam: d } : { dimValue: d })),
  };
  return { name, type: { tensorType: defined({ elemType: elementType, shape }) } };
}
