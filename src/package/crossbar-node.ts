/** A crossbar layer as an ONNX node of our own domain with its tables as initializers, and back. See FORMAT.md. */
import { packageUnreadable } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import type { CrossbarLayer, Tile } from '../ir/crossbar.ts';
import {
  type Attribute,
  type Attributes,
  float,
  type Geometry,
  int,
  ints,
  type OnnxNode,
  string,
} from '../ir/graph.ts';
import { usualBits } from '../ir/input-codes.ts';
import { type DataType, float32, int8, int32, type Tensor, type TensorData } from '../math/tensor.ts';

export const crossbarDomain = 'crossloom';
export const crossbarOp = 'Crossbar';

/** Columns of the tiles table, in order. */
const tileFields = [
  'block',
  'array',
  'row',
  'column',
  'groupStart',
  'groupEnd',
  'rowStart',
  'rowEnd',
  'columnStart',
  'columnEnd',
  'slice',
  'copy',
] as const satisfies readonly (keyof Tile)[];

const tables = ['tiles', 'converter_zero', 'converter_step', 'scales', 'column_sums', 'bias'] as const;
/** Tables of layers whose columns or rows do not all lie in order; where one is absent its name is empty. */
const places = ['column_places', 'column_signs', 'row_places'] as const;
type Table = (typeof tables)[number] | (typeof places)[number];
/** All tables hold int32 but these. */
const types: Partial<Record<Table, DataType>> = {
  converter_step: 'float32',
  scales: 'float32',
  bias: 'float32',
  column_signs: 'int8',
};

type Refuse = (reason: string) => never;

/** Encodes a layer; its tables are added to `constants` as `OUTPUT/TABLE`. */
export function encodeCrossbar(layer: CrossbarLayer, constants: Map<string, Tensor>): OnnxNode {
  const values: Record<(typeof tables)[number], Tensor> = {
    tiles: int32(
      [layer.tiles.length, tileFields.length],
      layer.tiles.flatMap((tile) => tileFields.map((f) => tile[f])),
    ),
    converter_zero: int32([layer.converterZero.length], layer.converterZero),
    converter_step: float32([layer.converterStep.length], layer.converterStep),
    scales: float32([layer.scales.length], layer.scales),
    column_sums: int32([layer.columnSums.length], layer.columnSums),
    bias: float32([layer.bias.length], layer.bias),
  };
  const names = tables.map((table) => `${layer.output}/${table}`);
  for (const [i, table] of tables.entries()) constants.set(names[i]!, values[table]);
  const { columnPlaces, columnSigns, rowPlaces } = layer;
  const placed = [
    columnPlaces && int32([columnPlaces.length], columnPlaces),
    columnSigns && int8([columnSigns.length], columnSigns),
    rowPlaces && int32([rowPlaces.length], rowPlaces),
  ];
  placed.length = placed.findLastIndex((table) => table !== undefined) + 1;
  for (const [i, table] of placed.entries()) {
    names.push(table ? `${layer.output}/${places[i]}` : '');
    if (table) constants.set(names.at(-1)!, table);
  }
  return {
    kind: 'onnx',
    op: crossbarOp,
    domain: crossbarDomain,
    inputs: [layer.input, ...names],
    outputs: [layer.output],
    attributes: {
      name: string(layer.origin.name),
      op: string(layer.origin.op),
      index: int(layer.origin.index),
      ...encodeGeometry(layer.geometry),
      groups: int(layer.groups),
      rows: int(layer.rows),
      columns: int(layer.columns),
      input_scale: float(layer.quantization.scale),
      input_zero: int(layer.quantization.zero),
      input_signed: int(layer.quantization.signed ? 1 : 0),
      ...(layer.quantization.bits === usualBits ? {} : { input_bits: int(layer.quantization.bits) }),
      input_coding: string(layer.inputCoding),
      driver_bits: int(layer.driverBits),
      encoding: string(layer.encoding),
      convert: string(layer.convert),
      adc_bits: int(layer.adcBits),
      radix: int(layer.radix),
      slices: int(layer.slices),
      copies: int(layer.copies),
      ...(layer.digitsPerOne !== layer.copies && { digits_per_one: int(layer.digitsPerOne) }),
      ...(layer.repeats > 1 && { repeats: int(layer.repeats) }),
      digit_step: float(layer.digitStep),
    },
    origin: layer.origin,
  };
}

/**
 * Decodes a node that `encodeCrossbar` wrote; undefined for any other node.
 * @param file as messages name it
 * @throws DiagnosticError package/unreadable for a node without an attribute or a table; check-layers.ts checks what they hold
 */
