/** `crossloom program`: executes a package's bitstream on a simulated chip, calibrates the chip, and saves it. */
import { type Command, Option } from 'commander';
import { type Chip, countsSince, totalCounts } from '../chip/chip.ts';
import { loadChip } from '../chip/load.ts';
import { readArrays } from '../chip/read.ts';
import { reportOf } from '../chip/rewriting.ts';
import { chipFolder, saveChip } from '../chip/save.ts';
import type { Correction } from '../column-correction.ts';
import { correctionCost } from '../correct/correction-cost.ts';
import { defined } from '../defined.ts';
import { type Diagnostic, raise } from '../diagnostics/diagnostic.ts';
import { openPackage, type Package } from '../package/open.ts';
import { type ProgramChipOptions, programChip, programOnto } from '../program.ts';
import { enduranceUsed, formatProgramming, pulsesPerCell } from '../report/program-table.ts';
import { checkRewrite } from '../rewrite/check-rewrite.ts';
import { correctionOption, rewriteOf, rewriteOptions } from './chip-options.ts';
import { withExamples } from './help.ts';
import { type Io, printDiagnostics, printJson } from './io.ts';
import { seedNumber, time, withJson, withThreads } from './options.ts';
import { checkOutput } from './output.ts';
import { withStages } from './stages.ts';

/** Failed cells that `--json` lists. */
const cellsListed = 100;

/** Programs a chip, or a chip of an earlier package anew, with progress over arrays and layers. */
export function programWithProgress(
  io: Io,
  pkg: Package,
  options: Omit<ProgramChipOptions, 'onArray' | 'onRewrite' | 'onRead' | 'onLayer'>,
  onto?: Chip,
  onProgrammed: () => void = () => {},
): Promise<Chip> {
  return withStages(io, ({ report }) => {
    const hooked: ProgramChipOptions = {
      ...options,
      onArray: (done, total) => {
        report('programming arrays', done, total);
        if (done === total) onProgrammed();
      },
      onRewrite: (done, total) => report('choosing cells to write again', done, total),
      onRead: (done, total) => report('reading arrays', done, total),
      onLayer: (done, total) => report('calibrating layers', done, total),
    };
    return onto ? programOnto(pkg, onto, hooked) : programChip(pkg, hooked);
  });
}

/** Drivers and columns of a chip that are asked for more than they give: at most one of each kind, the worst. */
function currentsOver(io: Io, pkg: Package, chip: Chip, threads?: number): Promise<readonly Diagnostic[]> {
  if (!pkg.loaded.target.wires) return Promise.resolve([]);
  return withStages(io, async ({ report }) => {
    const onArray = (done: number, total: number) => report('solving wires', done, total);
    // A chip that was just calibrated has been solved.
    const options = defined({ onArray, threads });
    return (await readArrays(chip, pkg.loaded.target, { noise: false }, options)).warnings;
  });
}

interface ProgramCommandLine {
  readonly output: string;
  readonly seed: number;
  /** Folder of a chip that goes on from where it is. */
  readonly onto?: string;
  /** false with --no-calibrate. */
  readonly calibrate: boolean;
  readonly correction?: Correction;
  readonly rewrite?: number;
  readonly rewriteWait?: number;
  readonly rewriteFor?: number;
  readonly threads?: number;
  readonly force?: true;
  readonly json?: true;
}

async function run(io: Io, folder: string, args: ProgramCommandLine): Promise<void> {
  const force = args.force ?? false;
  await checkOutput(args.output, force, chipFolder);
  const pkg = await openPackage(folder);
  const { seed, calibrate, correction, threads } = args;
  const before = args.onto === undefined ? undefined : await loadChip(args.onto);
  const rewrite = rewriteOf(args);
  if (rewrite) raise(checkRewrite(pkg.loaded.target, pkg.record, rewrite));
  const options = defined({ seed, calibrate, correction, rewrite, keepHistory: true, threads });
  const start = io.now();
  let seconds = 0;
  const chip = await programWithProgress(io, pkg, options, before, () => {
    seconds = (io.now() - start) / 1000;
  });
  await withStages(io, ({ report }) => {
    report('saving the chip', 0, 1);
    return saveChip(chip, args.output, { force });
  });
  const warnings = await currentsOver(io, pkg, chip, threads);
  const target = pkg.manifest.target.name;
  const corrections = correctionCost(pkg, chip.calibration);
  if (args.json) {
    return printJson(io, 'program', {
      chip: args.output,
      package: folder,
      target,
      seed: chip.seed,
      arrays: chip.header.arrays,
      counters: totalCounts(chip.counters),
      pulsesPerCell: pulsesPerCell(chip),
      failed: chip.failed.slice(0, cellsListed),
      wear: chip.wear,
      enduranceUsed: enduranceUsed(chip, pkg.loaded.target),
      calibratedLayers: chip.calibration?.columns.size ?? 0,
      corrections,
      warnings,
      rewritten: chip.rewritten && reportOf(chip.rewritten),
      onto: args.onto,
      delta: before && totalCounts(countsSince(chip, before)),
    });
  }
  io.stdout(
    `${args.output}: ${folder} on ${target}, seed ${chip.seed}\n\n${formatProgramming(chip, pkg.loaded.target, { before, seconds, corrections })}`,
  );
  printDiagnostics(io, warnings);
}

export function declareProgram(command: Command, io: Io): void {
  command
    .argument('<package>', 'the package')
    .requiredOption('-o, --output <chip>', 'folder of the chip')
    .option('--seed <n>', 'decides all randomness of the devices', seedNumber, 1)
    .addOption(
      new Option(
        '--onto <chip>',
        'execute the delta of the package on this saved chip, which goes on from where it is',
      ).conflicts('seed'),
    )
    .option('--no-calibrate', 'leave gain and bias of the columns as they were compiled')
    .addOption(correctionOption())
    .option('--force', 'replace an existing chip');
  for (const option of rewriteOptions()) command.addOption(option.conflicts('onto'));
  command.addOption(
    new Option(
      '--rewrite-for <time>',
      'after programming, at which errors are to be least (default: the wait between rounds)',
    ).argParser(time),
  );
  withExamples(
    withJson(withThreads(command)),
    'crossloom program mobilenetv2.xbar --seed 1 -o chip1',
    'crossloom program mobilenetv2.xbar --seed 2 -o chip1 --force --json',
    'crossloom program mobilenetv2.xbar -o chip1 --rewrite 4 --rewrite-for 1d',
    'crossloom program tuned.xbar --onto chip1 -o chip2',
  ).action((folder: string, args: ProgramCommandLine) => run(io, folder, args));
}
