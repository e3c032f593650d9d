/** What a run came to, as plain data: what `train --json` prints. */
import type { Basis } from './basis.ts';
import type { ByDevice, Spending } from './rules/learner.ts';
import type { Epoch, Run } from './run.ts';
import type { Trainer } from './trainer.ts';

export type TrainReport = RunReport & Spending;

interface RunReport {
  readonly target: string;
  readonly layers: readonly { readonly name: string; readonly inputs: number; readonly outputs: number }[];
  readonly samples: { readonly training: number; readonly test: number };
  /** Inputs that were learnt from, over all epochs. */
  readonly inputs: number;
  readonly epochs: readonly Epoch[];
  readonly synapses: number;
  /** Arrays that hold them, and chips with so many arrays. */
  readonly arrays: number;
  readonly chips: number;
  readonly endurance: ByDevice<EnduranceUse>;
}

export interface EnduranceUse {
  /** Cycles of the most used device. */
  readonly cycles: number;
  /** undefined where the target does not say. */
  readonly limit: number | undefined;
}

export function reportOf(
  { compiled, chain }: Basis,
  { chip, training, test }: Run,
  epochs: readonly Epoch[],
): TrainReport {
  const { target } = compiled.loaded;
  const { arrayCount: arrays, spending } = chip.learner!;
  return {
    target: target.name,
    layers: chain.network.layers.map(({ name, inputs, outputs }) => ({ name, inputs, outputs })),
    samples: { training: training.count, test: test.count },
    inputs: chip.progress.inputs,
    epochs,
    synapses: chip.weights.reduce((sum, { matrix }) => sum + matrix.length, 0),
    arrays,
    chips: Math.ceil(arrays / target.array.arraysPerChip),
    ...spending(),
    endurance: enduranceOf(chip),
  };
}

/** What the most used devices have had. */
export function enduranceOf({ learner }: Trainer): TrainReport['endurance'] {
  const { limits } = learner!;
  const { memristor, fecap } = learner!.cycles();
  return {
    memristor: { cycles: memristor, limit: limits?.memristor },
    ...(fecap !== undefined && { fecap: { cycles: fecap, limit: limits?.fecap } }),
  };
}
