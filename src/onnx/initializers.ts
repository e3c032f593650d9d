/**
 * The initializers of a file -> its constants. One that cannot be read is reported once: its name counts as taken, so that
 * nodes that read it are not reported for it.
 */
import { graphInvalid, modelUnreadable, typeUnsupported } from '../diagnostics/all.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Tensor } from '../math/tensor.ts';
import type { GraphProto, TensorProto } from './proto.ts';
import { decodeSparse } from './sparse.ts';
import { decodeTensor, type ExternalBytes, type TensorProblem } from './tensor-proto.ts';

export interface Initializers {
  readonly constants: ReadonlyMap<string, Tensor>;
  /** Of all initializers, those that cannot be read included. */
  readonly names: ReadonlySet<string>;
}

/** @param problems gets what is wrong */
export function decodeInitializers(
  graph: GraphProto,
  external: ReadonlyMap<TensorProto, ExternalBytes>,
  file: string,
  problems: Diagnostic[],
): Initializers {
  const constants = new Map<string, Tensor>();
  const names = new Set<string>();
  const add = (name: string, tensor: Tensor | TensorProblem) => {
    const place = `tensor '${name}'`;
    if (names.has(name)) problems.push(graphInvalid(place, 'two initializers have this name'));
    else if (!('reason' in tensor)) constants.set(name, tensor);
    else if (tensor.problem === 'corrupt') problems.push(modelUnreadable(file, `${place}: ${tensor.reason}`));
    else problems.push(typeUnsupported(place, tensor.reason));
    names.add(name);
  };
  for (const dense of graph.initializer ?? [])
    add(dense.name ?? '', decodeTensor(dense, external.get(dense)));
  for (const sparse of graph.sparseInitializer ?? [])
    add(sparse.values?.name ?? '', decodeSparse(sparse, external));
  return { constants, names };
}
