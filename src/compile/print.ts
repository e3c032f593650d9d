/** What a pass made -> text: what --print-after shows. */
import { disassembleArray } from '../bitstream/disassemble.ts';
import type { EncodingChoice } from '../ir/encoding-choice.ts';
import { printGraph, printList } from '../ir/print-graph.ts';
import { printBlock, printLayer, printMapping } from '../ir/print-mapping.ts';
import type { Made } from './artefacts.ts';

/** The same result always gives the same text. */
export function printMade(made: Made): string {
  if (made.graph) return printGraph(made.graph);
  if (made.mapping) return printMapping(made.mapping);
  return [...linesOf(made), ''].join('\n');
}

function linesOf({
  encodings,
  layers,
  blocks,
  converters,
  predistorted,
  expected,
  schedule,
}: Made): string[] {
  if (encodings?.size === 0) return ['every layer has an encoding by its options'];
  if (encodings) return [...encodings].map(([output, choice]) => `${output}: ${printChoice(choice)}`);
  if (layers) return layers.map(printLayer);
  const copied = blocks?.some(({ copy }) => copy > 0) ?? false;
  if (blocks) return blocks.map((block, i) => printBlock(block, i, copied));
  if (converters)
    return converters.map(
      ({ zero, step }, i) => `block ${i}: zero ${printList(zero)}, step ${printList(step)}`,
    );
  if (predistorted)
    return predistorted.map(
      ({ gains, codes }, i) => `array ${i}: gains ${printList(gains)}, level codes ${printList(codes)}`,
    );
  if (expected)
    return expected.layers.map(
      ({ layer, snr, unwired }) =>
        `layer ${layer}: ${snr.toFixed(1)} dB, ${unwired.toFixed(1)} dB without wire resistance`,
    );
  return schedule ? [...schedule()].flatMap((program) => [...disassembleArray(program)]) : [];
}

function printChoice({ encoding, reason, estimates }: EncodingChoice): string {
  const both = Object.entries(estimates).map(
    ([name, { cells, snr }]) => `${name} ${cells} cells ${snr.toFixed(1)} dB`,
  );
  return [`${encoding}, ${reason}`, ...both].join('; ');
}
