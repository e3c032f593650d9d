/** Diagnostics about learning. */
import type { Diagnostic } from './diagnostic.ts';
import { error, orWrongPath, reasonOf, type Why } from './make.ts';

export const trainNoHiddenPlanes = (target: string): Diagnostic =>
  error('train/no-hidden-planes', `target ${target}`, [
    'this chip has no hidden planes: nothing on it keeps the small steps that learning takes',
    'Choose a target with a `hidden` section, such as leti-fecap-130nm.',
  ]);

export const trainNoParallelUpdates = (target: string): Diagnostic =>
  error('train/no-parallel-updates', `target ${target}`, [
    'no pulses on rows and columns update the cells of this chip all at once',
    'Choose a target whose scheme has updates, such as cmo-hfox-350nm, or --rule hidden on a chip with hidden planes.',
  ]);

export const trainNoSuchLayer = (pattern: string, layers: readonly string[]): Diagnostic =>
  error('train/no-such-layer', `--layers ${pattern}`, [
    'no layer on crossbars has a name like this',
    `Layers: ${layers.slice(0, 20).join(', ')}${layers.length > 20 ? `, and ${layers.length - 20} more` : ''}.`,
  ]);

export const trainNoGradient = (node: string, reason: string): Diagnostic =>
  error('train/no-gradient', node, [
    reason,
    'From the first trained layer on, a network is a chain: matrices that are trained, normalizations without learnt gain, ReLU or Sigmoid, and one Softmax at the end.',
  ]);

export const trainOtherCheckpoint = (file: string, differences: readonly string[]): Diagnostic =>
  error('train/other-checkpoint', file, [
    `this checkpoint is of another run: ${differences.join('; ')}`,
    'Resume with the options, data and target that the run began with, or start anew without --resume.',
  ]);

export const trainCheckpointUnreadable = (file: string, why: Why): Diagnostic =>
  orWrongPath(
    why,
    'a checkpoint, without which learning starts anew, without --resume',
    error('train/checkpoint-unreadable', file, [
      `this checkpoint cannot be read (${reasonOf(why)})`,
      'Start anew without --resume.',
    ]),
  );

export const trainEnduranceSpent = (place: string, spent: string, endurance: string): Diagnostic =>
  error('train/endurance-spent', place, [
    `${spent}, and endurance is ${endurance}`,
    'Transfer less often (--transfer-every), train for fewer epochs, or go on past it with --beyond-endurance.',
  ]);

export const notTrainable = (place: string, reason: string, advice: string): Diagnostic =>
  error('train/not-trainable', place, [`this layer cannot hold trained weights: ${reason}`, advice]);
