/** What a run came to, as plain data: what `train --json` prints. */
import type { Basis } from './basis.ts';
import { costsOf, type TrainCosts } from './costs.ts';
import { type EnduranceLimits, mostCycles } from './endurance.ts';
import type { Epoch, Run } from './run.ts';
import type { Trainer } from './trainer.ts';

export interface TrainReport {
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
  /** Times that every synapse was transferred, the first before learning. */
  readonly transfers: number;
  readonly costs: TrainCosts;
  readonly endurance: Readonly<Record<keyof EnduranceLimits, EnduranceUse>>;
}

export interface EnduranceUse {
  /** Cycles of the most used device. */
  readonly cycles: number;
  /** undefined where the target does not say. */
  readonly limit: number | undefined;
}

export function reportOf(
  { compiled, chain, places }: Basis,
  { chip, training, test }: Run,
  epochs: readonly Epoch[],
): TrainReport {
  const { target } = compiled.loaded;
  const arrays = new Set(places.flatMap(({ array }) => [...new Set(array)])).size;
  return {
    target: target.name,
    layers: chain.network.layers.map(({ name, inputs, outputs }) => ({ name, inputs, outputs })),
    samples: { training: training.count, test: test.count },
    inputs: chip.progress.inputs,
    epochs,
    synapses: chip.synapses.reduce((sum, { analogue }) => sum + analogue.length, 0),
    arrays,
    chips: Math.ceil(arrays / target.array.arraysPerChip),
    transfers: chip.synapses[0]?.counts.rounds ?? 0,
    costs: costsOf(chip.synapses),
    endurance: enduranceOf(chip),
  };
}

/** What the most used devices have had. */
export function enduranceOf({ synapses, chip }: Trainer): TrainReport['endurance'] {
  const cycles = mostCycles(synapses);
  const use = (device: keyof EnduranceLimits) => ({
    cycles: cycles[device],
    limit: chip?.endurance?.[device],
  });
  return { memristor: use('memristor'), fecap: use('fecap') };
}
