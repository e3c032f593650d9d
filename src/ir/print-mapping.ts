/** Mapping -> text, one line per layer and per block: what --print-after shows and tests compare. */
import { printableLine } from '../text/printable.ts';
import { describeOrigin } from './graph.ts';
import {
  type Block,
  blockColumns,
  blockRows,
  distinctCopies,
  type Mapping,
  type PlacedBlock,
  type SlicedLayer,
  type Span,
} from './mapping.ts';
import type { PlannedPasses } from './passes.ts';

/** The same mapping always gives the same text. Blocks are numbered as host.onnx numbers them. */
export function printMapping(mapping: Mapping): string {
  const lines = [
    `mapping on ${mapping.arrays} arrays${mapping.passes ? printPasses(mapping.passes) : ''}`,
    ...mapping.layers.map(printLayer),
    ...mapping.blocks.map((block, number) => printPlaced(block, number, mapping.layers[block.layer]!)),
  ];
  return `${lines.map(printableLine).join('\n')}\n`;
}

const printPasses = ({ kept, each, bytes }: PlannedPasses) =>
  `: ${kept} stay, passes of ${each.join(', ')}, ${bytes} bytes between them`;

export function printLayer(
  { node, uses, encoding, radix, levelStep, slices, ...parts }: SlicedLayer,
  number: number,
): string {
  const groups = node.groups === 1 ? '' : `${node.groups} groups of `;
  const shared = distinctCopies(parts) === 1 ? '' : ` that share an integer, ${parts.digitsPerOne} per one`;
  const copies = parts.copies === 1 ? '' : ` in ${parts.copies} copies${shared}`;
  const repeats = parts.repeats === 1 ? '' : `, repeated in ${parts.repeats} rows`;
  const residual = parts.residual ? ', residual' : '';
  const trained = parts.hidden ? ', trained' : '';
  const code = `${encoding}, ${slices} digits of base ${radix}${copies}, ${levelStep} levels a step${repeats}${residual}${trained}`;
  const outputs = uses.map((use) => use.output).join(', ');
  return `layer ${number} ${outputs}: ${groups}${node.rows} x ${node.columns}, ${code}  ; ${describeOrigin(node.origin)}`;
}

function printPlaced(block: PlacedBlock, number: number, { encoding, copies }: SlicedLayer): string {
  const { array, row, column } = block;
  const size = `${blockRows(block)} x ${blockColumns(block, encoding)} cells`;
  return `${printBlock(block, number, copies > 1)} at array ${array} row ${row} column ${column}: ${size}`;
}

/** A block wherever it lies. @param copied whether its layer has several copies */
export function printBlock(block: Block, number: number, copied: boolean): string {
  const { layer, slice, copy, groups, rows, columns } = block;
  const weights = `groups ${printSpan(groups)} rows ${printSpan(rows)} columns ${printSpan(columns)}`;
  return `block ${number} layer ${layer} slice ${slice}${copied ? ` copy ${copy}` : ''} ${weights}`;
}

/** Half-open, as the spans are. */
function printSpan({ start, end }: Span): string {
  return `${start}..${end}`;
}
