/**
 * Tiki-Taka: gradients go by parallel updates to fast cells A beside the slow cells C that the network computes with. Every
 * `transferEvery` inputs each array of A reads one row, the next each time, and what a digital buffer makes of it
 * (buffer.ts) steps that row of C. Arrays read and are written at once.
 *
 * The largest update of A comes to `fastSteps` steps on average: its rate is fastSteps / (X D), with X and D the running
 * means of max|x| and max|d|. A reading divided by that rate is a sum of x d, so that `learningRate` means what it means in
 * plain gradient descent.
 */
import { openStream } from '../../../math/random.ts';
import type { LineTrains } from '../../../schemes/parallel-update/trains.ts';
import type { TrainableNetwork } from '../../network.ts';
import type { LayerPass } from '../../pass.ts';
import { crosses, type TrainOptions } from '../../trainer.ts';
import type { Learner, OpenLearner } from '../learner.ts';
import { pulseCosts } from '../pulse-costs.ts';
import { holdsPulsed, memoryOf, openReserve } from '../pulsed-array.ts';
import { learntBy, openPulsedLayers, type PulsedChip } from '../pulsed-chip.ts';
import { type PulsedLayer, pulseBlock, pulseLayer, readLayer } from '../pulsed-layer.ts';
import type { PulsedOptions } from '../pulsed-options.ts';
import { largest, updateTrains } from '../update-trains.ts';
import { type Buffer, type BufferLaw, endReading, openBuffer, takeReading } from './buffer.ts';

export interface TikiTakaOptions extends PulsedOptions {
  /** Inputs from one reading of a row to that of the next. */
  readonly transferEvery: number;
  /** Steps of A that the largest update comes to on average. */
  readonly fastSteps: number;
  /** Pairs of pulses up and down by which A is brought to where these balance, before its reference is taken there. */
  readonly symmetryPulses: number;
  /** Readings of a row between two turns of its chopper; version 4 alone. */
  readonly chopEvery: number;
}

/** Share that a buffer keeps behind a step, and weight of the last readings in a mean: defaults of the kit. */
const [momentum, tail] = [0.1, 5];
/** Share of the last input in the running means of the largest x and d. */
const scaleShare = 0.01;

interface FastLayer extends PulsedLayer {
  readonly slow: PulsedLayer;
  readonly buffer: Buffer;
  /** What the readings of A are taken against, [input][output]. */
  readonly zero: Float32Array;
  /** Running means of max|x| and max|d|. */
  readonly scales: Float64Array;
  readonly counts: { readings: number; transfers: number };
}

