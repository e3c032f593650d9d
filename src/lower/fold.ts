/**
 * Folds what was programmed on the arrays into matrices: for every slice of a layer, the weights that its converters
 * see, in converter codes; what repeats of a row conduct adds up. This is the simulator's only contact with cells; programming errors, variation and cells
 * that no weight uses are all in these numbers.
 *
 * Units and tiles. A layer of `groups` matrices of rows x columns is cut into `tiles` row tiles. A unit is one row tile
 * of one pack of groups: it reads its own input channels and gives slots * columns outputs. Packs hold one group
 * unless cells off the diagonal of a block conduct, in which case the whole programmed sub-matrix counts. A pack may
 * have more slots than groups; what is in the others is zero.
 */
import { InternalError } from '../diagnostics/diagnostic.ts';
import { type BlockCells, cellsOf } from '../ir/cells.ts';
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { volumeOf } from '../ir/graph.ts';
import { placementsOf } from '../ir/tiles.ts';
import type { AnalogPart, FoldedLayer, LayerNoise, ProgrammedArrays } from './folded.ts';
import { noiseOf } from './layer-noise.ts';
import { type Frame, slotsOf, unitChannels } from './units.ts';
import { copiesTogether, isWhole, setUpright, sidesTogether } from './whole.ts';

/** Units are ordered tile by tile, and within a tile pack by pack. */
export function foldLayer(layer: CrossbarLayer, arrays: ProgrammedArrays): FoldedLayer {
  const volume = volumeOf(layer.geometry);
  const starts = [...new Set(layer.tiles.map((t) => t.rowStart))].sort((a, b) => a - b);
  const ends = starts.map((start) => layer.tiles.find((t) => t.rowStart === start)!.rowEnd);
  const firstChannel = starts.map((start) => Math.floor(start / volume));
  const channelsPerGroup = Math.max(...ends.map((end, t) => Math.ceil(end / volume) - firstChannel[t]!));
  const cells = placementsOf(layer).map((tile) => cellsOf(tile, layer.encoding));
  const noise = noiseOf(layer, arrays);
  const packSize = leaks(layer, cells, arrays, noise)
    ? Math.max(...layer.tiles.map((t) => t.groupEnd - t.groupStart))
    : 1;
  const packs = Math.ceil(layer.groups / packSize);
  const slots = slotsOf(packSize, channelsPerGroup, layer.columns);
  const sizes = { volume, firstChannel, channelsPerGroup, packSize, slots, packs, starts };
  const frame = { layer, cells, arrays, noise, ...sizes };
  const partCount = layer.slices * layer.copies * (layer.convert === 'column' ? 2 : 1);
  const parts = Array.from({ length: partCount }, (_, part) => foldPart(frame, part));
  const whole = parts.every((part) => isWhole(part, frame));
  const bent = arrays.curves?.converter ?? arrays.curves?.driver;
  const paired = layer.convert === 'pair';
  if (whole && paired) for (const part of parts) setUpright(part, slots * layer.columns);
  return {
    tiles: starts.length,
    packs,
    packSize,
    slots,
    channels: unitChannels(frame),
    channelsPerGroup,
    volume,
    parts,
    curves: arrays.curves,
    shares: noise?.shares,
    unconverted: arrays.unconverted === true && packSize === 1 && !arrays.variances && !noise && !bent,
    exact:
      whole && !arrays.variances && !noise && !bent
        ? copiesTogether(paired ? parts : sidesTogether(parts), layer)
        : undefined,
  };
}

/** Whether a cell off the diagonal of a block changes what its column's converter sees. */
function leaks(
  layer: CrossbarLayer,
  cells: readonly BlockCells[],
  arrays: ProgrammedArrays,
  noise: LayerNoise | undefined,
): boolean {
  return layer.tiles.some((tile, index) => {
    if (tile.groupEnd - tile.groupStart === 1) return false;
    const held = arrays.conductances[tile.array]!;
    const noises = [arrays.variances?.[tile.array], noise?.densities[tile.array]];
    const height = layer.repeats * (tile.rowEnd - tile.rowStart);
    const width = tile.columnEnd - tile.columnStart;
    const { rows, added, subtracted } = cells[index]!;
    for (let row = 0; row < rows.length; row++) {
      const line = rows[row]! * arrays.columns;
      for (let logical = 0; logical < added.length; logical++) {
        if (Math.floor(logical / width) === Math.floor(row / height)) continue;
        const plus = line + added[logical]!;
        const minus = line + subtracted[logical]!;
        const [one, other] = [held[plus]!, held[minus]!];
        if (layer.convert === 'pair' ? one !== other : one !== 0 || other !== 0) return true;
        if (noises.some((of) => of && of[plus]! + of[minus]! > 0)) return true;
      }
    }
    return false;
  });
}

