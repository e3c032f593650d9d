/** `crossloom inspect`: what is in a package or on a chip, as a whole, of one layer, or of one array. */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { chipJson } from '../chip/chip-file.ts';
import { loadChip } from '../chip/load.ts';
import { optionInvalid } from '../diagnostics/all.ts';
import { DiagnosticError, raise } from '../diagnostics/diagnostic.ts';
import { inspectChip } from '../inspect/inspect-chip.ts';
import { inspectPackage } from '../inspect/inspect-package.ts';
import { placesIn } from '../inspect/where.ts';
import { sumOf } from '../math/sum.ts';
import { bitstreamFile, bitstreamRuns } from '../package/bitstreams.ts';
import { packageFiles } from '../package/manifest.ts';
import { openPackage } from '../package/open.ts';
import { formatLayers, formatTotals } from '../report/compile-table.ts';
import {
  formatArray,
  formatChip,
  formatChipArray,
  formatLayer,
  formatPackage,
} from '../report/inspect-text.ts';
import { formatAnswer } from '../report/places-text.ts';
import { formatChipFacts } from '../report/program-table.ts';
import { commandLine } from './command-line.ts';
import { withExamples } from './help.ts';
import { type Io, printJson } from './io.ts';
import { layerOf } from './layer-of.ts';
import { seedNumber, wholeNumber, withJson } from './options.ts';
import { withStages } from './stages.ts';

interface InspectCommandLine {
  readonly layer?: string;
  readonly array?: number;
  readonly seed: number;
  readonly json?: true;
}

async function run(io: Io, folder: string, args: InspectCommandLine): Promise<void> {
  const isChip = existsSync(join(folder, chipJson)) && !existsSync(join(folder, packageFiles.manifest));
  return isChip ? lookAtChip(io, folder, args) : lookAtPackage(io, folder, args);
}

async function lookAtPackage(io: Io, folder: string, args: InspectCommandLine): Promise<void> {
  const pkg = await openPackage(folder);
  const { manifest, loaded } = pkg;
  if (args.array !== undefined) raise(noArray(args.array, manifest.summary.arrays));
  const { layer, array } = args;
  const places = placesIn(pkg);
  const at = layer === undefined ? undefined : layerOf(places, pkg, layer);
  const look = await withStages(io, ({ report }) =>
    inspectPackage(pkg, {
      seed: args.seed,
      onArray: (done, total) => report('reading arrays', done, total),
    }),
  );
  const layers = layer === undefined ? look.layers : look.layers.filter(({ name }) => name === layer);
  const arrays = array === undefined ? look.arrays : look.arrays.filter((one) => one.array === array);
  const about = { package: folder, target: manifest.target.name, model: manifest.model.file };
  if (args.json)
    return printJson(io, 'inspect', {
      ...about,
      ...(array === undefined && { layers }),
      ...(layer === undefined && { arrays }),
      ...(layer === undefined && array === undefined && { programming: look.programming }),
    });
  if (at !== undefined)
    return io.stdout(`${formatLayer(layers[0]!)}\n${formatAnswer({ blocks: places.blocksOf(at) })}`);
  if (array !== undefined)
    return io.stdout(`${formatArray(arrays[0]!)}\n${formatAnswer({ blocks: places.blocksOn(array) })}`);
  const show = commandLine(io, ['targets', 'show', manifest.options.target as string]);
  io.stdout(`${folder}: ${about.model} on ${about.target}, by Crossloom ${manifest.crossloom}\n\n`);
  io.stdout(formatLayers(manifest.summary, io.columns));
  io.stdout(`\n${formatTotals(manifest.summary, loaded, show)}\n`);
  const { passes, arrays: all } = manifest.summary;
  const files = bitstreamRuns(passes, all).map(({ pass }) => join(folder, bitstreamFile(pass)));
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  io.stdout(formatPackage(look, sumOf(sizes)));
}

async function lookAtChip(io: Io, folder: string, args: InspectCommandLine): Promise<void> {
  if (args.layer !== undefined)
    throw new DiagnosticError([
      optionInvalid(
        `--layer ${args.layer}`,
        'a chip knows its arrays, and no layers',
        'Inspect its package.',
      ),
    ]);
  const chip = await loadChip(folder);
  const { array } = args;
  if (array !== undefined) raise(noArray(array, chip.header.arrays));
  const { total, arrays } = inspectChip(chip);
  const shown = array === undefined ? arrays : [arrays[array]!];
  const { target } = chip.header;
  if (args.json)
    return printJson(io, 'inspect', { chip: folder, target, seed: chip.seed, total, chipArrays: shown });
  io.stdout(`${folder}: a chip of ${target}, seed ${chip.seed}\n\n`);
  if (array === undefined) io.stdout(`${formatChipFacts(chip)}\n`);
  io.stdout(formatChip({ total, arrays: shown }));
  if (array !== undefined) io.stdout(`\n${formatChipArray(shown[0]!)}`);
}

const noArray = (array: number, count: number) =>
  array < count ? [] : [optionInvalid(`--array ${array}`, `there are ${count} arrays, 0 to ${count - 1}`)];

export function declareInspect(command: Command, io: Io): void {
  command
    .argument('<place>', 'a package, or a programmed chip')
    .option('--layer <name>', 'one layer of a package')
    .option('--array <n>', 'one array', wholeNumber(0))
    .option('--seed <n>', 'the chip from which the cost of programming a package is expected', seedNumber, 1);
  withExamples(
    withJson(command),
    'crossloom inspect mobilenetv2.xbar',
    'crossloom inspect mobilenetv2.xbar --layer Conv_0',
    'crossloom inspect chip1 --array 5',
  ).action((place: string, args: InspectCommandLine) => run(io, place, args));
}
