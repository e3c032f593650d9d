/** Graph -> types and dims of its values, as far as they are known: what an ONNX file says about the values between its nodes. */
import { type Graph, outputsOf, type ValueInfo } from '../ir/graph.ts';
import { inferDims } from './dims.ts';
import type { Dims } from './dims-known.ts';
import { inferTypes } from './value-types.ts';

export interface KnownValues {
  /** Element types, as ONNX numbers them. */
  readonly types: ReadonlyMap<string, number>;
  readonly dims: Dims;
}

export function knownValues(graph: Graph): KnownValues {
  return { types: inferTypes(graph), dims: inferDims(graph) };
}

/** The values of known type that nodes of the graph make for one another. */
export function valuesBetween({ nodes, outputs }: Graph, { types, dims }: KnownValues): ValueInfo[] {
  const own = new Set(outputs.map(({ name }) => name));
  return nodes.flatMap(outputsOf).flatMap((name) => {
    const elementType = types.get(name);
    return elementType === undefined || own.has(name) ? [] : [{ name, elementType, dims: dims.get(name) }];
  });
}
