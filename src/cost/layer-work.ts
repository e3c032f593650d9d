/** A layer on its blocks -> what one inference makes every part do for it. */
import type { CalibrationRecord } from '../ir/calibration-record.ts';
import { conversionsPerDrive, drivesOf } from '../ir/conversions.ts';
import {
  blockCells,
  blockRows,
  blockWeightColumns,
  lengthOf,
  type PlacedBlock,
  rowTileOf,
  type SlicedLayer,
  wordlinesOf,
} from '../ir/mapping.ts';
import { sumOf } from '../math/sum.ts';
import type { Target } from '../target/target.ts';
import type { ByPart } from './parts.ts';

/** Bytes of a sum of an array: of 16 bits, as ISAAC's registers are. */
export const sumBytes = 2;

export interface LayerWork {
  /** Products of a weight and an input. */
  readonly macs: number;
  /** Times that its rows are driven. */
  readonly drives: number;
  readonly acts: ByPart;
}

export function layerWork(
  layer: SlicedLayer,
  blocks: readonly PlacedBlock[],
  record: CalibrationRecord,
  target: Pick<Target, 'adc' | 'driver'>,
): LayerWork {
  const { node, uses, encoding } = layer;
  const drives = drivesOf(layer, record, target.driver);
  const positions = sumOf(uses.map((use) => record.layers.get(use.output)!.positions));
  const driven = firstOfEach(blocks, wordlinesOf);
  const inputBytes = node.quantization.bits / 8;
  // Blocks that the same inputs drive, on several arrays or rows, take them from the buffer once.
  const read = inputBytes * sumOf(firstOfEach(blocks, rowTileOf).map(inputsOf));
  const intoArrays = inputBytes * sumOf(driven.map(inputsOf));
  // Parts of a weight in one array are added there; sums of several arrays leave each.
  const sums = firstOfEach(blocks, (b) => `${b.array} ${rowTileOf(b)} ${b.columns.start}`).map(
    blockWeightColumns,
  );
  const outOfArrays = sumBytes * sumOf(sums);
  const outputs = node.groups * node.columns;
  const conversions = drives * conversionsPerDrive(layer, blocks, target.adc);
  return {
    macs: positions * node.groups * node.rows * node.columns,
    drives,
    acts: {
      drivers: drives * sumOf(driven.map(blockRows)),
      cells: drives * sumOf(blocks.map((block) => blockCells(block, encoding))),
      sampleHold: conversions,
      converters: conversions,
      shiftAdd: conversions,
      registers: positions * (intoArrays + outOfArrays),
      buffers: positions * (read + inputBytes * outputs),
      interconnect: positions * (intoArrays + outOfArrays),
      // Scale and bias of every output.
      digital: positions * outputs,
    },
  };
}

const inputsOf = ({ groups, rows }: Pick<PlacedBlock, 'groups' | 'rows'>) =>
  lengthOf(groups) * lengthOf(rows);

function firstOfEach<T>(all: readonly T[], keyOf: (one: T) => string): readonly T[] {
  const first = new Map<string, T>();
  for (const one of all) if (!first.has(keyOf(one))) first.set(keyOf(one), one);
  return [...first.values()];
}
