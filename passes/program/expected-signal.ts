/**
 * What a programmed chip is expected to lose of a layer's outputs, before there is one: blocks of a layer with what stands in their
 * cells, and calibration vectors -> energies of outputs and of what errs in them, over some columns.
 *
 *   wanted     y = sum over tiles and slices of radix^slice sum_r digit x_r
 *   through    z = the same with (G+ - G-) / digit step, by the gain of the converter, instead of the digit: as the mean cell of a
 *              level is read, through the wires
 *   lasting    S = variance of every cell about that, by the square of what the wires leave of it, times what of Var x_r the
 *              correction cannot take away: all but its parts along z and along the sum of the inputs
 *   converters K = step^2 / 12 for every plane of input bits that drives any row
 *   anew       N = variance of what comes after calibration, times the mean square of what drives the row
 *
 * Calibration takes the best bias and, between its limits, the best gain a, and the sum of the inputs where that pays (choose-sums.ts); so the error
 * is, with variances and covariances beside that sum,
 *
 *   Var(y - a z) + a^2 (S + K + N),    a = Cov(y, z) / (Var z + S + K)
 *
 * Copies are taken to differ by all but the wires. Left out: saturation, sums along other directions of the inputs, bent converters
 * and drivers, and that converters which tell single digits apart round errors away.
 */
import { gainLimit } from '../../src/column-correction.ts';
import type { LayerRecord } from '../../src/ir/calibration-record.ts';
import { outputOf } from '../../src/ir/cells.ts';
import { blockRows, blockWeightColumns, type SlicedLayer } from '../../src/ir/mapping.ts';
import { evenlySpread } from '../../src/math/evenly-spread.ts';
import { inputsOf } from '../map/input-variances.ts';
import { driveBlock, type ExpectedReading, type SolvedBlock, weightsOf } from './block-flow.ts';
import { addNoise, openNoise } from './column-noise.ts';
import {
  addProducts,
  beside,
  centered,
  direction,
  openSeries,
  products,
  type Series,
} from './column-series.ts';

/** Energies, in squares of the layer's outputs. */
export interface ExpectedError {
  readonly signal: number;
  /** All that errs: the sum of the parts. */
  readonly noise: number;
  readonly parts: ErrorParts;
  /** The noise if wires had no resistance. */
  readonly unwired: number;
}

/** Where gain and bias alone are corrected, and with the sum of the inputs. */
export interface ExpectedErrors {
  readonly without: ExpectedError;
  readonly withSum: ExpectedError;
}

export interface ErrorParts {
  /** What wires and the means of levels make of the weights, and the correction leaves. */
  readonly bent: number;
  /** Cells as calibration finds them. */
  readonly lasting: number;
  /** Noise of readings since. */
  readonly anew: number;
  readonly converters: number;
}

/** Columns that are looked at, evenly spread over tiles. */
const columnsUsed = 32;

/**
 * @param tiles blocks of one column tile each: of its row tiles and slices
 * @param records of every use of the layer
 */
export function expectedError(
  layer: SlicedLayer,
  tiles: readonly (readonly SolvedBlock[])[],
  records: readonly LayerRecord[],
  reading: ExpectedReading,
): ExpectedErrors {
  const inputs = inputsOf(records, layer.node.groups * layer.node.rows);
  const used = evenlySpread(tiles.length, columnsUsed).map((tile) => tiles[tile]!);
  const perTile = Math.ceil(columnsUsed / used.length);
  const found = used.map((tile) => errorOfTile(layer, tile, perTile, inputs, records[0]!, reading));
  return {
    without: addedUp(found.map(({ without }) => without)),
    withSum: addedUp(found.map(({ withSum }) => withSum)),
  };
}

function addedUp(errors: readonly ExpectedError[]): ExpectedError {
  const sum = (of: (error: ExpectedError) => number) => errors.reduce((all, error) => all + of(error), 0);
  return {
    signal: sum(({ signal }) => signal),
    noise: sum(({ noise }) => noise),
    unwired: sum(({ unwired }) => unwired),
    parts: {
      bent: sum(({ parts }) => parts.bent),
      lasting: sum(({ parts }) => parts.lasting),
      anew: sum(({ parts }) => parts.anew),
      converters: sum(({ parts }) => parts.converters),
    },
  };
}

