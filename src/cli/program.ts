/** `crossloom program`: executes a package's bitstream on a simulated chip, calibrates the chip, and saves it. */
import type { Command } from 'commander';
import { type Chip, totalCounts } from '../chip/chip.ts';
import { chipFolder, saveChip } from '../chip/save.ts';
import { openPackage, type Package } from '../package/open.ts';
import { type ProgramChipOptions, programChip } from '../program.ts';
import { formatProgramming, pulsesPerCell } from '../report/program-table.ts';
import { withExamples } from './help.ts';
import { type Io, printJson } from './io.ts';
import { wholeNumber, withJson, withThreads } from './options.ts';
import { checkOutput } from './output.ts';
import { withStages } from './stages.ts';

/** Failed cells that `--json` lists. */
const cellsListed = 100;

/** Programs a chip, with progress over arrays and layers. */
export function programWithProgress(
  io: Io,
  pkg: Package,
  options: Pick<ProgramChipOptions, 'seed' | 'calibrate' | 'threads'>,
): Promise<Chip> {
  return withStages(io, ({ report }) =>
    programChip(pkg, {
      ...options,
      onArray: (done, total) => report('programming arrays', done, total),
      onLayer: (done, total) => report('calibrating layers', done, total),
    }),
  );
}

interface ProgramCommandLine {
  readonly output: string;
  readonly seed: number;
  /** false with --no-calibrate. */
  readonly calibrate: boolean;
  readonly threads?: number;
  readonly force?: true;
  readonly json?: true;
}

async function run(io: Io, folder: string, args: ProgramCommandLine): Promise<void> {
  const force = args.force ?? false;
  await checkOutput(args.output, force, chipFolder);
  const pkg = await openPackage(folder);
  const { seed, calibrate, threads } = args;
  const chip = await programWithProgress(io, pkg, {
    seed,
    calibrate,
    ...(threads !== undefined && { threads }),
  });
  await saveChip(chip, args.output, { force });
  const target = pkg.manifest.target.name;
  if (args.json) {
    return printJson(io, {
      chip: args.output,
      package: folder,
      target,
      seed: chip.seed,
      arrays: chip.header.arrays,
      counters: totalCounts(chip.counters),
      pulsesPerCell: pulsesPerCell(chip),
      failed: chip.failed.slice(0, cellsListed),
      wear: chip.wear,
      calibratedLayers: chip.calibration?.size ?? 0,
    });
  }
  io.stdout(`${args.output}: ${folder} on ${target}, seed ${chip.seed}\n\n${formatProgramming(chip)}`);
}

export function registerProgram(program: Command, io: Io): void {
  const command = program
    .command('program')
    .description('program a simulated chip from a package, cell by cell, and calibrate it')
    .argument('<package>', 'the package')
    .requiredOption('-o, --output <chip>', 'folder of the chip')
    .option('--seed <n>', 'decides all randomness of the devices', wholeNumber(0), 1)
    .option('--no-calibrate', 'leave gain and bias of the columns as they were compiled')
    .option('--force', 'replace an existing chip');
  withExamples(
    withJson(withThreads(command)),
    'crossloom program mobilenetv2.xbar --seed 1 -o chip1',
    'crossloom program mobilenetv2.xbar --seed 2 -o chip1 --force --json',
  ).action((folder: string, args: ProgramCommandLine) => run(io, folder, args));
}
