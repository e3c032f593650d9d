/** `crossloom diff`: what differs between two bitstreams, packages or chips. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { readSections } from '../bitstream/decode.ts';
import { chipJson } from '../chip/chip-file.ts';
import { loadChip } from '../chip/load.ts';
import { optionInvalid } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { diffChips } from '../inspect/diff-chips.ts';
import { type LayerTallies, tallyLayers } from '../inspect/diff-layers.ts';
import { diffPrograms } from '../inspect/diff-programs.ts';
import { readPrograms } from '../package/bitstreams.ts';
import { packageFiles } from '../package/manifest.ts';
import { placedMappingOf } from '../package/mapping-of.ts';
import { openPackage } from '../package/open.ts';
import { readManifest } from '../package/read-manifest.ts';
import { formatChipsDiff, formatProgramsDiff } from '../report/diff-text.ts';
import { withExamples } from './help.ts';
import { type Io, printJson } from './io.ts';
import { withJson } from './options.ts';

interface DiffCommandLine {
  readonly package?: string;
  readonly json?: true;
}

const isPackage = (place: string) => existsSync(join(place, packageFiles.manifest));
const isChip = (place: string) => !isPackage(place) && existsSync(join(place, chipJson));

async function run(io: Io, before: string, after: string, args: DiffCommandLine): Promise<void> {
  const chips = [before, after].filter(isChip);
  if (chips.length === 1)
    throw new DiagnosticError([
      optionInvalid(
        `${before} ${after}`,
        `${chips[0]} is a chip, and the other is none: they cannot be compared`,
      ),
    ]);
  const layers = await layersFor(args.package ?? [before, after].find(isPackage));
  const places = { before, after };
  if (chips.length > 0) {
    const diff = diffChips(await loadChip(before), await loadChip(after), layers);
    if (args.json)
      return printJson(io, 'diff', { ...places, of: 'chips', ...diff, layers: layers?.layers() });
    return io.stdout(formatChipsDiff(diff, layers?.layers()));
  }
  const [first, second] = await Promise.all(
    [before, after].map(async (place) =>
      isPackage(place)
        ? readPrograms({ files: place, ...(await readManifest(place)) })
        : readSections(place, place),
    ),
  );
  const diff = await diffPrograms(first!, second!, layers);
  if (args.json)
    return printJson(io, 'diff', { ...places, of: 'bitstreams', ...diff, layers: layers?.layers() });
  io.stdout(formatProgramsDiff(diff, layers?.layers()));
}

/** By the places of one package. */
async function layersFor(folder: string | undefined): Promise<LayerTallies | undefined> {
  if (folder === undefined) return undefined;
  const pkg = await openPackage(folder);
  return tallyLayers(placedMappingOf(pkg), pkg.loaded.target.array);
}

export function declareDiff(command: Command, io: Io): void {
  command
    .argument('<before>', 'a package, an .xbs file, or a chip')
    .argument('<after>', 'another of the same kind')
    .option('--package <package>', 'where the layers of chips or .xbs files lie');
  withExamples(
    withJson(command),
    'crossloom diff 6bit.xbar 8bit.xbar',
    'crossloom diff chip1 chip2 --package mobilenetv2.xbar',
  ).action((before: string, after: string, args: DiffCommandLine) => run(io, before, after, args));
}
