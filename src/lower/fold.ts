/**
 * Folds what was programmed on the arrays into matrices: for every slice of a layer, the weights that its converters
 * see, in converter codes. This is the simulator's only contact with cells; programming errors, variation and cells
 * that no weight uses are all in these numbers.
 *
 * Units and tiles. A layer of `groups` matrices of rows x columns is cut into `tiles` row tiles. A unit is one row tile
 * of one pack of groups: it reads its own input channels and gives slots * columns outputs. Packs hold one group
 * unless cells off the diagonal of a block conduct, in which case the whole programmed sub-matrix counts. A pack may
 * have more slots than groups; what is in the others is zero.
 */
import { InternalError } from '../diagnostic.ts';
import type { CrossbarLayer } from '../package/crossbar.ts';
import type { PiecewiseLinear } from '../target/nonlinearity.ts';
import { columnCells, firstColumns, firstRows, rowOfCells } from './column-cells.ts';
import { type Frame, slotsOf, unitChannels } from './units.ts';
import { copiesAgree, isWhole, setUpright } from './whole.ts';

/** What the chip contributes: conductances (S), row-major per array, and the converters as they were configured. */
export interface ProgrammedArrays {
  readonly columns: number;
  readonly conductances: readonly Float32Array[];
  /** Variance of one reading of every cell (S^2); undefined without read noise. */
  readonly variances?: readonly Float32Array[] | undefined;
  readonly converters: ReadonlyMap<number, { readonly zero: Int32Array; readonly step: Float32Array }>;
  /** By array; undefined where all converters are as they should be. */
  readonly converterErrors?: readonly ConverterErrors[] | undefined;
  readonly curves?: Curves | undefined;
  /** Read as if its wires had no resistance: converters are then set as for such a chip. Default: false. */
  readonly unwired?: boolean;
}

/** Gain (a factor) and offset (codes) by converter; `sharedBy` neighbouring columns, or pairs, have one. */
interface ConverterErrors {
  readonly sharedBy: number;
  readonly gain: Float32Array;
  readonly offset: Float32Array;
}

/** What bends all converters, over codes, and all drivers, over levels, alike; undefined where nothing does. */
export interface Curves {
  readonly converter: PiecewiseLinear | undefined;
  readonly driver: PiecewiseLinear | undefined;
}

/** One conversion per output: a copy of a slice, or the plus or minus column of it. */
export interface AnalogPart {
  readonly slice: number;
  readonly copy: number;
  /** [unit][row][column], in converter codes per driven row. */
  readonly weights: Float32Array;
  /** Variance of one conversion per driven row, in codes squared; undefined without read noise. */
  readonly variances: Float32Array | undefined;
  /** Code that zero current gives, [unit][column], as the chip's converters are set, with their offsets. */
  readonly zero: Float32Array;
  /** Integer weight units per code, [unit][column], as the digital program has it; negative for a minus or flipped column. */
  readonly coefficient: Float64Array;
  /** The zero that the digital program subtracts, [unit][column]. */
  readonly digitalZero: Float64Array;
}

export interface FoldedLayer {
  readonly tiles: number;
  readonly packs: number;
  readonly packSize: number;
  /** Groups that a unit has room for. */
  readonly slots: number;
  /** Input channels of every unit, [unit][slots * channelsPerGroup]; a matrix product's channels are its rows. */
  readonly channels: Int32Array;
  /** Input channels per group and unit. */
  readonly channelsPerGroup: number;
  /** Rows per input channel: the kernel's positions. */
  readonly volume: number;
  readonly parts: readonly AnalogPart[];
  readonly curves?: Curves | undefined;
  /** Whether every cell holds an exact digit, as its copies do, and every converter tells all sums apart. */
  readonly exact: boolean;
}

/** Units are ordered tile by tile, and within a tile pack by pack. */
export function foldLayer(layer: CrossbarLayer, arrays: ProgrammedArrays): FoldedLayer {
  const volume = layer.geometry.kind === 'conv' ? layer.geometry.kernel.reduce((a, b) => a * b, 1) : 1;
  const starts = [...new Set(layer.tiles.map((t) => t.rowStart))].sort((a, b) => a - b);
  const ends = starts.map((start) => layer.tiles.find((t) => t.rowStart === start)!.rowEnd);
  const firstChannel = starts.map((start) => Math.floor(start / volume));
  const channelsPerGroup = Math.max(...ends.map((end, t) => Math.ceil(end / volume) - firstChannel[t]!));
  const packSize = leaks(layer, arrays) ? Math.max(...layer.tiles.map((t) => t.groupEnd - t.groupStart)) : 1;
  const packs = Math.ceil(layer.groups / packSize);
  const slots = slotsOf(packSize, channelsPerGroup, layer.columns);
  const frame = { layer, arrays, volume, firstChannel, channelsPerGroup, packSize, slots, packs, starts };
  const partCount = layer.slices * layer.copies * (layer.convert === 'column' ? 2 : 1);
  const parts = Array.from({ length: partCount }, (_, part) => foldPart(frame, part));
  const whole = layer.convert === 'pair' && parts.every((part) => isWhole(part, frame));
  const bent = arrays.curves?.converter ?? arrays.curves?.driver;
  if (whole) for (const part of parts) setUpright(part, slots * layer.columns);
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
    exact: whole && !arrays.variances && !bent && copiesAgree(parts),
  };
}

