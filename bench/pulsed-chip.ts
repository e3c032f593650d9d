/** A chip for rules of pulses that nothing compiled: layers cut into tiles, one array each, and first weights programmed to them. */
import { executeBitstream } from '../src/chip/execute.ts';
import type { ArrayProgram, Instruction } from '../src/ir/schedule.ts';
import { headerOf } from '../src/package/header.ts';
import { openCells } from '../src/schemes/cells.ts';
import { instructionTolerance } from '../src/schemes/models.ts';
import { levelStepOf } from '../src/target/cell.ts';
import type { LoadedTarget } from '../src/target/target.ts';
import { drawFloat } from '../src/train/initial.ts';
import type { TrainableNetwork } from '../src/train/network.ts';
import type { LayerOnChip, PulsedChip } from '../src/train/rules/pulsed-chip.ts';
import type { PulsedBlock } from '../src/train/rules/pulsed-layer.ts';

/** @param weightRange real weight of half of the window */
export async function pulsedChip(
  loaded: LoadedTarget,
  { layers }: TrainableNetwork,
  seed: number,
  weightRange: number,
): Promise<PulsedChip> {
  const { target } = loaded;
  const { rows, columns } = target.array;
  const { states, step } = openCells(target, { rows, columns, hiddenBits: 0 }, seed, 0).updates!;
  const { unit } = states();
  const half = (target.cell.gMax - target.cell.gMin) / 2;
  const digit = levelStepOf(target.cell);
  const digitMax = (target.cell.levels - 1) >> 1;
  const scale = (weightRange * unit) / half;
  const tolerance = instructionTolerance(target);
  const programs: ArrayProgram[] = [];
  const onChip = layers.map((layer, l): LayerOnChip => {
    const weights = drawFloat(seed, l, layer, 1);
    const code = (weight: number) =>
      digitMax + Math.max(-digitMax, Math.min(digitMax, Math.round((weight * unit) / (scale * digit))));
    const blocks: PulsedBlock[] = [];
    for (const inputs of spans(layer.inputs, rows))
      for (const outputs of spans(layer.outputs, columns - 1)) {
        const array = programs.length;
        const reference = outputs.length;
        blocks.push({
          ...{ array, row: 0, column: 0, inputs: Int32Array.from(inputs), reference },
          outputs: Int32Array.of(...outputs, -1),
        });
        const mask = new Uint8Array(Math.ceil(columns / 8));
        for (let c = 0; c <= reference; c++) mask[c >> 3]! |= 1 << (c & 7);
        const told = inputs.map((input) =>
          Uint16Array.of(
            ...outputs.map((output) => code(weights[input * layer.outputs + output]!)),
            digitMax,
          ),
        );
        const instructions = [
          ...told.map((_, row): Instruction => ({ op: 'form', row, mask })),
          ...told.map((_, row): Instruction => ({ op: 'reset', row, mask })),
          ...told.map((codes, row): Instruction => ({ op: 'program', row, column: 0, tolerance, codes })),
        ];
        programs.push({ array, instructions });
      }
    return { blocks, scale, stepUnits: step / unit, digitUnits: digit / unit, digitMax };
  });
  const programmed = await executeBitstream(headerOf(loaded, programs.length), programs, loaded, {
    ...{ seed, bitstream: '', keepHistory: true },
  });
  const arrays = programmed.conductances.map((conductances, array) => ({
    conductances,
    ...programmed.history![array]!,
  }));
  return { target, seed, layers: onChip, arrays };
}

/** 0 to count - 1, cut into parts of at most `size`. */
function spans(count: number, size: number): number[][] {
  return Array.from({ length: Math.ceil(count / size) }, (_, part) =>
    Array.from({ length: Math.min(size, count - part * size) }, (_, i) => part * size + i),
  );
}
