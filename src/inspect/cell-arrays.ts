/**
 * A chip and its package -> the arrays of a .npz archive (docs/numpy.md): what every cell was told and became, which weight it holds, the
 * scales of the weights, faulty cells, and the pulses that were sent.
 */
import type { Chip } from '../chip/chip.ts';
import { surveyArray } from '../chip/survey-array.ts';
import { encodeNpy, type NpyArray } from '../files/npy.ts';
import { version } from '../files/version.ts';
import { writeZip } from '../files/zip.ts';
import { cellsOf, weightRows } from '../ir/cells.ts';
import type { Fault } from '../ir/fault-map.ts';
import { layerName } from '../ir/graph.ts';
import type { Mapping } from '../ir/mapping.ts';
import { placesOnChip } from '../ir/passes.ts';
import type { ArrayProgram } from '../ir/schedule.ts';
import { toldCells, untold } from '../ir/told-cells.ts';
import { placedMappingOf } from '../package/mapping-of.ts';
import type { Package } from '../package/open.ts';
import { schemeOf } from '../schemes/models.ts';
import { pulseKinds } from '../schemes/scheme.ts';
import { levelConductance } from '../target/cell.ts';
import type { Target } from '../target/target.ts';
import { listPulses, noPulses } from './pulse-list.ts';
import { programsOf } from './sections.ts';

interface Choice {
  /** Numbers of the arrays that are wanted, rising. */
  readonly arrays: readonly number[];
  /** Whether the pulses are listed where the scheme sends some. */
  readonly pulses: boolean;
  /** Called after every array, with how many are done. */
  readonly onArray?: (done: number, total: number) => void;
}

/**
 * @param chip programmed from the package
 * @throws DiagnosticError options/invalid where pulses are asked for and there is no list of them
 */
export async function cellArrays(pkg: Package, chip: Chip, choice: Choice): Promise<Uint8Array> {
  const { arrays } = choice;
  const { target } = pkg.loaded;
  const { header, programs } = await programsOf(pkg, new Set(arrays));
  const onChip = placesOnChip(chip.passes, chip.conductances.length);
  const kept: ArrayProgram[] = [];
  for await (const program of programs) kept.push(program);
  const files = new Map<string, Uint8Array>();
  const put = (name: string, array: NpyArray) => files.set(`${name}.npy`, encodeNpy(array));

  const { rows, columns } = header;
  const count = rows * columns;
  const cells = [arrays.length, rows, columns];
  const pairs = [arrays.length, rows, columns >> 1];
  const levels = new Int32Array(arrays.length * count);
  const aims = new Int32Array(arrays.length * rows * (columns >> 1));
  const goal = new Float32Array(levels.length).fill(Number.NaN);
  const programmed = new Float32Array(levels.length);
  const faults: (readonly [array: number, fault: Fault])[] = [];
  for (const program of kept) {
    const place = arrays.indexOf(program.array);
    const told = toldCells(header, program);
    levels.set(
      told.levels.map((level) => (level === untold ? -1 : level)),
      place * count,
    );
    aims.set(told.pairs, place * rows * (columns >> 1));
    for (const [cell, level] of told.levels.entries())
      if (level !== untold) goal[place * count + cell] = levelConductance(target.cell, level);
    programmed.set(chip.conductances[program.array]!, place * count);
    for (const fault of faultsOf(target, chip.seed, onChip[program.array]!))
      faults.push([program.array, fault]);
    choice.onArray?.(place + 1, arrays.length);
  }

  put('arrays', { type: 'uint32', dims: [arrays.length], data: Uint32Array.from(arrays) });
  put('levels', { type: 'int32', dims: cells, data: levels });
  put('target', { type: 'float32', dims: cells, data: goal });
  put('programmed', { type: 'float32', dims: cells, data: programmed });
  if (aims.some((aim) => aim !== untold)) put('pairs', { type: 'int32', dims: pairs, data: aims });
  const mapping = placedMappingOf(pkg);
  const held = heldWeights(mapping, arrays, rows, columns);
  put('layer', { type: 'int16', dims: cells, data: held.layer });
  put('weight', { type: 'int32', dims: cells, data: held.weight });
  put('slice', { type: 'int16', dims: cells, data: held.slice });
  put('sign', { type: 'int16', dims: cells, data: held.sign });
  for (const [index, { node }] of mapping.layers.entries()) {
    const dims = [node.groups * node.columns];
    put(`scales_${index}`, { type: 'float32', dims, data: Float32Array.from(node.scales) });
    put(`bias_${index}`, { type: 'float32', dims, data: Float32Array.from(node.bias) });
  }
  const places = faults.flatMap(([array, { row, column }]) => [array, row, column]);
  put('faults', { type: 'uint32', dims: [faults.length, 3], data: Uint32Array.from(places) });
  const stuckAt = Float32Array.from(faults, ([, { conductance }]) => conductance);
  put('fault_conductances', { type: 'float32', dims: [faults.length], data: stuckAt });
  const why = choice.pulses ? noPulses(target, chip.passes) : 'they were left out';
  if (why === undefined) {
    const { array, row, column, kind, voltage } = await listPulses(target, chip, kept);
    const dims = [array.length];
    put('pulse_array', { type: 'uint32', dims, data: array });
    put('pulse_row', { type: 'uint16', dims, data: row });
    put('pulse_column', { type: 'uint16', dims, data: column });
    put('pulse_kind', { type: 'uint8', dims, data: kind });
    put('pulse_voltage', { type: 'float32', dims, data: voltage });
  }
  const about = {
    format: 'crossloom-cells',
    version: 1,
    crossloom: version,
    target: target.name,
    seed: chip.seed,
    bitstream: pkg.bitstream,
    level: {
      lowest: levelConductance(target.cell, 0),
      step: levelConductance(target.cell, 1) - levelConductance(target.cell, 0),
    },
    layers: mapping.layers.map(({ node, ...layer }) => ({
      name: layerName(node.origin),
      output: node.output,
      groups: node.groups,
      rows: node.rows,
      columns: node.columns,
      encoding: layer.encoding,
      radix: layer.radix,
      slices: layer.slices,
      copies: layer.copies,
      digitsPerOne: layer.digitsPerOne,
      repeats: layer.repeats,
      levelStep: layer.levelStep,
    })),
    faults: canSurvey(target)
      ? 'of a survey with the seed of the chip'
      : 'not surveyed: a transfer shows no end of the window',
    pulses: why === undefined ? { kinds: pulseKinds, width: schemeOf(target).pulses!.width } : why,
  };
  files.set('about.json', Buffer.from(JSON.stringify(about, null, 1)));
  return writeZip(files);
}

