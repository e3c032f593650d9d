/**
 * Plain stochastic gradient descent by stochastic pulse trains: every input updates all cells of a layer at once, by steps that
 * come to -learningRate x d on average (Gokmen and Vlasov, Front. Neurosci. 2016; Choi et al., Advanced Science 2025).
 */
import { openStream } from '../../../math/random.ts';
import type { TrainableNetwork } from '../../network.ts';
import type { TrainOptions } from '../../trainer.ts';
import type { Learner, OpenLearner } from '../learner.ts';
import { pulseCosts } from '../pulse-costs.ts';
import { holdsPulsed, memoryOf, openReserve } from '../pulsed-array.ts';
import { learntBy, openPulsedLayers, type PulsedChip } from '../pulsed-chip.ts';
import { pulseLayer, readLayer } from '../pulsed-layer.ts';
import type { PulsedOptions } from '../pulsed-options.ts';
import { updateTrains } from '../update-trains.ts';

export const openParallelLearner =
  (
    { layers }: TrainableNetwork,
    { seed }: Pick<TrainOptions, 'seed'>,
    { learningRate, biasRate, longestTrain, updateBias, endurance }: PulsedOptions,
    chip: PulsedChip,
  ): OpenLearner<Learner> =>
  (matrices) => {
    const { target } = chip;
    const { arrays, pulsed } = openPulsedLayers(chip, layers, matrices);
    for (const layer of pulsed) readLayer(layer);
    const keys = layers.map((_, l) => openStream(seed, 'train-pulses', l));
    // Steps per unit of x d: a step in the middle of the window is so much of a real weight.
    const rates = chip.layers.map(({ scale, stepUnits }) => learningRate / (scale * stepUnits));
    const reserve = openReserve(arrays, endurance?.memristor);
    const costs = () =>
      pulseCosts(
        target,
        pulsed.map(({ work }) => work),
      );
    return {
      arrayCount: arrays.size,
      scales: chip.layers.map(({ scale }) => scale),
      biasRate,
      limits: endurance,
      step(l, { x, d, inputs, outputs }, rows) {
        const layer = pulsed[l]!;
        for (let b = 0; b < rows; b++) {
          keys[l]!.seek(layer.work.updates);
          const key = Math.floor(2 ** 32 * keys[l]!.uniform());
          const trains = updateTrains(
            ...([x, b * inputs, inputs, d, b * outputs, outputs] as const),
            ...([rates[l]!, longestTrain, key] as const),
          );
          if (trains) pulseLayer(layer, trains, updateBias);
          else layer.work.updates++;
        }
      },
      end: () => undefined,
      wornBy: (before, after) => reserve.wornBy((after - before) * longestTrain),
      cycles: reserve.cycles,
      done() {
        const { stepEnergy, halfSelectEnergy } = costs();
        return { operations: `${pulsed[0]!.work.updates} updates`, energy: stepEnergy + halfSelectEnergy };
      },
      spending: () => ({ costs: costs() }),
      learnt: (l) => learntBy(chip.layers[l]!, matrices[l]!),
      arrays: () => memoryOf(arrays),
      counters: () => [
        ...pulsed.map(({ work }, l): [string, object] => [`${l}.work`, work]),
        ...[...arrays].map(([number, { next }]): [string, object] => [`array ${number}.next`, next]),
      ],
      holds: holdsPulsed,
      restored: reserve.forget,
    };
  };
