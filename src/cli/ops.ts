/** `crossloom ops`: where every node of a model goes, and the rule that decided. */

import type { Command } from 'commander';
import { listOperators } from '../compile/operators.ts';
import type { OperatorListing } from '../ir/compiled.ts';
import { layerName } from '../ir/graph.ts';
import { readModel } from '../onnx/decode.ts';
import { unlessRefused } from '../record/refused-model.ts';
import { counted } from '../report/number.ts';
import { formatTable, texts } from '../report/table.ts';
import { withExamples } from './help.ts';
import { type Io, printJson } from './io.ts';
import { withJson } from './options.ts';

type Place = 'crossbar' | 'digital' | 'folded';

/** A node is folded where nothing of its own is left to run: it became part of a layer, or a constant. */
function placeOf({ crossbar, rule }: OperatorListing): Place {
  if (crossbar) return rule.startsWith('folded into ') ? 'folded' : 'crossbar';
  return rule.startsWith('digital: ') ? 'digital' : 'folded';
}

/** The column `place` says already what these rules begin with. */
const reasonOf = (rule: string) => rule.replace(/^(digital: |folded: |folded (?=into ))/, '');

async function run(io: Io, file: string, { json }: { readonly json?: true }): Promise<void> {
  const { graph } = await readModel(file);
  const listed = await unlessRefused({ graph, file }, undefined, () => listOperators(graph));
  const listings = listed.map((listing) => ({ ...listing, place: placeOf(listing) }));
  const count = (place: Place) => listings.filter((listing) => listing.place === place).length;
  const counts = { crossbar: count('crossbar'), digital: count('digital'), folded: count('folded') };
  if (json) {
    const nodes = listings.map(({ origin, place, rule }) => ({ ...origin, place, rule }));
    return printJson(io, 'ops', { model: file, counts, nodes });
  }
  const rows = listings.map(({ origin, place, rule }) => [
    layerName(origin),
    origin.op,
    place,
    reasonOf(rule),
  ]);
  io.stdout(formatTable(texts('node', 'operator', 'place', 'rule'), rows, io.columns));
  io.stdout(
    `\n${counted(listings.length, 'node')}: ${counts.crossbar} on crossbars, ${counts.digital} digital, ${counts.folded} folded\n`,
  );
}

export function declareOps(command: Command, io: Io): void {
  command.argument('<model>', 'the ONNX file');
  withExamples(withJson(command), 'crossloom ops mobilenetv2.onnx', 'crossloom ops net.onnx --json').action(
    (file: string, options: { readonly json?: true }) => run(io, file, options),
  );
}
