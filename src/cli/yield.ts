/** `crossloom yield`: how many chips of a kind a package suits, before and after their faulty cells are worked around. */
import type { Command } from 'commander';
import { surveyChip } from '../chip/survey.ts';
import { mapAroundFaults } from '../compile/stages.ts';
import { defined } from '../defined.ts';
import { boundNotMet, optionInvalid } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import type { FaultReport } from '../ir/fault-report.ts';
import { parseOptions } from '../ir/options.ts';
import { mappingOf } from '../package/mapping-of.ts';
import { openPackage } from '../package/open.ts';
import { formatCount, formatShare } from '../report/number.ts';
import { formatTable, numbers } from '../report/table.ts';
import { withExamples } from './help.ts';
import { type Io, printJson } from './io.ts';
import { decimal, percent, seedNumber, wholeNumber, withJson, withThreads } from './options.ts';
import { withStages } from './stages.ts';

interface YieldCommandLine {
  readonly dies: number;
  readonly seed: number;
  readonly maxNoise: number;
  readonly minYield?: number;
  readonly threads?: number;
  readonly json?: true;
}

interface Die extends Omit<FaultReport, 'worst'> {
  readonly seed: number;
}

async function run(io: Io, folder: string, args: YieldCommandLine): Promise<void> {
  const { dies: count, seed: first, maxNoise, minYield, threads } = args;
  const pkg = await openPackage(folder);
  const { loaded, record } = pkg;
  const { target } = loaded;
  const mapping = mappingOf(pkg);
  if (mapping.passes)
    raise([
      optionInvalid(
        folder,
        'its layers take passes, and faults are worked around on arrays that are written once',
      ),
    ]);
  const options = parseOptions(pkg.manifest.options, 'the options of the package');
  const dies: Die[] = [];
  await withStages(io, async ({ report }) => {
    const total = count * mapping.arrays;
    for (let seed = first; seed < first + count; seed++) {
      const faults = await surveyChip(loaded, {
        arrays: mapping.arrays,
        seed,
        ...defined({ threads }),
        onArray: (done) => report('testing arrays', dies.length * mapping.arrays + done, total),
      });
      const { faultReport } = mapAroundFaults({ mapping, faults, record, target, options });
      const { worst: _, ...rest } = faultReport;
      dies.push({ seed, ...rest });
    }
  });
  const shareOf = (noise: (die: Die) => number) =>
    dies.filter((die) => noise(die) <= maxNoise).length / dies.length;
  const before = shareOf((die) => die.before.noise);
  const after = shareOf((die) => die.after.noise);
  if (args.json) printJson(io, 'yield', { package: folder, maxNoise, yield: { before, after }, dies });
  else io.stdout(`${formatDies(dies)}\n${summary(dies, maxNoise, before, after)}`);
  if (minYield !== undefined && 100 * after < minYield)
    raise([boundNotMet(`--min-yield ${minYield}`, `${formatShare(after)} of the dies`)]);
}

function formatDies(dies: readonly Die[]): string {
  return formatTable(
    numbers('die', 'faulty cells', 'off their digit', 'noise', 'not saved', 'noise left'),
    dies.map(({ seed, faulty, before, after }) => [
      String(seed),
      ...[faulty, before.cells].map(formatCount),
      before.noise.toPrecision(3),
      formatCount(after.cells),
      after.noise.toPrecision(3),
    ]),
  );
}

function summary(dies: readonly Die[], maxNoise: number, before: number, after: number): string {
  const good = (share: number) => `${formatShare(share)} of ${dies.length} dies`;
  return `noise of at most ${maxNoise}: ${good(before)} with the columns in order, ${good(after)} worked around\n`;
}

export function declareYield(command: Command, io: Io): void {
  command
    .argument('<package>', 'the package')
    .option('--dies <n>', 'chips that are sampled', wholeNumber(1, 100_000), 5)
    .option('--seed <n>', 'of the first chip', seedNumber, 1)
    .option(
      '--max-noise <x>',
      "bound on what faulty cells do to all columns together, as a share of a column's signal",
      decimal(0, 1e6),
      0.1,
    )
    .option('--min-yield <percent>', 'fail where fewer of the dies, worked around, stay within it', percent);
  withExamples(
    withJson(withThreads(command)),
    'crossloom yield mobilenetv2.xbar --dies 20',
    'crossloom yield mobilenetv2.xbar --dies 20 --max-noise 0.01 --min-yield 95 --json',
  ).action((folder: string, args: YieldCommandLine) => run(io, folder, args));
}
