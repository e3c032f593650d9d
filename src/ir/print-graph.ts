/** Graph -> text, one line per input, constant, node and output: what --print-after shows and tests compare. */

import { type Tensor, toDoubles } from '../math/tensor.ts';
import { printableLine } from '../text/printable.ts';
import {
  type Attribute,
  describeOrigin,
  type Geometry,
  type Graph,
  type MvmNode,
  type Node,
  type QuantizedMvmNode,
  type ValueInfo,
} from './graph.ts';
import { usualBits } from './input-codes.ts';

/** The same graph always gives the same text; of long lists the first four values are shown. */
export function printGraph(graph: Graph): string {
  const opsets = Object.entries(graph.opsets).map(([domain, version]) => `${domain || 'ai.onnx'} ${version}`);
  const lines = [
    `graph ${graph.name} (${opsets.join(', ')})`,
    ...graph.inputs.map((v) => `input ${printValue(v)}`),
    ...[...graph.constants].map(([name, tensor]) => `constant ${name}: ${printTensor(tensor)}`),
    ...graph.nodes.map(printNode),
    ...graph.outputs.map((v) => `output ${printValue(v)}`),
  ];
  return `${lines.map(printableLine).join('\n')}\n`;
}

function printValue({ name, dims }: ValueInfo): string {
  return dims ? `${name}: [${dims.map((d) => d ?? '?').join(', ')}]` : name;
}

function printTensor(tensor: Tensor): string {
  const values = tensor.type === 'string' ? tensor.data.length : (toDoubles(tensor) ?? []);
  return `${tensor.type}[${tensor.dims.join(', ')}] ${typeof values === 'number' ? `(${values} strings)` : printList(values)}`;
}

function printNode(node: Node): string {
  const folded = node.kind === 'onnx' ? [] : node.folded;
  const origins = [node.origin, ...folded].map(describeOrigin).join(' + ');
  return `${node.kind === 'onnx' ? printOnnx(node) : printMvm(node)}  ; ${origins}`;
}

function printOnnx({ op, domain, inputs, outputs, attributes }: Node & { kind: 'onnx' }): string {
  const settings = Object.entries(attributes).map(([name, value]) => `${name}=${printAttribute(value)}`);
  const suffix = settings.length > 0 ? ` {${settings.join(', ')}}` : '';
  return `${outputs.join(', ')} = ${domain && `${domain}.`}${op}(${inputs.join(', ')})${suffix}`;
}

function printAttribute(attribute: Attribute): string {
  switch (attribute.type) {
    case 'int':
      return String(attribute.value);
    case 'float':
      return number(attribute.value);
    case 'string':
    case 'strings':
      return JSON.stringify(attribute.value);
    case 'ints':
    case 'floats':
      return `[${attribute.value.map(number).join(', ')}]`;
    case 'tensor':
      return printTensor(attribute.value);
    case 'opaque':
      return `<${attribute.value.length} bytes>`;
  }
}

function printMvm(node: MvmNode | QuantizedMvmNode): string {
  const groups = node.groups === 1 ? '' : `${node.groups} groups of `;
  const head = `${node.output} = ${node.kind}(${node.input}) ${printGeometry(node.geometry)}, ${groups}${node.rows} x ${node.columns}`;
  if (node.kind === 'mvm')
    return `${head}, weights ${printList(node.weights())}, bias ${printList(node.bias)}`;
  const { scale, zero, signed, bits } = node.quantization;
  const width = bits === usualBits ? '' : ` ${bits} bits`;
  const input = `input ${signed ? 'signed' : 'unsigned'}${width} scale ${number(scale)} zero ${zero}`;
  const integers = `integers +-${node.weightMax} ${printList(node.integers)}`;
  return `${head}, ${input}, ${integers}, scales ${printList(node.scales)}, bias ${printList(node.bias)}`;
}

function printGeometry(geometry: Geometry): string {
  if (geometry.kind === 'matmul') return 'matmul';
  const { kernel, strides, dilations, pads, autoPad } = geometry;
  const padding = autoPad === 'NOTSET' ? `pads ${pads.join(' ')}` : autoPad;
  return `conv ${kernel.join('x')} stride ${strides.join('x')} dilation ${dilations.join('x')} ${padding}`;
}

/** The first four of some numbers. */
export function printList(values: ArrayLike<number>): string {
  const shown = Array.from({ length: Math.min(4, values.length) }, (_, i) => number(values[i]!));
  return `[${shown.join(', ')}${values.length > 4 ? ', ...' : ''}]`;
}

/** Six digits: enough to see, and stable against rounding. */
function number(value: number): string {
  return String(Number(value.toPrecision(6)));
}