function foldPart(frame: Frame, part: number): AnalogPart {
  const { layer, arrays, noise, volume, firstChannel, channelsPerGroup, packSize, slots, packs, starts } =
    frame;
  const { repeats } = layer;
  const perPart = layer.convert === 'column' ? 2 : 1;
  const copy = Math.floor(part / perPart) % layer.copies;
  const slice = Math.floor(part / perPart / layer.copies);
  const side = part % perPart;
  const units = starts.length * packs;
  const unitRows = slots * channelsPerGroup * volume;
  const unitColumns = slots * layer.columns;
  const weights = new Float32Array(units * unitRows * unitColumns);
  const variances = arrays.variances && new Float32Array(weights.length);
  const steady = noise && new Float32Array(weights.length);
  const zero = new Float32Array(units * unitColumns);
  const coefficient = new Float64Array(units * unitColumns);
  const digitalZero = new Float64Array(units * unitColumns);
  let converters = 0;
  for (const [index, tile] of layer.tiles.entries()) {
    const { rows, added: plus, subtracted: minus, signs } = frame.cells[index]!;
    const firstConverter = converters;
    converters += plus.length * perPart;
    const width = tile.columnEnd - tile.columnStart;
    if (tile.slice !== slice || tile.copy !== copy) continue;
    const chip = arrays.converters.get(tile.block);
    const cells = arrays.conductances[tile.array];
    const noises = [
      [arrays.variances?.[tile.array], variances],
      [noise?.densities[tile.array], steady],
    ] as const;
    const errors = arrays.converterErrors?.[tile.array];
    if (!chip || !cells) throw new InternalError('fold', `block ${tile.block} is not on the chip`);
    const height = tile.rowEnd - tile.rowStart;
    const t = starts.indexOf(tile.rowStart);
    for (let logical = 0; logical < plus.length; logical++) {
      const group = tile.groupStart + Math.floor(logical / width);
      const unit = t * packs + Math.floor(group / packSize);
      const column = (group % packSize) * layer.columns + tile.columnStart + (logical % width);
      const setting = logical * perPart + side;
      const at = unit * unitColumns + column;
      digitalZero[at] = layer.converterZero[firstConverter + setting]!;
      const [added, subtracted, flipped] = [plus[logical]!, minus[logical]!, signs[logical]! < 0];
      // A pair's converter sees a flipped column negated; a column's converter sees what plus or minus it is given.
      const negative = perPart === 1 ? flipped : side === 1;
      const own = (side === 0) === flipped ? subtracted : added;
      const seen = perPart === 2 ? own : layer.encoding === 'differential' ? Math.floor(added / 2) : added;
      const converter = errors ? Math.floor(seen / errors.sharedBy) : 0;
      const whole = arrays.unwired ? layer.converterStep[firstConverter + setting]! : chip.step[setting]!;
      const step = whole / (errors?.gain[converter] ?? 1);
      zero[at] = chip.zero[setting]! + (errors?.offset[converter] ?? 0);
      coefficient[at] =
        ((negative ? -1 : 1) * layer.radix ** slice * layer.converterStep[firstConverter + setting]!) /
        layer.digitStep /
        layer.digitsPerOne;
      const firstGroup = packSize === 1 ? group : tile.groupStart;
      const endGroup = packSize === 1 ? group + 1 : tile.groupEnd;
      for (let source = firstGroup; source < endGroup; source++) {
        const unitRow = ((source % packSize) * channelsPerGroup - firstChannel[t]!) * volume + tile.rowStart;
        const firstLine = (source - tile.groupStart) * repeats * height;
        for (let row = 0; row < height; row++) {
          const to = (unit * unitRows + unitRow + row) * unitColumns + column;
          const cellOf = (repeat: number) => rows[firstLine + repeat * height + row]! * arrays.columns;
          // Summed before they are divided: digits stay whole.
          let current = 0;
          for (let repeat = 0; repeat < repeats; repeat++) {
            const cell = cellOf(repeat);
            current += perPart === 1 ? cells[cell + added]! - cells[cell + subtracted]! : cells[cell + own]!;
          }
          weights[to] = current / step;
          for (const [held, folded] of noises) {
            if (!held || !folded) continue;
            let variance = 0;
            for (let repeat = 0; repeat < repeats; repeat++) {
              const cell = cellOf(repeat);
              variance += perPart === 1 ? held[cell + added]! + held[cell + subtracted]! : held[cell + own]!;
            }
            folded[to] = variance / step ** 2;
          }
        }
      }
    }
  }
  return { slice, copy, weights, variances, steady, zero, coefficient, digitalZero };
}
