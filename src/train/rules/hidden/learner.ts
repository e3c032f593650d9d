/**
 * Learning with hidden weights: single steps of integers in FeCAPs, which a transfer turns into analogue weights after every
 * `transferEvery` inputs.
 */
import type { LayerSynapses, SynapsePlaces, TrainingChip } from '../../../schemes/transfer/layer.ts';
import { largestHidden } from '../../../schemes/transfer/plane.ts';
import { openLayer } from '../../../schemes/transfer/synapses.ts';
import { transferLayer } from '../../../schemes/transfer/transfer-layer.ts';
import { forgetWear, settleWear, writeSynapse } from '../../../schemes/transfer/wear.ts';
import { stepsPerLevel, transferredDigit } from '../../../target/hidden-plane.ts';
import { type TrainableNetwork, weightsOf } from '../../network.ts';
import { crosses, openTrainer, type Trainer, type TrainOptions } from '../../trainer.ts';
import type { Learner, OpenLearner } from '../learner.ts';
import { costsOf } from './costs.ts';
import { drawHidden, type FirstHidden, levelFor } from './initial.ts';
import { type HiddenRule, openStepper, stepHidden } from './steps.ts';
import { type EnduranceLimits, mostCycles, wornOut } from './wear.ts';

/** What learning on a chip takes besides. */
export interface HiddenOptions extends HiddenRule {
  /** Learning rate of the digital biases, which are not delayed by transfers. */
  readonly biasRate: number;
  /** Inputs from one transfer to the next. */
  readonly transferEvery: number;
  /** Largest magnitude of the first hidden integers. */
  readonly range: number;
  /** Cycles that end the run; undefined where nothing is to. */
  readonly endurance?: EnduranceLimits | undefined;
}

/** The chip of a run. */
export interface HiddenChip {
  readonly chip: TrainingChip;
  /** Of every layer. */
  readonly places: readonly SynapsePlaces[];
  /** First hidden integers of every layer, where they are not drawn. */
  readonly first?: readonly FirstHidden[] | undefined;
}

export interface HiddenLearner extends Learner {
  /** By layer. */
  readonly synapses: readonly LayerSynapses[];
  /** Transfers every layer. */
  readonly transfer: () => void;
}

/** Opens a run of a network on a chip with hidden planes: the first hidden integers are written and transferred. */
export function openHidden(
  network: TrainableNetwork,
  options: TrainOptions,
  onChip: HiddenOptions & HiddenChip,
): Trainer<HiddenLearner> {
  return openTrainer(network, options, openHiddenLearner(network, options, onChip));
}

export const openHiddenLearner =
  (
    { layers }: TrainableNetwork,
    { seed, gain, lastGain }: TrainOptions,
    onChip: HiddenOptions & HiddenChip,
  ): OpenLearner<HiddenLearner> =>
  (matrices) => {
    const { chip, places, first, range, transferEvery, biasRate, endurance } = onChip;
    const { hidden } = chip.law;
    const synapses = layers.map(({ inputs, outputs }, l) =>
      openLayer(chip, places[l]!, inputs, outputs, matrices[l]),
    );
    const steppers = synapses.map((layer, l) => openStepper(layer, onChip, seed, l));
    const reserve = { cycles: 0 };
    const scales = layers.map((layer, l) =>
      first
        ? first[l]!.step * stepsPerLevel(hidden)
        : levelFor(layer, hidden, range, l === layers.length - 1 ? lastGain : gain),
    );
    const transfer = () => {
      for (const layer of synapses) transferLayer(layer);
    };
    synapses.forEach((layer, l) => {
      const count = weightsOf(layers[l]!);
      const values = first?.[l]?.hidden ?? drawHidden(seed, l, count, range);
      for (let w = 0; w < count; w++) writeSynapse(layer, w, values[w]!);
    });
    transfer();
    return {
      synapses,
      transfer,
      scales,
      biasRate,
      limits: endurance,
      step: (layer, pass, rows, batch) => stepHidden(steppers[layer]!, pass, rows, batch),
      end(before, after) {
        if (crosses(before, after, transferEvery)) transfer();
      },
      wornBy: (before, after) =>
        endurance && wornOut(synapses, endurance, crosses(before, after, transferEvery), reserve),
      arrayCount: new Set(places.flatMap(({ array }) => [...new Set(array)])).size,
      cycles: () => mostCycles(synapses),
      spending: () => ({ transfers: synapses[0]?.counts.rounds ?? 0, costs: costsOf(synapses) }),
      learnt(layer) {
        const { values } = synapses[layer]!.plane;
        const weights = Float32Array.from(values, (h) => transferredDigit(h, hidden));
        return { weights, scale: scales[layer]!, stored: { hidden: values.slice() } };
      },
      done() {
        const { memristorEnergy, fecapEnergy } = costsOf(synapses);
        const operations = `${synapses[0]!.counts.rounds} transfers`;
        return { operations, energy: memristorEnergy + fecapEnergy };
      },
      arrays: () =>
        Object.fromEntries(
          synapses.flatMap((layer, l) => {
            const { values, writes } = settleWear(layer);
            return [
              [`${l}.hidden`, values],
              [`${l}.fecapWrites`, writes],
            ];
          }),
        ),
      counters: () => synapses.map(({ counts }, l) => [`${l}.counts`, counts]),
      holds: (name, value) => !name.endsWith('.hidden') || Math.abs(value) <= largestHidden(hidden.bits),
      restored() {
        for (const layer of synapses) forgetWear(layer);
        reserve.cycles = 0;
      },
    };
  };
