/** What a mapping costs, layer by layer: the table at the end of a compilation. */

import { defined } from '../defined.ts';
import { openLedger, settle, spend } from '../ledger.ts';
import { sumOf } from '../math/sum.ts';
import type { Target } from '../target/target.ts';
import type { CalibrationRecord } from './calibration-record.ts';
import { conversionsInSequence, conversionsPerDrive, drivesOf } from './conversions.ts';
import type { EncodingChoice } from './encoding-choice.ts';
import type { Expected, ExpectedSignal, WireChoice } from './expected-signal.ts';
import type { Origin, QuantizedMvmNode } from './graph.ts';
import {
  blockCells,
  blockRows,
  blocksByLayer,
  distinctCopies,
  type Encoding,
  lengthOf,
  type Mapping,
  type PlacedBlock,
  type SlicedLayer,
} from './mapping.ts';
import { arraysOnChip, type PlannedPasses } from './passes.ts';
import type { CopiesWorth } from './stored.ts';

export interface LayerSummary {
  readonly origin: Origin;
  /** Nodes that multiply by its matrix: the time steps of a recurrent layer, or layers that share their weights. */
  readonly uses: number;
  /** Rows x columns of the matrix, times its groups. */
  readonly shape: string;
  readonly rule: string;
  readonly slices: number;
  readonly copies: number;
  /** What the digits of copies add up to for an integer of 1, where these share it. */
  readonly digitsPerOne?: number;
  readonly repeats: number;
  readonly residual: boolean;
  readonly encoding: Encoding;
  /** Why, and what the other encoding would have come to, where the compiler chose it. */
  readonly encodingChoice?: Omit<EncodingChoice, 'encoding'>;
  /** Blocks of cells, and arrays on which they lie (which other layers may share). */
  readonly blocks: number;
  readonly arrays: number;
  /** Share of the cells in its blocks that hold a weight. */
  readonly utilization: number;
  /** Matrix-vector products, drives of the rows (one per plane of input bits), and conversions per inference. */
  readonly mvms: number;
  readonly drives: number;
  readonly conversions: number;
  /** Conversions that follow each other in one drive, because they share a converter or an array's columns. */
  readonly inSequence: number;
  /** What a calibrated chip is expected to leave of its outputs when it is read (dB); absent where it is all. */
  readonly expected?: Omit<ExpectedSignal, 'layer'>;
}

/** A node that keeps constant weights digital. */
export interface DigitalWeights {
  readonly origin: Origin;
  readonly weights: number;
  /** Why, in words. */
  readonly reason: string;
}

export interface MappingSummary {
  readonly layers: readonly LayerSummary[];
  /** Those with the most weights first. */
  readonly digital: readonly DigitalWeights[];
  readonly weights: number;
  /** Cells that hold a weight's digit. */
  readonly cells: number;
  /** Where layers take passes, those of all passes together. */
  readonly arrays: number;
  readonly chips: number;
  /** Absent: every array is written once. */
  readonly passes?: PlannedPasses;
  /** Share of all cells of the arrays used that hold a weight. */
  readonly utilization: number;
  readonly mvms: number;
  readonly conversions: number;
  /** Energy of the conversions of one inference (J). */
  readonly conversionEnergy: number;
  /** Time of the conversions of one inference, one layer after the other, and its arrays at once (s). */
  readonly conversionTime: number;
  /** What is done about wires, where the compiler chose it, and what else it looked at. */
  readonly wireChoice?: WireChoice;
  /** What it brings to store digits as often as the compiler chose, where that is more than once. */
  readonly copiesWorth?: CopiesWorth;
}

/** What earlier passes decided about layers. */
interface Decisions {
  /** The rule that sent a node to crossbars. */
  readonly ruleOf: (origin: Origin) => string;
  /** undefined where the options or the target name the encoding. */
  readonly encodingOf: (node: QuantizedMvmNode) => EncodingChoice | undefined;
  readonly digital: readonly DigitalWeights[];
  readonly expected?: Expected | undefined;
  readonly wireChoice?: WireChoice | undefined;
  readonly copiesWorth?: CopiesWorth | undefined;
}

