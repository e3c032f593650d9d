/** Every cell of a chip that is told something -> a table in CSV: what it is told, and what it became. */
import type { Chip } from '../chip/chip.ts';
import { indexCells } from '../ir/cell-index.ts';
import { layerName } from '../ir/graph.ts';
import { toldCells, untold } from '../ir/told-cells.ts';
import { weightIndex } from '../ir/weight-index.ts';
import { placedMappingOf } from '../package/mapping-of.ts';
import type { Package } from '../package/open.ts';
import { levelConductance } from '../target/cell.ts';
import { programsOf } from './sections.ts';

const header = 'array,row,column,layer,weight,slice,copy,sign,level,pair,target_S,programmed_S';

/**
 * Line after line, with line ends; arrays in their order. `weight` is an index as docs/cli.md has it, with blanks between its
 * numbers; `pair` a hidden integer or an aim; `target_S` is empty where no level is told.
 * @param chip programmed from the package
 */
export async function* cellTable(
  pkg: Package,
  chip: Chip,
  arrays: readonly number[],
): AsyncGenerator<string, void, undefined> {
  const mapping = placedMappingOf(pkg);
  const { cellAt } = indexCells(mapping);
  const { cell } = pkg.loaded.target;
  yield `${header}\n`;
  const { header: geometry, programs } = await programsOf(pkg, new Set(arrays));
  for await (const program of programs) {
    const { array } = program;
    const { levels, pairs } = toldCells(geometry, program);
    const conductances = chip.conductances[array]!;
    const { columns } = geometry;
    let lines = '';
    for (let at = 0; at < levels.length; at++) {
      const [row, column] = [Math.floor(at / columns), at % columns];
      const [level, pair] = [levels[at]!, pairs[row * (columns >> 1) + (column >> 1)] ?? untold];
      if (level === untold && pair === untold) continue;
      const held = cellAt(array, row, column);
      const node = held && mapping.layers[held.layer]!.node;
      const weight = node && held.weight !== undefined ? weightIndex(node, held.weight).join(' ') : '';
      const told = level === untold ? ',' : `${level},`;
      const target = level === untold ? '' : levelConductance(cell, level).toPrecision(7);
      lines += `${array},${row},${column},${node ? quoted(layerName(node.origin)) : ''},${weight},${held?.slice ?? ''},${held?.copy ?? ''},${held?.sign ?? ''},${told}${pair === untold ? '' : pair},${target},${conductances[at]!.toPrecision(9)}\n`;
    }
    yield lines;
  }
}

const quoted = (name: string) => (/[",\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name);