const canSurvey = (target: Target) => !schemeOf(target).openLoop;

/** The faulty cells of an array, as `surveyChip` finds them. */
function faultsOf(target: Target, seed: number, array: number): readonly Fault[] {
  if (!canSurvey(target) || (schemeOf(target).exact && !target.faults)) return [];
  return surveyArray({ target, seed, arrays: array + 1 }, array);
}

/**
 * By array, row and column: layer, number of the weight and slice that a cell holds, -1 where none is, and with what sign it counts. Cells
 * of reference columns have a layer, no weight, and the sign 0.
 */
function heldWeights(mapping: Mapping, arrays: readonly number[], rows: number, columns: number) {
  const count = arrays.length * rows * columns;
  const layer = new Int16Array(count).fill(-1);
  const weight = new Int32Array(count).fill(-1);
  const slice = new Int16Array(count).fill(-1);
  const sign = new Int16Array(count);
  const placeOf = new Map(arrays.map((array, place) => [array, place]));
  for (const block of mapping.blocks) {
    const place = placeOf.get(block.array);
    if (place === undefined) continue;
    const own = mapping.layers[block.layer]!;
    const pitch = own.encoding === 'differential' ? 2 : 1;
    const reference = own.encoding === 'offset' ? cellsOf(block, own.encoding).subtracted[0] : undefined;
    for (const { row, first, runs } of weightRows(block, own)) {
      const line = (place * rows + row) * columns;
      if (reference !== undefined) layer[line + reference] = block.layer;
      for (const { column, weights, signs } of runs)
        for (let i = 0; i < weights.length; i++)
          for (let side = 0; side < pitch; side++) {
            const cell = line + column + pitch * i + side;
            layer[cell] = block.layer;
            weight[cell] = first + weights[i]!;
            slice[cell] = block.slice;
            sign[cell] = side === 0 ? signs[i]! : -signs[i]!;
          }
    }
  }
  return { layer, weight, slice, sign };
}
