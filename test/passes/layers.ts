/** Quantized layers, records and targets by hand, for tests that run one mapping pass. */
import { packGroups } from '../../passes/map/pack-groups.ts';
import { placeBlocks } from '../../passes/map/place-blocks.ts';
import { tile } from '../../passes/map/tile.ts';
import type { CalibrationRecord, LayerRecord } from '../../src/ir/calibration-record.ts';
import type { MvmNode, QuantizedMvmNode } from '../../src/ir/graph.ts';
import {
  type BlockConverters,
  blockWeightColumns,
  type Mapping,
  type SlicedLayer,
} from '../../src/ir/mapping.ts';
import type { Target } from '../../src/target/target.ts';
import { exactTarget } from '../chip/bench.ts';

type Layer = Pick<QuantizedMvmNode, 'groups' | 'rows' | 'columns'> & Partial<QuantizedMvmNode>;

/** Integers without a pattern, within +-weightMax. */
export function quantizedLayer(shape: Layer): QuantizedMvmNode {
  const weightMax = shape.weightMax ?? 127;
  const length = shape.groups * shape.rows * shape.columns;
  return {
    kind: 'quantized-mvm',
    input: 'x',
    output: 'y',
    geometry: { kind: 'matmul' },
    bias: new Float64Array(shape.groups * shape.columns),
    origin: { name: 'layer', op: 'MatMul', index: 0 },
    folded: [],
    quantization: { scale: 1, zero: 0, signed: false, bits: 8 },
    integers: Int8Array.from({ length }, (_, i) => Math.round(weightMax * Math.sin(i * i + 1))),
    weightMax,
    scales: new Float64Array(shape.groups * shape.columns).fill(1),
    ...shape,
  };
}

export function mvmLayer(
  rows: number,
  columns: number,
  weights: readonly number[],
  bias: readonly number[],
): MvmNode {
  const {
    kind: _,
    integers: _i,
    weightMax: _w,
    scales: _s,
    quantization: _q,
    ...rest
  } = quantizedLayer({ groups: 1, rows, columns });
  return { ...rest, kind: 'mvm', weights: () => Float64Array.from(weights), bias: Float64Array.from(bias) };
}

/** One slice of differential digits that are the integers themselves. */
export function slicedLayer(node: QuantizedMvmNode, changes: Partial<SlicedLayer> = {}): SlicedLayer {
  return {
    node,
    uses: [node],
    encoding: 'differential',
    inputNumbers: 'binary',
    radix: 255,
    levelStep: 1,
    slices: 1,
    copies: 1,
    digitsPerOne: changes.copies ?? 1,
    repeats: 1,
    residual: false,
    ...changes,
  };
}

export function convGeometry(...kernel: number[]): QuantizedMvmNode['geometry'] {
  const ones = kernel.map(() => 1);
  const pads = [...kernel, ...kernel].map(() => 0);
  return { kind: 'conv', kernel, strides: ones, dilations: ones, pads, autoPad: 'NOTSET' };
}

export function recordOf(layers: Readonly<Record<string, Partial<LayerRecord>>>): CalibrationRecord {
  const empty: LayerRecord = {
    quantization: { scale: 1, zero: 0, signed: false, bits: 8 },
    positions: 1,
    space: [],
    vectors: new Uint8Array(),
    count: 0,
    inputMean: new Float32Array(),
    quantizedMean: new Float32Array(),
  };
  return {
    model: '',
    activations: { policy: 'minmax', signed: false, equalized: false, centred: false },
    layers: new Map(Object.entries(layers).map(([name, layer]) => [name, { ...empty, ...layer }])),
    samples: ['sample'],
    knownAnswer: { inputs: {} },
    inputs: [],
  };
}

/** The exact target of test/chip with an array of that size. */
export function sized(rows: number, columns: number, rowsAtOnce = rows): Target {
  return {
    ...exactTarget,
    array: { rows, columns, arraysPerChip: 1 },
    driver: { ...exactTarget.driver, rowsAtOnce },
  };
}

/** Vectors of `recordFor`. */
export const recordVectors = 50;

/** Codes that vary differently from row to row. */
export function recordFor(layers: readonly SlicedLayer[]): CalibrationRecord {
  return recordOf(
    Object.fromEntries(
      layers.map(({ node }) => {
        const inputs = node.groups * node.rows;
        const codes = Uint8Array.from({ length: recordVectors * inputs }, (_, i) => {
          const [vector, row] = [Math.floor(i / inputs), i % inputs];
          return Math.round((120 * (1 + Math.sin(row)) * (1 + Math.sin(vector * vector + row))) / 2);
        });
        return [node.output, { vectors: codes, count: recordVectors }];
      }),
    ),
  );
}

/** Layers in tiles on arrays, everything in order. */
export function place(layers: readonly SlicedLayer[], target: Target): Mapping {
  const blocks = packGroups.run(tile.run(layers, { target }), { layers, target });
  return placeBlocks.run(blocks, { layers, target, arrays: 1000 });
}

/** Converters of one step each. */
export function unitConverters({ blocks }: Mapping, step = 1): BlockConverters[] {
  return blocks.map((block) => ({
    zero: new Int32Array(blockWeightColumns(block)),
    step: new Float32Array(blockWeightColumns(block)).fill(step),
  }));
}
