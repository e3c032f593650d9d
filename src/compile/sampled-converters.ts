/** Some blocks of a mapping -> their converters, without settling those of the others. */
import type { LayerSample } from '../../passes/program/sample-layers.ts';
import type { BlockConverters, Mapping } from '../ir/mapping.ts';
import type { Calibrated } from './artefacts.ts';
import { convertersOf } from './stages.ts';

/** @returns by the numbers of the blocks in the mapping */
export async function sampledConverters(
  { layers, blocks, arrays }: Mapping,
  samples: readonly LayerSample[],
  { record, options, target, pool }: Pick<Calibrated, 'record' | 'options' | 'target' | 'pool'>,
): Promise<readonly BlockConverters[]> {
  const numbers = samples.flatMap(({ tiles }) => tiles.flat());
  const part: Mapping = {
    layers: samples.map(({ layer }) => layers[layer]!),
    blocks: samples.flatMap(({ tiles }, layer) =>
      tiles.flat().map((block) => ({ ...blocks[block]!, layer })),
    ),
    arrays,
  };
  const { converters } = await convertersOf({ mapping: part, record, options, target, pool });
  const all: BlockConverters[] = [];
  for (const [i, number] of numbers.entries()) all[number] = converters[i]!;
  return all;
}
