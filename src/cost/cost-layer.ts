/** One layer -> what it costs an inference. */
import type { CalibrationRecord } from '../ir/calibration-record.ts';
import type { QuantizedMvmNode } from '../ir/graph.ts';
import { layerName } from '../ir/graph.ts';
import { codingOf, inputPlanes } from '../ir/input-planes.ts';
import type { PlacedBlock, SlicedLayer } from '../ir/mapping.ts';
import type { Package } from '../package/open.ts';
import type { Circuits } from '../target/circuits.ts';
import { cellEnergy } from './cell-energy.ts';
import { driveTimes } from './drive-times.ts';
import { layerWork } from './layer-work.ts';
import { type ByPart, byPart, energiesOf, totalOf } from './parts.ts';

export interface CostedLayer {
  readonly name: string;
  readonly arrays: number;
  /** Products of a weight and an input of one inference. */
  readonly macs: number;
  /** Of one inference (J). */
  readonly energy: number;
  readonly parts: ByPart;
  /** Of one inference, its arrays at once (s). */
  readonly time: number;
  /** Rows of positions, of which replicas could take a share each; 1 where they could not. */
  readonly rows: number;
}

export interface MadeLayer {
  readonly layer: CostedLayer;
  readonly sliced: SlicedLayer;
  /** Cells on driven rows of one inference. */
  readonly cells: number;
  readonly outputs: number;
  /** By array (s, of one inference). */
  readonly busyTimes: ReadonlyMap<number, number>;
  /** One drive of the busiest array, and what is left after the last (s). */
  readonly drive: number;
  readonly drain: number;
  /** Drives of one use. */
  readonly drivesOf: (use: QuantizedMvmNode) => number;
}

export function costLayer(
  sliced: SlicedLayer,
  blocks: readonly PlacedBlock[],
  { record, loaded: { target } }: Package,
  circuits: Circuits,
): MadeLayer {
  const work = layerWork(sliced, blocks, record, target);
  const { cells } = work.acts;
  const each =
    circuits.cells.energy ??
    cellEnergy(sliced, blocks, record, target, circuits.cells.time) / Math.max(1, cells);
  const energies = energiesOf(circuits, target.adc, each);
  const parts = byPart((part) => work.acts[part] * energies[part]);
  const { byArray, most, drain } = driveTimes(sliced, blocks, target.adc, circuits);
  const { node, uses, inputNumbers } = sliced;
  return {
    layer: {
      name: layerName(node.origin),
      arrays: byArray.size,
      macs: work.macs,
      energy: totalOf(parts),
      parts,
      time: work.drives * most + uses.length * drain,
      rows: uses.length > 1 ? 1 : rowsOf(node, record),
    },
    sliced,
    cells,
    outputs: work.acts.digital,
    busyTimes: new Map([...byArray].map(([array, time]) => [array, work.drives * time])),
    drive: most,
    drain,
    drivesOf: ({ output, quantization }) =>
      record.layers.get(output)!.positions *
      inputPlanes(
        quantization,
        codingOf(quantization, inputNumbers, target.driver.polarity),
        target.driver.bits,
      ).length,
  };
}

/** Of one use of a layer, scale and bias of its outputs included (s): a layer that shares its weights has several. */
export function timeOfUse(
  made: readonly MadeLayer[],
  use: QuantizedMvmNode,
  { digital }: Pick<Circuits, 'digital'>,
): number {
  const { drivesOf, drive, drain, outputs, sliced } = made.find(({ sliced: { uses } }) =>
    uses.some(({ output }) => output === use.output),
  )!;
  return drivesOf(use) * drive + drain + (digital.time * outputs) / sliced.uses.length;
}

/** Of a convolution, those of its output along the first spatial axis. */
function rowsOf({ output, geometry }: QuantizedMvmNode, { layers }: CalibrationRecord): number {
  if (geometry.kind === 'matmul') return 1;
  const { kernel, strides, dilations, pads } = geometry;
  const axes = kernel.length;
  const padded = layers.get(output)!.space[0]! + pads[0]! + pads[axes]!;
  return Math.floor((padded - (kernel[0]! - 1) * dilations[0]! - 1) / strides[0]!) + 1;
}