export function decodeCrossbar(
  node: OnnxNode,
  constants: ReadonlyMap<string, Tensor>,
  file: string,
): CrossbarLayer | undefined {
  if (node.domain !== crossbarDomain || node.op !== crossbarOp) return undefined;
  const refuse: Refuse = (reason) => {
    throw new DiagnosticError([packageUnreadable(file, `node '${node.outputs[0]}': ${reason}`)]);
  };
  const [input] = node.inputs;
  const [output] = node.outputs;
  if (!input || !output || node.outputs.length > 1) return refuse('it has not one input and one output');
  const read = readAttributes(node, refuse);
  const tables = readTables(node, constants, refuse);
  const tiles = tables.tiles as Int32Array;
  if (tiles.length % tileFields.length > 0) refuse('its table of tiles is none');
  const columnPlaces = tables.column_places;
  const columnSigns = tables.column_signs;
  const rowPlaces = tables.row_places;
  return {
    input,
    output,
    origin: { name: read.text('name'), op: read.text('op'), index: read.int('index') },
    geometry: decodeGeometry(read),
    groups: read.int('groups'),
    rows: read.int('rows'),
    columns: read.int('columns'),
    quantization: {
      scale: read.float('input_scale'),
      zero: read.int('input_zero'),
      signed: read.int('input_signed') === 1,
      bits: 'input_bits' in node.attributes ? read.int('input_bits') : usualBits,
    },
    inputCoding: read.choice('input_coding', ['binary', 'bipolar', 'two-phase']),
    driverBits: read.int('driver_bits'),
    encoding: read.choice('encoding', ['differential', 'offset']),
    convert: read.choice('convert', ['pair', 'column']),
    adcBits: read.int('adc_bits'),
    radix: read.int('radix'),
    slices: read.int('slices'),
    copies: read.int('copies'),
    digitsPerOne: read.int(Object.hasOwn(node.attributes, 'digits_per_one') ? 'digits_per_one' : 'copies'),
    repeats: Object.hasOwn(node.attributes, 'repeats') ? read.int('repeats') : 1,
    digitStep: read.float('digit_step'),
    tiles: Array.from({ length: tiles.length / tileFields.length }, (_, t) =>
      decodeTile(tiles, t * tileFields.length),
    ),
    converterZero: tables.converter_zero as Int32Array,
    converterStep: tables.converter_step as Float32Array,
    ...(columnPlaces && { columnPlaces: columnPlaces as Int32Array }),
    ...(columnSigns && { columnSigns: columnSigns as Int8Array }),
    ...(rowPlaces && { rowPlaces: rowPlaces as Int32Array }),
    scales: tables.scales as Float32Array,
    columnSums: tables.column_sums as Int32Array,
    bias: tables.bias as Float32Array,
  };
}

function decodeTile(data: Int32Array, at: number): Tile {
  const entries = tileFields.map((field, i) => [field, data[at + i]!] as const);
  return Object.fromEntries(entries) as Record<(typeof tileFields)[number], number>;
}

/** The tables that a node names: all that every layer has, and of the others those that are there. */
function readTables(
  node: OnnxNode,
  constants: ReadonlyMap<string, Tensor>,
  refuse: Refuse,
): Partial<Record<Table, TensorData>> {
  const read: Partial<Record<Table, TensorData>> = {};
  for (const [i, name] of [...tables, ...places].entries()) {
    const given = node.inputs[1 + i] ?? '';
    if (given === '' && i >= tables.length) continue;
    const tensor = constants.get(given);
    if (tensor?.type !== (types[name] ?? 'int32'))
      return refuse(`it has no table '${name}', or one of another type`);
    read[name] = tensor.data;
  }
  return read;
}

function encodeGeometry(geometry: Geometry): Attributes {
  if (geometry.kind === 'matmul') return { geometry: string('matmul') };
  return {
    geometry: string('conv'),
    kernel_shape: ints(geometry.kernel),
    strides: ints(geometry.strides),
    dilations: ints(geometry.dilations),
    pads: ints(geometry.pads),
  };
}

function decodeGeometry(read: ReturnType<typeof readAttributes>): Geometry {
  if (read.choice('geometry', ['matmul', 'conv']) === 'matmul') return { kind: 'matmul' };
  return {
    kind: 'conv',
    kernel: read.ints('kernel_shape'),
    strides: read.ints('strides'),
    dilations: read.ints('dilations'),
    pads: read.ints('pads'),
    autoPad: 'NOTSET',
  };
}

function readAttributes(node: OnnxNode, refuse: Refuse) {
  function attribute(name: string, type: Attribute['type']): Attribute {
    const value = Object.hasOwn(node.attributes, name) ? node.attributes[name] : undefined;
    return value?.type === type ? value : refuse(`its attribute '${name}' is not ${type}`);
  }
  const text = (name: string) => attribute(name, 'string').value as string;
  return {
    int: (name: string) => attribute(name, 'int').value as number,
    float: (name: string) => attribute(name, 'float').value as number,
    text,
    choice: <const C extends string>(name: string, options: readonly C[]): C =>
      options.find((option) => option === text(name)) ?? refuse(`its attribute '${name}' is '${text(name)}'`),
    ints: (name: string) => attribute(name, 'ints').value as readonly number[],
  };
}
