/** The steps of mapping: quantized layers -> blocks of cells, each at its place on an array. */

import type { Cut, Uncut } from '../../passes/map/cut.ts';
import { exchangeRows } from '../../passes/map/exchange-rows.ts';
import { groupsAtOnce } from '../../passes/map/groups-at-once.ts';
import { orderRows } from '../../passes/map/order-rows.ts';
import { packGroups } from '../../passes/map/pack-groups.ts';
import { placeBlocks } from '../../passes/map/place-blocks.ts';
import { sliceWeights } from '../../passes/map/slice-weights.ts';
import { tile } from '../../passes/map/tile.ts';
import { type FaultContext, workAroundFaults } from '../../passes/map/work-around-faults.ts';
import { checkGeometry } from '../fault-map.ts';
import type { Calibrated, Given, Mapped } from './artefacts.ts';
import { step, unless } from './step.ts';

type Placed = Given & Mapped & Pick<Calibrated, 'record'>;

const withoutFaults = ({ faults }: Given) => (faults ? undefined : 'without --faults');
/** Of steps that are idle without faults. */
const around = ({ faults, record, target }: Placed): FaultContext => ({ faults: faults!, record, target });

export const mapSteps = {
  sliceWeights: step(sliceWeights, ({ nodes, target, sliceChoiceOf: choiceOf }: Uncut) => ({
    layers: sliceWeights.run(nodes, { target, choiceOf }),
  })),
  tile: step(tile, ({ layers, target }: Uncut & Pick<Cut, 'layers'>) => ({
    blocks: tile.run(layers, { target }),
  })),
  packGroups: step(packGroups, ({ layers, blocks, target, loadOf }: Uncut & Cut) => ({
    blocks: packGroups.run(blocks, {
      layers,
      target,
      groupsAtOnce: (layer) => groupsAtOnce(layer, target, () => loadOf(layer)),
    }),
  })),
  placeBlocks: step(placeBlocks, ({ layers, blocks, target, options: { arrays } }: Given & Cut) => ({
    mapping: placeBlocks.run(blocks, { layers, target, arrays }),
  })),
  orderRows: unless(
    ({ options }) => (options.rowOrder === 'given' ? 'with the rows in the order given' : undefined),
    step(orderRows, ({ mapping, target }: Given & Mapped) => ({
      mapping: orderRows.run(mapping, { target }),
    })),
  ),
  workAroundFaults: unless(
    withoutFaults,
    step(workAroundFaults, (placed: Placed): Mapped => {
      const { mapping, target } = placed;
      const context = around(placed);
      checkGeometry(context.faults, mapping.arrays, target.array);
      return { mapping: workAroundFaults.run(mapping, context), inOrder: mapping };
    }),
  ),
  exchangeRows: unless(
    (given) =>
      withoutFaults(given) ?? (given.options.rowsAroundFaults ? undefined : 'without rows around faults'),
    step(exchangeRows, (placed: Placed) => ({ mapping: exchangeRows.run(placed.mapping, around(placed)) })),
  ),
};
