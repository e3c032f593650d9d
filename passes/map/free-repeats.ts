/**
 * How often the digits of a layer are repeated where the options leave it open. Only layers of several groups are: a depthwise
 * channel's nine weights leave the other rows of their columns empty, whatever is done, and are what cells err most in. Their
 * weights are repeated as often as
 *
 *   rows      fit below each other in one block, with fewer groups in it
 *   columns   side by side take no more arrays than packs of as many groups as fit do without repeats
 *   currents  of a column, all of its rows driven, stay below the target's limit
 *   wires     take at most a tenth of the voltage on the way to the last cell, along rows and along columns
 *
 * allow, where cells move or scatter after programming; else as often as it takes to bring what programming alone leaves of the
 * outputs to 30 dB. Driving fewer groups at once takes time in proportion, and conversions stay as many as they were.
 */
import { changesReadings } from '../../src/conditions/models.ts';
import { type Room, roomOf } from '../../src/ir/corner.ts';
import { digitsOf, distinctCopies, partsOf, type SlicedLayer } from '../../src/ir/mapping.ts';
import { evenlySpread } from '../../src/math/evenly-spread.ts';
import { schemeOf } from '../../src/schemes/models.ts';
import { levelStepOf } from '../../src/target/cell.ts';
import type { Target } from '../../src/target/target.ts';
import { digitErrors } from './digit-errors.ts';
import { variancesOf } from './input-variances.ts';
import { rowsOfPack } from './pack-groups.ts';

const tolerated = 0.1;
/** Signal over what programming errs by, in power. */
const enough = 10 ** 3;
const groupsUsed = 64;

/**
 * @param layer with every digit once
 * @param inputsOf input numbers of calibration vectors, [vector][group * rows + row]; asked for where they decide
 */
export function freeRepeats(layer: SlicedLayer, target: Target, inputsOf: () => Int32Array): number {
  const moves = changesReadings(target);
  if (layer.node.groups === 1 || layer.residual || (schemeOf(target).exact && !moves)) return 1;
  const most = mostRepeats(layer, target);
  if (moves || most === 1) return most;
  return Math.min(most, Math.max(1, Math.ceil(enough / programmedSignal(layer, target, inputsOf()))));
}

/** Repeats of a layer of one group that its tile of rows has room for, as far as currents and wires allow. */
export function denseRepeats(layer: SlicedLayer, target: Target): number {
  const room = roomOf(layer, target);
  const loads = loadsOf(layer, target.cell);
  let repeats = Math.max(1, Math.floor(room.rows / layer.node.rows));
  while (repeats > 1 && !isBearable(layer, target, room, loads, { groups: 1, repeats })) repeats--;
  return repeats;
}

/** The most that rows, columns, currents and wires allow. */
function mostRepeats(layer: SlicedLayer, target: Target): number {
  const room = roomOf(layer, target);
  const rowLimit = rowsOfPack(layer, room.rows);
  const loads = loadsOf(layer, target.cell);
  const free = arraysFor(layer, room, groupsIn(layer, room, rowLimit));
  for (let repeats = Math.floor(rowLimit / layer.node.rows); repeats > 1; repeats--) {
    const groups = groupsIn(layer, room, Math.floor(rowLimit / repeats));
    if (arraysFor(layer, room, groups) <= free && isBearable(layer, target, room, loads, { groups, repeats }))
      return repeats;
  }
  return 1;
}

/** Groups that fit a block whose weights have so many rows. */
function groupsIn({ node, encoding }: SlicedLayer, room: Room, rows: number): number {
  const { groups, columns } = node;
  const byColumns = encoding === 'differential' ? room.columns / 2 : room.columns - 1;
  return Math.min(groups, Math.floor(rows / node.rows), Math.floor(byColumns / columns));
}