/** @param fast the cells of A, laid out as those of C are */
export const openTikiTaka =
  (
    { layers }: TrainableNetwork,
    { seed }: Pick<TrainOptions, 'seed'>,
    options: TikiTakaOptions,
    chip: PulsedChip,
    fast: PulsedChip,
    dynamic: boolean,
  ): OpenLearner<Learner> =>
  (matrices) => {
    const { learningRate, biasRate, longestTrain, updateBias: bias, endurance } = options;
    const { transferEvery, fastSteps, symmetryPulses, chopEvery } = options;
    const law: BufferLaw = { dynamic, momentum, most: 1, period: Math.max(2, chopEvery), tail };
    const slow = openPulsedLayers(chip, layers, matrices);
    const opened = openPulsedLayers(
      fast,
      layers,
      layers.map(({ inputs, outputs }) => new Float32Array(inputs * outputs)),
    );
    const fastLayers = opened.pulsed.map((layer, l): FastLayer => {
      balance(layer, symmetryPulses);
      const [buffer, scales] = [openBuffer(layer.inputs, layer.outputs), new Float64Array(2)];
      const zero = symmetryPulses > 0 ? layer.matrix.slice() : new Float32Array(layer.matrix.length);
      const counts = { readings: 0, transfers: 0 };
      return { ...layer, slow: slow.pulsed[l]!, buffer, zero, scales, counts };
    });
    for (const layer of slow.pulsed) readLayer(layer);
    const arrays = new Map([...slow.arrays, ...opened.arrays]);
    const reserve = openReserve(arrays, endurance?.memristor);
    const keys = layers.map((_, l) => openStream(seed, 'train-pulses', l));
    const noises = layers.map((_, l) => openStream(seed, 'train-readings', l));
    const all = [...slow.pulsed, ...fastLayers];
    const costs = () =>
      pulseCosts(
        chip.target,
        all.map(({ work }) => work),
        fastLayers.reduce((sum, { counts }) => sum + counts.readings, 0),
      );

    function stepOne(l: number, pass: LayerPass, b: number): void {
      const layer = fastLayers[l]!;
      const { x, d, inputs, outputs } = pass;
      const [xFrom, dFrom] = [b * inputs, b * outputs];
      const { scales, buffer, counts, work } = layer;
      follow(scales, 0, largest(x, xFrom, inputs));
      follow(scales, 1, largest(d, dFrom, outputs));
      const rate = fastSteps / (scales[0]! * scales[1]!);
      keys[l]!.seek(work.updates);
      const key = Math.floor(2 ** 32 * keys[l]!.uniform());
      const trains = updateTrains(
        ...([x, xFrom, inputs, d, dFrom, outputs] as const),
        ...([rate, longestTrain, key] as const),
      );
      if (trains) pulseLayer(layer, { ...trains, rows: chopped(trains.rows, buffer) }, bias);
      else work.updates++;
      if (!crosses(work.updates - 1, work.updates, transferEvery)) return;
      const { scale, stepUnits } = chip.layers[l]!;
      const gain = learningRate / rate / (scale * stepUnits);
      transfer(layer, counts.transfers, gain, l);
      counts.transfers++;
    }

    /** Reads the next row of every array of A, and steps the same rows of C. */
    function transfer(layer: FastLayer, number: number, gain: number, l: number): void {
      const { slow: into, buffer, zero, matrix, outputs, counts } = layer;
      const { stepUnits } = fast.layers[l]!;
      const slices = layer.blocks.reduce((most, { inputs }) => Math.max(most, inputs.length), 0);
      const [row, round] = [number % slices, Math.floor(number / slices)];
      const begun = !dynamic || round > law.period;
      const noise = noises[l]!;
      noise.seek(number);
      into.work.updates++;
      let phases = 0;
      for (const block of into.blocks) {
        if (row >= block.inputs.length) continue;
        const input = block.inputs[row]!;
        const { readNoise } = layer.arrays.get(layer.blocks[into.blocks.indexOf(block)]!.array)!;
        const columns = lines(block.outputs.length);
        let signs = 0;
        counts.readings++;
        for (const [c, output] of block.outputs.entries()) {
          if (output < 0) continue;
          const weight = input * outputs + output;
          const read = matrix[weight]! - zero[weight]! + (readNoise === 0 ? 0 : readNoise * noise.normal());
          const steps = takeReading(buffer, law, input, weight, read / stepUnits, gain, begun);
          if (steps === 0) continue;
          columns.words[c] = 1;
          columns.signs[c] = steps;
          signs |= steps > 0 ? 1 : 2;
        }
        const rows = lines(block.inputs.length);
        rows.words[row] = 1;
        rows.signs[row] = 1;
        pulseBlock(into, block, { length: 1, rows, columns }, bias);
        phases = Math.max(phases, (signs & 1) + (signs >> 1));
      }
      into.work.slots += phases;
      for (const input of new Set(into.blocks.flatMap(({ inputs }) => [...inputs.subarray(row, row + 1)])))
        endReading(buffer, law, input, round);
    }

    return {
      arrayCount: arrays.size,
      scales: chip.layers.map(({ scale }) => scale),
      biasRate,
      limits: endurance,
      step(l, pass, rows) {
        for (let b = 0; b < rows; b++) stepOne(l, pass, b);
      },
      end: () => undefined,
      wornBy: (before, after) => reserve.wornBy((after - before) * longestTrain),
      cycles: reserve.cycles,
      done() {
        const { stepEnergy, halfSelectEnergy } = costs();
        return {
          operations: `${fastLayers[0]!.work.updates} updates`,
          energy: stepEnergy + halfSelectEnergy,
        };
      },
      spending: () => ({ costs: costs() }),
      learnt: (l) => learntBy(chip.layers[l]!, matrices[l]!),
      arrays: () => ({
        ...memoryOf(arrays),
        ...Object.fromEntries(
          fastLayers.flatMap(({ buffer, matrix, scales }, l) =>
            Object.entries({ ...buffer, fast: matrix, scales }).map(([name, numbers]) => [
              `${l}.${name}`,
              numbers,
            ]),
          ),
        ),
      }),
      counters: () => [
        ...all.map(({ work }, n): [string, object] => [`${n}.work`, work]),
        ...fastLayers.map(({ counts }, l): [string, object] => [`${l}.counts`, counts]),
        ...[...arrays].map(([number, { next }]): [string, object] => [`array ${number}.next`, next]),
      ],
      holds: holdsPulsed,
      restored: reserve.forget,
    };
  };

/** Pulses all cells of a layer up and down in turn, and reads them. */
function balance(layer: PulsedLayer, pairs: number): void {
  const every = (count: number, sign: number): LineTrains => ({
    words: new Uint32Array(count).fill(1),
    signs: new Int8Array(count).fill(sign),
  });
  for (let n = 0; n < 2 * pairs; n++)
    pulseLayer(
      layer,
      { length: 1, rows: every(layer.inputs, 1), columns: every(layer.outputs, n % 2 === 0 ? 1 : -1) },
      'gate',
    );
  readLayer(layer);
}

function follow(scales: Float64Array, at: number, value: number): void {
  if (value === 0) return;
  scales[at] = scales[at] === 0 ? value : (1 - scaleShare) * scales[at]! + scaleShare * value;
}

function chopped({ words, signs }: LineTrains, { chopper }: Buffer): LineTrains {
  return { words, signs: signs.map((sign, input) => sign * chopper[input]!) };
}

const lines = (count: number): LineTrains => ({ words: new Uint32Array(count), signs: new Int8Array(count) });
