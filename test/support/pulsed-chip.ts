/** A chip for rules of pulses with one layer in a corner of an array whose cells all lie in the middle of the window. */
import type { Target } from '../../src/target/target.ts';
import type { PulsedChip } from '../../src/train/rules/pulsed-chip.ts';

export function cornerChip(target: Target, inputs: number, outputs: number, scale = 1): PulsedChip {
  const count = target.array.rows * target.array.columns;
  const conductances = new Float32Array(count).fill((target.cell.gMin + target.cell.gMax) / 2);
  const cells = { formed: new Uint8Array(count).fill(1), cycles: new Uint32Array(count) };
  const order = (length: number) => Int32Array.from({ length }, (_, i) => i);
  const block = {
    ...{ array: 0, row: 2, column: 3, inputs: order(inputs), reference: 3 + outputs },
    outputs: Int32Array.of(...order(outputs), -1),
  };
  const { pulse } = target.programming as { pulse: { stepSize: number } };
  return {
    target,
    seed: 9,
    layers: [{ blocks: [block], scale, stepUnits: pulse.stepSize, digitUnits: 0.06, digitMax: 13 }],
    arrays: [{ conductances, ...cells, operations: new Uint32Array(count) }],
  };
}
