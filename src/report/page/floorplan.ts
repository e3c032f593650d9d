/** Arrays of a package -> a plan of all of them, coloured by layer, and each of them cell by cell. */
import type { Floorplan, PlannedBlock } from '../../inspect/floorplan.ts';
import type { ArrayLook } from '../../inspect/inspect-package.ts';
import { type CellsLook, shades } from '../../inspect/look-at-cells.ts';
import type { Span } from '../../ir/mapping.ts';
import { formatQuantity } from '../../text/units.ts';
import { counted, formatCount, formatShare } from '../number.ts';
import { type Cell, escaped, htmlTable } from './html.ts';
import { nodeOf, packBlocks } from './pack-blocks.ts';
import { drawPictures, type Pictures, shadeColours } from './pictures.ts';

/** Characters that all pictures of cells take at most. */
const mostCharacters = 3_300_000;

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
<svg viewBox="0 0 ${columns} ${rows}" aria-hidden="true"><g id="plan-${look.array}">${outlines(plan.arrays[look.array]!)}</g></svg><span aria-hidden="true">${look.array}</span></a></li>`,
  );
  const pictures = drawPictures(cells.pictures, rows, columns, mostCharacters);
  return `<p>${counted(arrays.length, 'array')} of ${rows} rows and ${columns} columns, and what lies on them. Follow an array to its cells; arrow keys go from one to the next.</p>
<details${layers.length <= layersShown ? ' open' : ''}><summary>${counted(layers.length, 'layer')} by colour</summary><ul class="legend">${legend}</ul></details>
<ol class="floor" aria-label="Arrays">${floor.join('\n')}</ol>
<p class="here" role="status"></p>
<div id="cells" data-rows="${rows}" data-columns="${columns}" data-from="${cells.range.from}" data-to="${cells.range.to}" data-shades="${shades}" data-scale="${pictures.scale}" data-blocks="${packBlocks(plan)}">
${arrays.map((look, i) => htmlArray(look, arrays.length, plan, pictures.images[i]!)).join('\n')}
</div>
${scaleNote(cells, pictures, programmed)}`;
}

/** One path for every layer: arrays can have hundreds of blocks. */
function outlines(blocks: readonly PlannedBlock[]): string {
  return [...byLayer(blocks)]
    .map(([number, own]) => `<path class="l${number}" d="${own.map(outline).join('')}"/>`)
    .join('');
}

/** From the corner of the one before it: these steps are shorter than places. */
function outline({ rows, columns }: PlannedBlock, i: number, own: readonly PlannedBlock[]): string {
  const [width, height] = [columns.end - columns.start, rows.end - rows.start];
  const [across, down] =
    i === 0
      ? [columns.start, rows.start]
      : [columns.start - own[i - 1]!.columns.start, rows.start - own[i - 1]!.rows.start];
  return `m${across} ${down}h${width}v${height}h-${width}z`;
}

const byLayer = (blocks: readonly PlannedBlock[]): ReadonlyMap<number, readonly PlannedBlock[]> => {
  const layers = new Map<number, PlannedBlock[]>();
  for (const block of blocks) {
    const own = layers.get(block.number);
    if (own) own.push(block);
    else layers.set(block.number, [block]);
  }
  return layers;
};

const brief = (names: readonly string[]) =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');

const labelOf = ({ array, filled, layers }: ArrayLook) =>
  `Array ${array}, ${formatShare(filled)} in blocks: ${brief(layers)}`;

/** Numbers from the first to the last that any of these has. */
function hull(spans: readonly Span[]): Cell {
  const start = spans.reduce((least, span) => Math.min(least, span.start), Number.POSITIVE_INFINITY);
  const last = spans.reduce((most, span) => Math.max(most, span.end), 0) - 1;
  return { text: last === start ? `${start}` : `${start}\u2013${last}`, value: start };
}

const single = (value: number): Span => ({ start: value, end: value + 1 });

function blockTable(array: number, blocks: readonly PlannedBlock[], { layers }: Floorplan): string {
  return htmlTable({
    caption: `What lies on array ${array}`,
    columns: [
      ...['layer', 'operator', 'blocks', 'rows', 'columns'],
      ...['groups', 'weight rows', 'weight columns', 'slices', 'copies'],
    ],
    rows: [...byLayer(blocks)].map(([number, own]) => [
      own[0]!.layer,
      nodeOf(layers[number]!.node),
      { text: formatCount(own.length), value: own.length },
      hull(own.map(({ rows }) => rows)),
      hull(own.map(({ columns }) => columns)),
      hull(own.map(({ groups }) => groups)),
      hull(own.map(({ inputs }) => inputs)),
      hull(own.map(({ outputs }) => outputs)),
      hull(own.map(({ slice }) => single(slice))),
      hull(own.map(({ copy }) => single(copy))),
    ]),
  });
}

function htmlArray(look: ArrayLook, count: number, plan: Floorplan, image: string): string {
  const { array } = look;
  const { rows, columns } = plan;
  const step = (to: number, name: string) =>
    to >= 0 && to < count ? ` <a href="#array-${to}">${name}</a>` : '';
  return `<section class="array" id="array-${array}" tabindex="-1" aria-label="Array ${array}">
<h3>Array ${array}</h3>
<p class="steps"><a href="#floorplan">all arrays</a>${step(array - 1, 'previous')}${step(array + 1, 'next')}</p>
<p>${formatShare(look.filled)} of its cells lie in blocks; ${formatCount(look.cellsProgrammed)} are told a level.</p>
<div class="cells" tabindex="0" role="application" aria-label="Cells of array ${array}: arrow keys go from cell to cell" style="aspect-ratio:${columns}/${rows}">
<img loading="lazy" alt="Conductances of array ${array}" src="data:image/png;base64,${image}"><svg viewBox="0 0 ${columns} ${rows}" preserveAspectRatio="none" aria-hidden="true"><use href="#plan-${array}"/></svg></div>
<p class="cell" role="status"></p>
${blockTable(array, plan.arrays[array]!, plan)}
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
