/** `crossloom characterize`: runs a target's own experiments, and writes pictures, numbers and one page with all of them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { characterize } from '../characterize/characterize.ts';
import { optionInvalid } from '../diagnostics/all.ts';
import type { Characterization } from '../figures/characterization.ts';
import { type FolderKind, writeFolder } from '../files/write-folder.ts';
import { counted } from '../report/number.ts';
import { characterizationPage } from '../report/page/characterization.ts';
import { figureCsv } from '../report/plots/csv.ts';
import { figureFile } from '../report/plots/draw-figure.ts';
import { named } from '../report/schemas/name.ts';
import { formatTable, numbers, texts } from '../report/table.ts';
import { loadTarget } from '../target/load.ts';
import { withExamples } from './help.ts';
import { type Io, printJson } from './io.ts';
import { seedNumber, withJson, withSet } from './options.ts';
import { checkOutput } from './output.ts';
import { withStages } from './stages.ts';

interface CharacterizeCommandLine {
  readonly output: string;
  readonly seed: number;
  readonly accuracy: boolean;
  readonly set: readonly string[];
  readonly force?: true;
  readonly json?: true;
}

/** The file by which such a folder is known. */
const numbersFile = 'figures.json';

const figureFolder: FolderKind = {
  marker: numbersFile,
  otherwise: (path, reason) => optionInvalid(`--output ${path}`, reason, 'Choose another folder.'),
};

async function run(io: Io, nameOrPath: string, args: CharacterizeCommandLine): Promise<void> {
  const { output, seed, accuracy, set, force = false } = args;
  await checkOutput(output, force, figureFolder);
  const loaded = await loadTarget(nameOrPath, set);
  const made = await withStages(io, ({ report }) =>
    characterize(loaded, {
      seed,
      accuracy,
      onExperiment: (done, total, name) => report('experiments', done, total, name),
      onStep: report,
    }),
  );
  await writeFolder(output, figureFolder, force, (folder) => writeFigures(folder, made));
  if (args.json) return printJson(io, 'characterize', made);
  const rows = made.figures.map(({ name, title, assumed }) => [name, title, String(assumed.length)]);
  io.stdout(formatTable([...texts('figure', 'title'), ...numbers('assumed')], rows));
  io.stdout(
    `\n${join(output, 'index.html')}: ${counted(made.figures.length, 'figure')} of ${made.name}, seed ${seed}\n`,
  );
}

async function writeFigures(folder: string, made: Characterization): Promise<void> {
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  await write('index.html', characterizationPage(made));
  await write(numbersFile, `${JSON.stringify(named('characterize', made), null, 1)}\n`);
  for (const figure of made.figures) {
    await write(`${figure.name}.svg`, figureFile(figure));
    await write(`${figure.name}.csv`, figureCsv(figure));
  }
}

export function declareCharacterize(command: Command, io: Io): void {
  command
    .argument('<target>', 'a bundled target, or the path of a target file')
    .requiredOption('-o, --output <dir>', 'the folder of the page (index.html), of SVG and CSV files')
    .option('--seed <n>', 'decides all randomness of the devices', seedNumber, 1)
    .option(
      '--no-accuracy',
      'leave out accuracy by the number of levels, which takes longer than all the rest',
    )
    .option('--force', 'replace a folder that this verb wrote');
  withExamples(
    withSet(withJson(command)),
    'crossloom characterize leti-fecap-130nm -o leti',
    'crossloom characterize chip.yaml --set programming.readNoise="0.5 uS" --seed 2 -o chip-figures',
  ).action((target: string, args: CharacterizeCommandLine) => run(io, target, args));
}
