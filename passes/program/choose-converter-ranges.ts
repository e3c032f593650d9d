/**
 * Chooses every converter's range from the sums that the calibration vectors produce on its column.
 *
 * A converter that can tell all possible sums apart gets one code per digit step. Otherwise the policy decides: the
 * largest sums seen (`max`), a percentile of them, or the range with the least mean square error (`mse`) over the sums
 * of all input bits alike: weighting bit b by 4^b, as shift-and-add does, fits the few sums of the top bit instead. The
 * zero current always falls on a code of its own, since most sums of a sparse layer are zero. Without samples nothing is
 * known of the sums, and the range holds all that are possible: the sums of a tile's positive and of its negative digits.
 */

import { InternalError } from '../../src/diagnostics/diagnostic.ts';
import { type CalibrationRecord, isMadeUp } from '../../src/ir/calibration-record.ts';
import { type BlockConverters, blocksByLayer, type Mapping, type SlicedLayer } from '../../src/ir/mapping.ts';
import type { Target } from '../../src/target/target.ts';
import { alone, type Pool, runTasks } from '../../src/threads/pool.ts';
import type { ConverterPolicy } from './converter-range.ts';
import { job } from './layer-converters.ts';

interface ConverterContext {
  readonly record: CalibrationRecord;
  readonly target: Target;
  readonly policyOf: (layer: SlicedLayer) => ConverterPolicy;
  /** Neighbouring columns of a block that share one range. Default: 1. */
  readonly columnsPerRange?: number;
  /** Threads that settle the layers. Default: this one. */
  readonly pool?: Pool;
  /** Called after every layer, with how many are done. */
  readonly onProgress?: ((stage: string, done: number, total: number) => void) | undefined;
}

export const chooseConverterRanges = {
  name: 'choose-converter-ranges',
  /** @returns by block */
  async run(mapping: Mapping, context: ConverterContext): Promise<BlockConverters[]> {
    const { record, target, policyOf, columnsPerRange = 1, pool = alone, onProgress } = context;
    const weightsOf = (layer: number) => mapping.layers[layer]!.node.integers.length;
    const blocks = blocksByLayer(mapping);
    // The largest first: what is left for one thread at the end is small.
    const order = [...mapping.layers.keys()].sort((a, b) => weightsOf(b) - weightsOf(a));
    const tasks = function* () {
      for (const index of order) {
        const layer = mapping.layers[index]!;
        const records = layer.uses.map(({ output }) => {
          const own = record.layers.get(output);
          if (!own) throw new InternalError('choose-converter-ranges', `no record of ${output}`);
          return own;
        });
        const own = blocks[index]!.map((block) => mapping.blocks[block]!);
        yield { layer, blocks: own, records, policy: isMadeUp(record) ? 'bounds' : policyOf(layer) };
      }
    };
    const onDone = (done: number) => onProgress?.('choose converter ranges', done, order.length);
    const ofLayers = await runTasks(pool, job, { target, columnsPerRange }, tasks(), onDone);
    const settings: BlockConverters[] = [];
    for (const [n, index] of order.entries())
      for (const [i, block] of blocks[index]!.entries()) settings[block] = ofLayers[n]![i]!;
    return settings;
  },
};