/** Arrays with as many blocks side by side as fit. */
function arraysFor(layer: SlicedLayer, room: Room, groups: number): number {
  const { node, encoding } = layer;
  const width = encoding === 'differential' ? 2 * groups * node.columns : groups * node.columns + 1;
  return Math.ceil((node.groups * partsOf(layer)) / (groups * Math.floor(room.columns / width)));
}

interface Loads {
  /** What cells that hold the layer's digits conduct on average (S). */
  readonly mean: number;
  /** What its heaviest column does with every digit once (S). */
  readonly heaviest: number;
}

/** Whether the lines of an array full of packs of so many groups stand their currents. */
function isBearable(
  layer: SlicedLayer,
  { driver, wires }: Target,
  { columns }: Room,
  { mean, heaviest }: Loads,
  { groups, repeats }: { readonly groups: number; readonly repeats: number },
): boolean {
  if (!wires) return true;
  const height = repeats * layer.node.rows;
  // What cells that are spread over a line take from the one at its end; in a pack, each line has those of one group.
  const alongRow = (wires.rowSegment * mean * columns ** 2) / 2 / groups;
  const alongColumn = (wires.columnSegment * mean * groups * height ** 2) / 2;
  return (
    alongRow / (wires.sides === 'one' ? 1 : 4) <= tolerated &&
    alongColumn <= tolerated &&
    repeats * heaviest * driver.vRead <= wires.maxColumnCurrent
  );
}

function loadsOf(layer: SlicedLayer, cell: Target['cell']): Loads {
  const { groups, rows, columns } = layer.node;
  const paired = layer.encoding === 'differential';
  const digitStep = layer.levelStep * levelStepOf(cell);
  const middle = paired ? 0 : (layer.radix - 1) / 2;
  let [sum, heaviest] = [0, 0];
  const copies = distinctCopies(layer);
  for (let part = 0; part < layer.slices * copies; part++) {
    const [slice, copy] = [Math.floor(part / copies), part % copies];
    for (let group = 0; group < groups; group++) {
      const digits = digitsOf(layer, { slice, copy }, group * rows * columns, rows * columns);
      for (let column = 0; column < columns; column++) {
        let [plus, minus] = [0, 0];
        for (let at = column; at < digits.length; at += columns) {
          plus += cell.gUseMin + digitStep * Math.max(0, digits[at]! + middle);
          minus += cell.gUseMin + digitStep * (paired ? Math.max(0, -digits[at]!) : middle);
        }
        sum += plus + minus;
        heaviest = Math.max(heaviest, plus, minus);
      }
    }
  }
  return { mean: sum / (2 * layer.slices * copies * groups * rows * columns), heaviest };
}

/** Variance of the outputs over what programming adds to it, over some groups. */
function programmedSignal(layer: SlicedLayer, target: Target, inputs: Int32Array): number {
  const { node, slices, radix } = layer;
  const { rows, columns, scales } = node;
  const width = node.groups * rows;
  const variances = variancesOf([inputs], width);
  const { of } = digitErrors(layer, target);
  const outputs = new Float64Array(inputs.length / width);
  let [signal, noise] = [0, 0];
  for (const group of evenlySpread(node.groups, groupsUsed)) {
    const first = group * rows * columns;
    const digits = Array.from({ length: slices }, (_, slice) =>
      digitsOf(layer, { slice, copy: 0 }, first, rows * columns),
    );
    for (let column = 0; column < columns; column++) {
      const scale = scales[group * columns + column]! ** 2;
      outputs.fill(0);
      for (let row = 0, at = column; row < rows; row++, at += columns) {
        for (const [s, own] of digits.entries())
          noise += scale * radix ** (2 * s) * of(own[at]!) * variances[group * rows + row]!;
        for (let v = 0; v < outputs.length; v++)
          outputs[v]! += node.integers[first + at]! * inputs[v * width + group * rows + row]!;
      }
      signal += scale * variancesOf([outputs], 1)[0]!;
    }
  }
  return noise > 0 ? signal / noise : Number.POSITIVE_INFINITY;
}
