/** Arrays of a package -> a plan of all of them, coloured by layer, and each of them cell by cell. */
import type { Floorplan, PlannedBlock } from '../../inspect/floorplan.ts';
import type { ArrayLook } from '../../inspect/inspect-package.ts';
import { type CellsLook, shades } from '../../inspect/look-at-cells.ts';
import type { Span } from '../../ir/mapping.ts';
import { formatQuantity } from '../../text/units.ts';
import { counted, formatCount, formatShare } from '../number.ts';
import { escaped } from './html.ts';
import { drawPictures, type Pictures, shadeColours } from './pictures.ts';

/** Characters that all pictures of cells take at most. */
const mostCharacters = 3_000_000;

/** Layers whose colours are listed at once. */
const layersShown = 24;

export interface FloorplanContent {
  readonly plan: Floorplan;
  readonly arrays: readonly ArrayLook[];
  readonly cells: CellsLook;
  /** Whose conductances are shown: those of a chip, or levels. */
  readonly programmed: boolean;
}

/** Neighbouring layers are far apart in hue: steps of the golden angle. */
export const layerStyle = ({ layers }: Floorplan): string =>
  layers
    .map((_, i) => `.l${i}{--c:hsl(${((i * 137.508 + 205) % 360).toFixed(0)} 58% ${[46, 58, 52][i % 3]}%)}`)
    .join('');

export function htmlFloorplan({ plan, arrays, cells, programmed }: FloorplanContent): string {
  const { rows, columns, layers } = plan;
  const legend = layers
    .map(({ name }, i) => `<li><span class="swatch l${i}"></span>${escaped(name)}</li>`)
    .join('');
  const floor = arrays.map(
    (look) => `<li><a href="#array-${look.array}" aria-label="${escaped(labelOf(look))}">
<svg viewBox="0 0 ${columns} ${rows}" aria-hidden="true"><g id="plan-${look.array}">${plan.arrays[look.array]!.map(rectangle).join('')}</g></svg><span aria-hidden="true">${look.array}</span></a></li>`,
  );
  const pictures = drawPictures(cells.pictures, rows, columns, mostCharacters);
  return `<p>${counted(arrays.length, 'array')} of ${rows} rows and ${columns} columns, and what lies on them. Follow an array to its cells; arrow keys go from one to the next.</p>
<details${layers.length <= layersShown ? ' open' : ''}><summary>${counted(layers.length, 'layer')} by colour</summary><ul class="legend">${legend}</ul></details>
<ol class="floor" aria-label="Arrays">${floor.join('\n')}</ol>
<p class="here" role="status"></p>
<div id="cells" data-rows="${rows}" data-columns="${columns}" data-from="${cells.range.from}" data-to="${cells.range.to}" data-shades="${shades}" data-scale="${pictures.scale}">
${arrays.map((look, i) => htmlArray(look, arrays.length, plan, pictures.images[i]!)).join('\n')}
</div>
${scaleNote(cells, pictures, programmed)}`;
}

const rectangle = ({ number, rows, columns }: PlannedBlock) =>
  `<rect class="l${number}" x="${columns.start}" y="${rows.start}" width="${columns.end - columns.start}" height="${rows.end - rows.start}"/>`;

const brief = (names: readonly string[]) =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');

const labelOf = ({ array, filled, layers }: ArrayLook) =>
  `Array ${array}, ${formatShare(filled)} in blocks: ${brief(layers)}`;

/** Numbers from the first to the last. */
const range = ({ start, end }: Span) => (end === start + 1 ? `${start}` : `${start}\u2013${end - 1}`);

function htmlArray(look: ArrayLook, count: number, plan: Floorplan, image: string): string {
  const { array } = look;
  const { rows, columns, layers } = plan;
  const step = (to: number, name: string) =>
    to >= 0 && to < count ? ` <a href="#array-${to}">${name}</a>` : '';
  const blocks = plan.arrays[array]!.map((block) => {
    const { op, index } = layers[block.number]!.node;
    const cell = (text: string) => `<td>${text}</td>`;
    const box = [block.rows.start, block.rows.end, block.columns.start, block.columns.end];
    return `<tr data-at="${box}"><td><span class="swatch l${block.number}"></span>${escaped(block.layer)}</td>${[
      `${escaped(op)}, node ${index}`,
      range(block.rows),
      range(block.columns),
      range(block.groups),
      range(block.inputs),
      range(block.outputs),
      String(block.slice),
      String(block.copy),
    ]
      .map(cell)
      .join('')}</tr>`;
  });
  return `<section class="array" id="array-${array}" tabindex="-1" aria-label="Array ${array}">
<h3>Array ${array}</h3>
<p class="steps"><a href="#floorplan">all arrays</a>${step(array - 1, 'previous')}${step(array + 1, 'next')}</p>
<p>${formatShare(look.filled)} of its cells lie in blocks; ${formatCount(look.cellsProgrammed)} are told a level.</p>
<div class="cells" tabindex="0" role="application" aria-label="Cells of array ${array}: arrow keys go from cell to cell" style="aspect-ratio:${columns}/${rows}">
<img loading="lazy" alt="Conductances of array ${array}" src="data:image/png;base64,${image}"><svg viewBox="0 0 ${columns} ${rows}" preserveAspectRatio="none" aria-hidden="true"><use href="#plan-${array}"/></svg></div>
<p class="cell" role="status"></p>
<div class="scroll" tabindex="0" role="region" aria-label="Blocks of array ${array}"><table><caption>Blocks of array ${array}</caption>
<thead><tr>${['layer', 'operator', 'rows', 'columns', 'groups', 'weight rows', 'weight columns', 'slice', 'copy'].map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead>
<tbody>${blocks.join('\n')}</tbody></table></div>
</section>`;
}

function scaleNote({ range: { from, to } }: CellsLook, { scale }: Pictures, programmed: boolean): string {
  const colours = shadeColours.slice(0, shades).map(([r, g, b]) => `rgb(${r} ${g} ${b})`);
  const pixel =
    scale > 1
      ? ` So that the page stays small, one pixel is the mean of ${scale} x ${scale} cells.`
      : ' One pixel is a cell.';
  const what = programmed
    ? 'Cells are drawn by what they conduct right after they were written'
    : 'Cells are drawn by the conductance of the level that they are told';
  return `<p class="scale"><span>${formatQuantity(from, 'S')}</span><span class="ramp" style="background:linear-gradient(90deg,${colours.join(',')})"></span><span>${formatQuantity(to, 'S')}</span></p>
<p>${what}; what lies beyond has the shade of the end, and the ground is seen through cells that ${programmed ? 'were never formed' : 'are told no level'}.${pixel}</p>`;
}