/** What goes through the blocks of a column tile. */
interface Flow {
  readonly wanted: Series;
  readonly through: Series;
  /** As if wires had no resistance. */
  readonly bare: Series;
  /** Sum of the inputs of each column's group. */
  readonly inputs: Series;
}

function errorOfTile(
  layer: SlicedLayer,
  blocks: readonly SolvedBlock[],
  most: number,
  inputs: Int32Array,
  record: LayerRecord,
  reading: ExpectedReading,
): ExpectedErrors {
  const { node } = layer;
  const { block: first } = blocks[0]!;
  const columns = evenlySpread(blockWeightColumns(first), most);
  const open = () => openSeries(inputs.length / (node.groups * node.rows), columns.length);
  const flow: Flow = { wanted: open(), through: open(), bare: open(), inputs: open() };
  const driven = blocks.map((solved) => driveBlock(solved, layer, inputs, record, reading.target));
  for (const block of driven) {
    const weights = weightsOf(block, layer, reading, columns);
    addProducts(block.driven, blockRows(block.block), [
      { series: flow.wanted, weights: weights.wanted },
      { series: flow.through, weights: weights.through },
      ...(reading.target.wires ? [{ series: flow.bare, weights: weights.bare }] : []),
      ...(block.block.slice === 0 ? [{ series: flow.inputs, weights: weights.own }] : []),
    ]);
  }
  const [y, z, still] = [centered(flow.wanted), centered(flow.through), centered(flow.bare)];
  const sum = direction(centered(flow.inputs));
  const yy = products(y, y);
  const errorBeside = (along: readonly Series[]): ExpectedError => {
    const [ownY, ownZ, ownStill] = [y, z, still].map((all) => along.reduce(beside, all)) as [
      Series,
      Series,
      Series,
    ];
    const noise = openNoise(columns.length);
    const directions = [...along, direction(ownZ)];
    for (const block of driven) addNoise(noise, block, layer, reading, columns, directions);
    const [left, yz, zz] = [products(ownY, ownY), products(ownY, ownZ), products(ownZ, ownZ)];
    const [yStill, stillStill] = [products(ownY, ownStill), products(ownStill, ownStill)];
    const errors = columns.map((column, c) => {
      const scale = node.scales[outputOf(first, node, column)]! ** 2;
      const [lasting, anew, unwired] = [noise.lasting[c]!, noise.anew[c]!, noise.unwired[c]!];
      // What hardly varies is rounded to the same codes every time, which the bias makes up for.
      const converters = Math.min(yy[c]!, noise.converters[c]!);
      const wired = errorLeft(scale, left[c]!, yz[c]!, zz[c]!, { lasting, anew, converters });
      const plain = { lasting: unwired, anew: noise.anewUnwired[c]!, converters };
      const { noise: bare } = errorLeft(scale, left[c]!, yStill[c]!, stillStill[c]!, plain);
      return { ...wired, signal: scale * yy[c]!, unwired: reading.target.wires ? bare : wired.noise };
    });
    return addedUp(errors);
  };
  return { without: errorBeside([]), withSum: errorBeside([sum]) };
}

/** What calibration of the chip leaves of a column. */
function errorLeft(
  scale: number,
  yy: number,
  yz: number,
  zz: number,
  { lasting, anew, converters }: Omit<ErrorParts, 'bent'>,
): Pick<ExpectedError, 'noise' | 'parts'> {
  const all = zz + lasting + converters;
  const gain = all > 0 && yz > 0 ? Math.min(gainLimit, Math.max(1 / gainLimit, yz / all)) : 1;
  const square = scale * gain ** 2;
  const parts = {
    bent: scale * Math.max(0, yy - 2 * gain * yz + gain ** 2 * zz),
    lasting: square * lasting,
    anew: square * anew,
    converters: square * converters,
  };
  return { noise: parts.bent + parts.lasting + parts.anew + parts.converters, parts };
}