export function summarize(
  mapping: Mapping,
  record: CalibrationRecord,
  target: Target,
  decisions: Decisions,
): MappingSummary {
  const byLayer = blocksByLayer(mapping).map((own) => own.map((index) => mapping.blocks[index]!));
  const expected = new Map(
    decisions.expected?.layers
      .filter(({ snr }) => Number.isFinite(snr))
      .map(({ layer, ...signal }) => [layer, { expected: signal }]),
  );
  const layers = mapping.layers.map(
    (layer, i): LayerSummary => ({
      ...summarizeLayer(layer, byLayer[i]!, record, target, decisions),
      ...expected.get(i),
    }),
  );
  const cells = sumOf(mapping.layers.map((layer, i) => weightCells(layer, byLayer[i]!)));
  const conversions = layers.reduce((sum, l) => sum + l.conversions, 0);
  const ledger = openLedger({ conversion: target.adc });
  for (const layer of layers) spend(ledger, ledger.of.conversion, layer.drives * layer.inSequence, 0);
  spend(ledger, ledger.of.conversion, 0, conversions);
  settle(ledger);
  return {
    layers,
    digital: decisions.digital.toSorted((a, b) => b.weights - a.weights),
    weights: mapping.layers.reduce((sum, l) => sum + l.node.integers.length, 0),
    cells,
    arrays: mapping.arrays,
    chips: Math.ceil(arraysOnChip(mapping.passes, mapping.arrays) / target.array.arraysPerChip),
    ...defined({ passes: mapping.passes }),
    utilization: cells / (mapping.arrays * target.array.rows * target.array.columns),
    mvms: layers.reduce((sum, l) => sum + l.mvms, 0),
    conversions,
    conversionEnergy: ledger.total.energy,
    conversionTime: ledger.total.time,
    ...defined({ wireChoice: decisions.wireChoice, copiesWorth: decisions.copiesWorth }),
  };
}

function summarizeLayer(
  layer: SlicedLayer,
  blocks: readonly PlacedBlock[],
  record: CalibrationRecord,
  target: Target,
  { ruleOf, encodingOf }: Decisions,
): LayerSummary {
  const { node } = layer;
  const chosen = encodingOf(node);
  const mvms = sumOf(layer.uses.map((use) => record.layers.get(use.output)!.positions));
  const drives = drivesOf(layer, record, target.driver);
  const blocked = blocks.reduce((sum, b) => sum + blockCells(b, layer.encoding), 0);
  return {
    origin: node.origin,
    uses: layer.uses.length,
    shape: `${node.groups > 1 ? `${node.groups} x ` : ''}${node.rows}x${node.columns}`,
    rule: ruleOf(node.origin),
    slices: layer.slices,
    copies: layer.copies,
    ...(distinctCopies(layer) > 1 && { digitsPerOne: layer.digitsPerOne }),
    repeats: layer.repeats,
    residual: layer.residual,
    encoding: layer.encoding,
    ...defined({ encodingChoice: chosen && { reason: chosen.reason, estimates: chosen.estimates } }),
    blocks: blocks.length,
    arrays: new Set(blocks.map((b) => b.array)).size,
    utilization: weightCells(layer, blocks) / blocked,
    mvms,
    drives,
    conversions: drives * conversionsPerDrive(layer, blocks, target.adc),
    inSequence: conversionsInSequence(layer, blocks, target.adc),
  };
}

function weightCells(layer: SlicedLayer, blocks: readonly PlacedBlock[]): number {
  const perWeight = layer.encoding === 'differential' ? 2 : 1;
  return blocks.reduce((sum, b) => sum + blockRows(b) * lengthOf(b.columns) * perWeight, 0);
}
