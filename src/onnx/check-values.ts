/** Checks that a decoded graph's values fit together, and puts its nodes into topological order. */

import { formUnsupported, graphInvalid, typeUnsupported } from '../diagnostics/all.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { describeOrigin, inputsOf, type OnnxNode, outputsOf, type ValueInfo } from '../ir/graph.ts';
import { elementName, elementType } from './element-types.ts';
import { describeOtherType } from './other-types.ts';
import { sortNodes } from './topological.ts';

/**
 * Every value has one source, every read value has one, and the nodes can be ordered.
 * @param constants names of initializers
 * @param problems gets what is wrong
 * @returns the nodes in topological order
 */
export function checkValues(
  file: string,
  inputs: readonly ValueInfo[],
  outputs: readonly ValueInfo[],
  nodes: readonly OnnxNode[],
  constants: Iterable<string>,
  problems: Diagnostic[],
): readonly OnnxNode[] {
  const defined = new Set(constants);
  if (defined.has('')) problems.push(graphInvalid(file, 'an initializer has no name'));
  for (const { name } of inputs) defined.add(name);
  for (const { name, elementType: type, otherType } of inputs) {
    if (name === '') problems.push(graphInvalid(file, 'an input has no name'));
    else if (otherType) problems.push(notFed(name, describeOtherType(otherType)));
    else if (type === 0) problems.push(graphInvalid(`input '${name}'`, 'it has no element type'));
    else if (elementType(type) === undefined)
      problems.push(typeUnsupported(`input '${name}'`, `elements of ${elementName(type)} are not supported`));
  }
  const given = [...defined];
  for (const node of nodes) {
    for (const name of outputsOf(node)) {
      if (defined.has(name))
        problems.push(graphInvalid(describeOrigin(node.origin), `its output '${name}' is defined twice`));
      defined.add(name);
    }
  }
  for (const node of nodes) {
    for (const name of new Set(inputsOf(node))) {
      if (!defined.has(name))
        problems.push(graphInvalid(describeOrigin(node.origin), `its input '${name}' is defined nowhere`));
    }
  }
  for (const { name } of outputs) {
    if (!defined.has(name)) problems.push(graphInvalid(`output '${name}'`, 'no node computes it'));
  }
  // onnxruntime's JavaScript interface keeps values as properties of plain objects, and loses this one.
  if (defined.has('__proto__'))
    problems.push(graphInvalid("value '__proto__'", 'no value may have this name; give it another one'));
  if (outputs.length === 0) problems.push(graphInvalid(file, 'the model has no outputs'));
  const sorted = sortNodes(nodes, given);
  if (!sorted) problems.push(graphInvalid(file, 'its nodes depend on each other in a circle'));
  return sorted ?? nodes;
}

function notFed(name: string, kind: string): Diagnostic {
  return formUnsupported(
    `input '${name}'`,
    `it is ${kind}, and samples are tensors`,
    'Export the model with a tensor in its place, or with an input for each of its tensors.',
  );
}
