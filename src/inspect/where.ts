/**
 * Both ways between the weights of a model and the cells of a chip: a package -> where a layer or one of its weights lies, and what
 * lies on an array or in one of its cells, with the instructions that say so. Plain data.
 */
import { defined } from '../defined.ts';
import { type Cell, indexCells } from '../ir/cell-index.ts';
import { layerName, type Origin } from '../ir/graph.ts';
import {
  blockColumns,
  blockRows,
  digitsOf,
  type Mapping,
  type PlacedBlock,
  type SlicedLayer,
  type Span,
} from '../ir/mapping.ts';
import type { ArrayProgram, Instruction } from '../ir/schedule.ts';
import { type ToldCells, toldCells, touches, untold } from '../ir/told-cells.ts';
import { weightDims, weightIndex, weightNumber } from '../ir/weight-index.ts';
import { placedMappingOf } from '../package/mapping-of.ts';
import type { Package } from '../package/open.ts';
import { programsOf } from './sections.ts';

/** A rectangle of cells, and which part of which weights it holds. */
export interface BlockPlace {
  readonly layer: string;
  readonly block: number;
  readonly array: number;
  /** Of cells, half-open. */
  readonly rows: Span;
  readonly columns: Span;
  readonly slice: number;
  readonly copy: number;
  /** Of the layer's matrix, half-open. */
  readonly groups: Span;
  readonly inputs: Span;
  readonly outputs: Span;
}

/** An instruction by its number in the program of its array. */
interface Told {
  readonly number: number;
  readonly op: Instruction['op'];
}

export interface CellPlace {
  readonly array: number;
  readonly row: number;
  readonly column: number;
  readonly slice: number;
  readonly copy: number;
  /** With what sign its conductance counts: 0 in spare columns. */
  readonly sign: -1 | 0 | 1;
  /** Digit of the weight that it holds with its partner. */
  readonly digit?: number;
  /** The level code that it is told. */
  readonly level?: number;
  /** Hidden integer, or aim, that its pair is told. */
  readonly pair?: number;
  readonly instructions: readonly Told[];
}

export interface Weight {
  /** As `weightDims` has the axes. */
  readonly index: readonly number[];
  readonly integer: number;
  readonly weightMax: number;
  /** Its integer in units of the model. */
  readonly value: number;
}

interface WeightPlace {
  readonly layer: string;
  readonly weight: Weight;
  readonly cells: readonly CellPlace[];
}

/** One cell. Those of reference columns, and beside the groups of a block, hold no weight. */
interface CellContent {
  readonly layer: string;
  readonly weight?: Weight;
  readonly cell: CellPlace;
}

/** What is answered to one question: blocks of a layer or on an array; a weight and its cells; or a cell and its weight. */
export interface Answer {
  readonly layer?: string;
  /** How many weights there are along every axis of their index. */
  readonly dims?: readonly number[];
  readonly blocks?: readonly BlockPlace[];
  readonly weight?: Weight;
  /** Conductances (S) are those of a programmed chip. */
  readonly cells?: readonly (CellPlace & { readonly conductance?: number })[];
}

/** Answers about one package. */
export interface Places {
  readonly mapping: Mapping;
  /** Names of the layers, those of all uses of a matrix: index of the layer. */
  readonly layers: ReadonlyMap<string, number>;
  readonly dims: (layer: number) => readonly number[];
  /** By the number of the block. */
  readonly places: readonly BlockPlace[];
  readonly blocksOf: (layer: number) => readonly BlockPlace[];
  readonly blocksOn: (array: number) => readonly BlockPlace[];
  /** @param index within `dims` */
  readonly weightAt: (layer: number, index: readonly number[]) => Promise<WeightPlace>;
  /** @returns undefined where no block is */
  readonly cellAt: (array: number, row: number, column: number) => Promise<CellContent | undefined>;
}

export function placesIn(pkg: Package): Places {
  const mapping = placedMappingOf(pkg);
  const cells = indexCells(mapping);
  const nameOf = (layer: number) => layerName(mapping.layers[layer]!.node.origin);
  const places = mapping.blocks.map((block, number) => placeOf(block, number, mapping, nameOf(block.layer)));
  const tell = (found: readonly Cell[]) => toldOf(pkg, mapping, found);
  return {
    mapping,
    layers: new Map(
      mapping.layers.flatMap(({ uses }, layer) =>
        uses.map(({ origin }: { readonly origin: Origin }) => [layerName(origin), layer] as const),
      ),
    ),
    dims: (layer) => weightDims(mapping.layers[layer]!.node),
    places,
    blocksOf: (layer) => places.filter(({ block }) => mapping.blocks[block]!.layer === layer),
    blocksOn: (array) => places.filter((place) => place.array === array),
    async weightAt(layer, index) {
      const sliced = mapping.layers[layer]!;
      const number = weightNumber(sliced.node, index);
      return {
        layer: nameOf(layer),
        weight: weightOf(sliced, number),
        cells: await tell(cells.cellsOfWeight(layer, number)),
      };
    },
    async cellAt(array, row, column) {
      const found = cells.cellAt(array, row, column);
      if (!found) return undefined;
      const { layer, weight } = found;
      const [cell] = await tell([found]);
      return {
        layer: nameOf(layer),
        cell: cell!,
        ...(weight !== undefined && { weight: weightOf(mapping.layers[layer]!, weight) }),
      };
    },
  };
}

function placeOf(block: PlacedBlock, number: number, { layers }: Mapping, layer: string): BlockPlace {
  const { array, row, column, slice, copy, groups, rows: inputs, columns: outputs } = block;
  return {
    ...{ layer, block: number, array, slice, copy, groups, inputs, outputs },
    rows: { start: row, end: row + blockRows(block) },
    columns: { start: column, end: column + blockColumns(block, layers[block.layer]!.encoding) },
  };
}

function weightOf({ node }: SlicedLayer, number: number): Weight {
  const { integers, weightMax, scales, rows, columns } = node;
  const integer = integers[number]!;
  const output = Math.floor(number / columns / rows) * columns + (number % columns);
  return { index: weightIndex(node, number), integer, weightMax, value: integer * scales[output]! };
}

async function toldOf(
  pkg: Package,
  { layers }: Mapping,
  cells: readonly Cell[],
): Promise<readonly CellPlace[]> {
  const wanted = new Set(cells.map(({ array }) => array));
  const { header, programs } = await programsOf(pkg, wanted);
  const told = new Map<number, ToldCells & Pick<ArrayProgram, 'instructions'>>();
  for await (const program of programs)
    told.set(program.array, { ...toldCells(header, program), instructions: program.instructions });
  const known = (value: number) => (value === untold ? undefined : value);
  return cells.map(({ array, row, column, slice, copy, sign, layer, weight }) => {
    const { levels, pairs, instructions } = told.get(array)!;
    const at = row * header.columns + column;
    return {
      ...{ array, row, column, slice, copy, sign },
      ...defined({
        digit: weight === undefined ? undefined : digitsOf(layers[layer]!, { slice, copy }, weight, 1)[0],
        level: known(levels[at]!),
        pair: header.columns > 1 ? known(pairs[row * (header.columns >> 1) + (column >> 1)]!) : undefined,
      }),
      instructions: instructions.flatMap((instruction, number) =>
        touches(instruction, row, column) ? [{ number, op: instruction.op }] : [],
      ),
    };
  });
}
