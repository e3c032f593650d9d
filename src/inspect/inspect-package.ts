/** A package -> what is in it, layer by layer and array by array: plain data, without a chip. */
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { layerName } from '../ir/graph.ts';
import { blockCells, blockColumns, blockRows, blocksByArray, type Mapping } from '../ir/mapping.ts';
import type { LayerSummary } from '../ir/summary.ts';
import type { Account } from '../ledger.ts';
import { decodePrograms } from '../package/bitstreams.ts';
import { placedMappingOf } from '../package/mapping-of.ts';
import type { Package } from '../package/open.ts';
import { type ExpectedProgramming, expectProgramming } from './expect-programming.ts';
import { inspectProgram, type ProgramLook } from './inspect-array.ts';

/** What the converters of a layer can tell apart, in siemens of summed conductance. */
export interface ConverterLook {
  readonly count: number;
  readonly bits: number;
  readonly convert: 'pair' | 'column';
  /** From the lowest code to the highest, of the converter with the narrowest range and of that with the widest. */
  readonly narrowest: number;
  readonly widest: number;
}

export interface LayerLook extends LayerSummary {
  readonly name: string;
  /** Numbers of the arrays on which it lies. */
  readonly onArrays: readonly number[];
  readonly inputs: {
    readonly bits: number;
    readonly signed: boolean;
    readonly scale: number;
    readonly zero: number;
  };
  /** Conductance of one digit step (S), summed over its repeats. */
  readonly digitStep: number;
  readonly converters: ConverterLook;
}

export interface ArrayLook extends ProgramLook {
  /** By name, those with the most cells first. */
  readonly layers: readonly string[];
  /** Rows and columns up to the last that a block takes. */
  readonly rowsUsed: number;
  readonly columnsUsed: number;
  /** Share of the array's cells that lie in blocks. */
  readonly filled: number;
}

export interface PackageLook {
  readonly layers: readonly LayerLook[];
  readonly arrays: readonly ArrayLook[];
  readonly programming: ExpectedProgramming;
  /** The same by component. */
  readonly spent: Account;
}

/** @param seed of the chip from which the cost of programming is expected */
export async function inspectPackage(
  pkg: Package,
  { seed, onArray }: { readonly seed: number; readonly onArray?: (done: number, total: number) => void },
): Promise<PackageLook> {
  const mapping = placedMappingOf(pkg);
  const own = blocksByArray(mapping);
  const { header, arrays } = await decodePrograms(pkg);
  const { take, expected, spent } = await expectProgramming(header, pkg.loaded.target, seed);
  const looks: ArrayLook[] = [];
  onArray?.(0, header.arrays);
  for await (const program of arrays) {
    const look = inspectProgram(header, program);
    await take(program, look.cellsFormed);
    looks.push({ ...look, ...filledBy(mapping, own[program.array]!, header) });
    onArray?.(looks.length, header.arrays);
  }
  return { layers: layersOf(pkg, mapping), arrays: looks, programming: expected(), spent: spent() };
}

function filledBy(
  { blocks, layers }: Mapping,
  own: readonly number[],
  { rows, columns }: { readonly rows: number; readonly columns: number },
): Pick<ArrayLook, 'layers' | 'rowsUsed' | 'columnsUsed' | 'filled'> {
  const cells = new Map<string, number>();
  let [rowsUsed, columnsUsed, filled] = [0, 0, 0];
  for (const index of own) {
    const block = blocks[index]!;
    const { node, encoding } = layers[block.layer]!;
    const name = layerName(node.origin);
    const count = blockCells(block, encoding);
    cells.set(name, (cells.get(name) ?? 0) + count);
    filled += count / rows / columns;
    rowsUsed = Math.max(rowsUsed, block.row + blockRows(block));
    columnsUsed = Math.max(columnsUsed, block.column + blockColumns(block, encoding));
  }
  const byCells = [...cells].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  return { layers: byCells, rowsUsed, columnsUsed, filled };
}

function layersOf({ manifest, layers: stored }: Package, mapping: Mapping): readonly LayerLook[] {
  const byOutput = new Map(stored.map((layer) => [layer.output, layer]));
  return mapping.layers.map(({ node }, index): LayerLook => {
    const layer = byOutput.get(node.output)!;
    const { bits, signed, scale, zero } = layer.quantization;
    return {
      ...manifest.summary.layers[index]!,
      name: layerName(node.origin),
      onArrays: [...new Set(layer.tiles.map(({ array }) => array))].sort((a, b) => a - b),
      inputs: { bits, signed, scale, zero },
      digitStep: layer.digitStep,
      converters: convertersOf(layer),
    };
  });
}

function convertersOf({ adcBits: bits, convert, converterStep }: CrossbarLayer): ConverterLook {
  const steps = [...converterStep].map((step) => step * (2 ** bits - 1));
  return {
    ...{ count: steps.length, bits, convert },
    narrowest: steps.reduce((least, range) => Math.min(least, range), Number.POSITIVE_INFINITY),
    widest: steps.reduce((most, range) => Math.max(most, range), 0),
  };
}