/** Whether a cell off the diagonal of a block changes what its column's converter sees. */
function leaks(layer: CrossbarLayer, arrays: ProgrammedArrays): boolean {
  const firsts = firstColumns(layer.tiles);
  const firstRow = firstRows(layer.tiles);
  return layer.tiles.some((tile, index) => {
    const groups = tile.groupEnd - tile.groupStart;
    if (groups === 1) return false;
    const cells = arrays.conductances[tile.array]!;
    const noise = arrays.variances?.[tile.array];
    const rows = tile.rowEnd - tile.rowStart;
    const width = tile.columnEnd - tile.columnStart;
    for (let row = 0; row < groups * rows; row++) {
      const line = rowOfCells(layer, tile, row, firstRow[index]!) * arrays.columns;
      for (let logical = 0; logical < groups * width; logical++) {
        if (Math.floor(logical / width) === Math.floor(row / rows)) continue;
        const { added, subtracted } = columnCells(layer, tile, logical, firsts[index]! + logical);
        const [one, other] = [cells[line + added]!, cells[line + subtracted]!];
        if (layer.convert === 'pair' ? one !== other : one !== 0 || other !== 0) return true;
        if (noise && noise[line + added]! + noise[line + subtracted]! > 0) return true;
      }
    }
    return false;
  });
}

function foldPart(frame: Frame, part: number): AnalogPart {
  const { layer, arrays, volume, firstChannel, channelsPerGroup, packSize, slots, packs, starts } = frame;
  const perPart = layer.convert === 'column' ? 2 : 1;
  const copy = Math.floor(part / perPart) % layer.copies;
  const slice = Math.floor(part / perPart / layer.copies);
  const side = part % perPart;
  const units = starts.length * packs;
  const unitRows = slots * channelsPerGroup * volume;
  const unitColumns = slots * layer.columns;
  const weights = new Float32Array(units * unitRows * unitColumns);
  const variances = arrays.variances && new Float32Array(weights.length);
  const zero = new Float32Array(units * unitColumns);
  const coefficient = new Float64Array(units * unitColumns);
  const digitalZero = new Float64Array(units * unitColumns);
  const firsts = firstColumns(layer.tiles);
  const firstRow = firstRows(layer.tiles);
  for (const [index, tile] of layer.tiles.entries()) {
    const firstConverter = firsts[index]! * perPart;
    const width = tile.columnEnd - tile.columnStart;
    const groups = tile.groupEnd - tile.groupStart;
    if (tile.slice !== slice || tile.copy !== copy) continue;
    const chip = arrays.converters.get(tile.block);
    const cells = arrays.conductances[tile.array];
    const noise = arrays.variances?.[tile.array];
    const errors = arrays.converterErrors?.[tile.array];
    if (!chip || !cells) throw new InternalError('fold', `block ${tile.block} is not on the chip`);
    const rows = tile.rowEnd - tile.rowStart;
    const t = starts.indexOf(tile.rowStart);
    for (let logical = 0; logical < groups * width; logical++) {
      const group = tile.groupStart + Math.floor(logical / width);
      const unit = t * packs + Math.floor(group / packSize);
      const column = (group % packSize) * layer.columns + tile.columnStart + (logical % width);
      const setting = logical * perPart + side;
      const at = unit * unitColumns + column;
      digitalZero[at] = layer.converterZero[firstConverter + setting]!;
      const { added, subtracted, flipped } = columnCells(layer, tile, logical, firsts[index]! + logical);
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
        layer.copies;
      const firstGroup = packSize === 1 ? group : tile.groupStart;
      const endGroup = packSize === 1 ? group + 1 : tile.groupEnd;
      for (let source = firstGroup; source < endGroup; source++) {
        const unitRow = ((source % packSize) * channelsPerGroup - firstChannel[t]!) * volume + tile.rowStart;
        const line = (source - tile.groupStart) * rows;
        for (let row = 0; row < rows; row++) {
          const cell = rowOfCells(layer, tile, line + row, firstRow[index]!) * arrays.columns;
          const current =
            perPart === 1 ? cells[cell + added]! - cells[cell + subtracted]! : cells[cell + own]!;
          const to = (unit * unitRows + unitRow + row) * unitColumns + column;
          weights[to] = current / step;
          if (!variances || !noise) continue;
          const variance =
            perPart === 1 ? noise[cell + added]! + noise[cell + subtracted]! : noise[cell + own]!;
          variances[to] = variance / step ** 2;
        }
      }
    }
  }
  return { slice, copy, weights, variances, zero, coefficient, digitalZero };
}
