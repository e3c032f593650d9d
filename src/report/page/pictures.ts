/** Shades of cells -> pictures of arrays as PNG that fit into a page together. */
import { encodePng } from '../../files/png.ts';
import { shades } from '../../inspect/look-at-cells.ts';
import { gridColours } from '../plots/palette.ts';

export interface Pictures {
  /** Cells along each side of one pixel. */
  readonly scale: number;
  /** Base64 of the PNG of every array. */
  readonly images: readonly string[];
}

type Colour = readonly [number, number, number];

const channels = (hex: string): Colour => {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
};

/** Colours of the shades, from the lowest to the highest, and last the ground. */
export const shadeColours: readonly Colour[] = [
  ...Array.from({ length: shades }, (_, i): Colour => {
    const at = (i / (shades - 1)) * (gridColours.length - 1);
    const [low, high] = [Math.floor(at), Math.ceil(at)].map((j) => channels(gridColours[j]!));
    const mixed = (channel: 0 | 1 | 2) =>
      Math.round(low![channel] + (at % 1) * (high![channel] - low![channel]));
    return [mixed(0), mixed(1), mixed(2)];
  }),
  [255, 255, 255],
];

/**
 * The finest pictures that take no more than so many characters together, or those of 16 x 16 cells a pixel.
 * @param cells shade of every cell by array, rows x columns
 */
export function drawPictures(
  cells: readonly Uint8Array[],
  rows: number,
  columns: number,
  mostCharacters: number,
): Pictures {
  for (let scale = 1; ; scale *= 2) {
    const images: string[] = [];
    let characters = 0;
    for (const own of cells) {
      const image = pictureOf(own, rows, columns, scale).toString('base64');
      images.push(image);
      characters += image.length;
      if (characters > mostCharacters && scale < 16) break;
    }
    if (images.length === cells.length) return { scale, images };
  }
}

/** Pixels are the mean shade of their cells, of those that have one. */
function pictureOf(cells: Uint8Array, rows: number, columns: number, scale: number): Buffer {
  const [height, width] = [Math.ceil(rows / scale), Math.ceil(columns / scale)];
  const [sums, counts] = [new Uint32Array(height * width), new Uint32Array(height * width)];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const shade = cells[row * columns + column]!;
      if (shade === shades) continue;
      const at = Math.floor(row / scale) * width + Math.floor(column / scale);
      sums[at]! += shade;
      counts[at]!++;
    }
  const pixels = Uint8Array.from(sums, (sum, i) => (counts[i]! > 0 ? Math.round(sum / counts[i]!) : shades));
  return encodePng({ width, height, palette: shadeColours, pixels, clear: shades });
}
