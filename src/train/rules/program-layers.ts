/** Programs the chip that a rule of pulses learns on: a compilation and first weights -> cells, and what a unit of them stands for. */

import { executeBitstream } from '../../chip/execute.ts';
import { replaceLayers } from '../../compile/replace-layers.ts';
import { notTrainable } from '../../diagnostics/all.ts';
import { raise } from '../../diagnostics/diagnostic.ts';
import { cellsOf } from '../../ir/cells.ts';
import { describeOrigin } from '../../ir/graph.ts';
import { layerIndexOf, lengthOf, type Mapping, type SlicedLayer } from '../../ir/mapping.ts';
import { headerOf } from '../../package/header.ts';
import { openCells } from '../../schemes/cells.ts';
import { levelStepOf } from '../../target/cell.ts';
import type { Basis } from '../basis.ts';
import { drawFloat } from '../initial.ts';
import type { TrainOptions } from '../trainer.ts';
import type { LayerOnChip, PulsedChip } from './pulsed-chip.ts';
import type { PulsedBlock } from './pulsed-layer.ts';
import type { Start } from './rule.ts';

interface FirstOnChip {
  readonly chip: PulsedChip;
  /** Real, by layer; undefined where they are drawn. */
  readonly initial: readonly Float32Array[] | undefined;
}

/**
 * Programs first weights to level codes, closed loop and all, on the chip of the run's seed.
 * @param weightRange real weight of half of the window; undefined: the largest first weight gets the highest level
 * @throws DiagnosticError train/not-trainable
 */
export async function programLayers(
  { compiled, chain }: Basis,
  { seed, gain, lastGain }: Pick<TrainOptions, 'seed' | 'gain' | 'lastGain'>,
  start: Start,
  weightRange: number | undefined,
): Promise<FirstOnChip> {
  const { loaded, mapping } = compiled;
  const { target } = loaded;
  const { rows, columns } = target.array;
  const { states, step } = openCells(target, { rows, columns, hiddenBits: 0 }, seed, 0).updates!;
  const { unit } = states();
  const half = (target.cell.gMax - target.cell.gMin) / 2;
  const last = chain.nodes.length - 1;
  const layers = chain.nodes.map((node, l) => {
    const index = layerIndexOf(mapping, node.output);
    const sliced = mapping.layers[index]!;
    const shape = chain.network.layers[l]!;
    const weights =
      start === 'weights' ? realWeights(sliced) : drawFloat(seed, l, shape, l === last ? lastGain : gain);
    const digit = sliced.levelStep * levelStepOf(target.cell);
    const digitMax = (sliced.radix - 1) / 2;
    const range = weightRange ?? (largestOf(weights) * half) / (digit * digitMax);
    const onChip: LayerOnChip = {
      blocks: blocksOf(mapping, index),
      scale: (range * unit) / half,
      stepUnits: step / unit,
      digitUnits: digit / unit,
      digitMax,
    };
    return { node, weights, onChip };
  });
  const first = layers.map(({ node, weights, onChip: { scale, digitUnits, digitMax } }) => {
    const step = scale * digitUnits;
    const integers = Int8Array.from(weights, (w) =>
      Math.max(-digitMax, Math.min(digitMax, Math.round(w / step))),
    );
    return { output: node.output, integers, scales: node.scales.map(() => step), bias: node.bias };
  });
  const { schedule } = await replaceLayers(compiled, first);
  const programmed = await executeBitstream(headerOf(loaded, mapping.arrays), schedule(), loaded, {
    seed,
    bitstream: '',
    keepHistory: true,
  });
  return {
    chip: {
      target,
      seed,
      layers: layers.map(({ onChip }) => onChip),
      arrays: programmed.conductances.map((conductances, array) => ({
        conductances,
        ...programmed.history![array]!,
      })),
    },
    initial: start === 'weights' ? layers.map(({ weights }) => weights) : undefined,
  };
}

function realWeights({ node }: SlicedLayer): Float32Array {
  return Float32Array.from(node.integers, (w, i) => w * node.scales[i % node.columns]!);
}

const largestOf = (weights: Float32Array) => weights.reduce((most, w) => Math.max(most, Math.abs(w)), 0) || 1;

/** Where the blocks of a layer lie. @throws DiagnosticError where some of its columns hold the negative of their weights */
function blocksOf(mapping: Mapping, index: number): PulsedBlock[] {
  const { node, encoding } = mapping.layers[index]!;
  return mapping.blocks.flatMap((block) => {
    if (block.layer !== index) return [];
    const { rows, added, subtracted, signs } = cellsOf(block, encoding);
    if (signs.includes(-1)) {
      const reason = 'some of its columns are exchanged around faulty cells';
      raise([notTrainable(describeOrigin(node.origin), reason, 'Compile it without a fault map.')]);
    }
    const inputs = new Int32Array(lengthOf(block.rows));
    rows.forEach((row, r) => {
      inputs[row - block.row] = block.rows.start + r;
    });
    const reference = subtracted[0]!;
    const outputs = new Int32Array(reference + 1 - block.column).fill(-1);
    added.forEach((column, c) => {
      outputs[column - block.column] = block.columns.start + c;
    });
    const { array, row, column } = block;
    return [{ array, row, column, inputs, outputs, reference }];
  });
}

/** Cells of the same layers in arrays of their own behind those of a chip, all in the middle of the window. */
export function besides(chip: PulsedChip): PulsedChip {
  const { gMin, gMax } = chip.target.cell;
  const first = chip.arrays.length;
  const cells = chip.arrays.map(({ conductances, formed }) => ({
    conductances: new Float32Array(conductances.length).fill((gMin + gMax) / 2),
    ...{ formed, cycles: new Uint32Array(formed.length), operations: new Uint32Array(formed.length) },
  }));
  return {
    ...chip,
    layers: chip.layers.map((layer) => ({
      ...layer,
      blocks: layer.blocks.map((block) => ({ ...block, array: first + block.array })),
    })),
    arrays: [...chip.arrays, ...cells],
  };
}
