/** Whether a chip has all that its package reads: arrays as the target has them, and the converters of every block. */
import type { Chip } from '../chip/chip.ts';
import { chipUnreadable } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import type { Package } from '../package/open.ts';

/** @throws DiagnosticError chip/unreadable, for every layer of which the chip lacks something */
export function checkBlocks({ layers, loaded }: Pick<Package, 'layers' | 'loaded'>, chip: Chip): void {
  const { rows, columns } = loaded.target.array;
  const { header } = chip;
  const problems =
    header.rows === rows && header.columns === columns
      ? layers.flatMap((layer) => lackingOf(layer, chip))
      : [
          `its arrays have ${header.rows} x ${header.columns} cells, and those of the target ${rows} x ${columns}`,
        ];
  raise(problems.map((problem) => chipUnreadable(`the chip of seed ${chip.seed}`, problem)));
}

function lackingOf(layer: CrossbarLayer, { converters, conductances, calibration }: Chip): string[] {
  const perColumn = layer.convert === 'pair' ? 1 : 2;
  const lacking = layer.tiles.find(({ block, array, ...tile }) => {
    const columns = (tile.groupEnd - tile.groupStart) * (tile.columnEnd - tile.columnStart);
    const settings = converters.get(block);
    const same = settings?.convert === layer.convert && settings.bits === layer.adcBits;
    return !(same && settings.zero.length === perColumn * columns && conductances[array]);
  });
  const correction = calibration?.columns.get(layer.output);
  const { gain, terms } = correction ?? {};
  const fitted = !gain || gain.length === layer.groups * layer.columns;
  const { groups, rows } = layer;
  const whole = !terms?.directions || terms.directions.length === groups * terms.rank * rows;
  return [
    ...(lacking ? [`it has no converters of block ${lacking.block} on array ${lacking.array}`] : []),
    ...(fitted ? [] : [`it has not as many gains of '${layer.output}' as that has columns`]),
    ...(whole ? [] : [`the directions of '${layer.output}' are not as long as that has rows`]),
  ];
}
