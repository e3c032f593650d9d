/** `crossloom demo`: the whole path on the bundled MobileNet-V2, for a chip of plain cells and one with hidden planes. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Command } from 'commander';
import { totalCounts } from '../chip/chip.ts';
import { saveChip } from '../chip/save.ts';
import type { Dataset } from '../data/dataset.ts';
import { openDataset } from '../data/open.ts';
import { installRoot } from '../install-root.ts';
import { readModel } from '../onnx/decode.ts';
import { openPackage } from '../package/open.ts';
import { formatTotals } from '../report/compile-table.ts';
import { formatComparison } from '../report/demo-table.ts';
import { formatCount } from '../report/number.ts';
import { formatProgrammingBriefly } from '../report/program-table.ts';
import type { VerifyReport } from '../verify/report.ts';
import { type ModelFile, verify } from '../verify/verify.ts';
import { compileModel } from './compile.ts';
import { withExamples } from './help.ts';
import { type Io, printJson } from './io.ts';
import { wholeNumber, withJson } from './options.ts';
import { checkOutput } from './output.ts';
import { programWithProgress } from './program.ts';
import { withStages } from './stages.ts';

interface DemoCommandLine {
  readonly images: number;
  readonly keep?: string;
  readonly json?: true;
}

interface DemoTarget {
  readonly name: string;
  readonly about: string;
  /** Where the target's own number is not meant. */
  readonly slices?: number;
}

const targets: readonly DemoTarget[] = [
  { name: 'tetramem-256-6bit', about: 'memristors of 64 levels, written by write-verify' },
  {
    name: 'leti-fecap-130nm',
    about: 'FeCAP hidden weights, transferred into memristors of 8 levels',
    slices: 2,
  },
];

const seed = 1;

/** What every step needs. */
interface Demo {
  readonly io: Io;
  /** Prints for people; says nothing with --json. */
  readonly say: (text: string) => void;
  readonly folder: string;
  readonly fixture: string;
  readonly model: ModelFile;
  readonly data: Dataset;
  readonly images: number;
}

async function run(io: Io, args: DemoCommandLine): Promise<void> {
  const { keep, json } = args;
  if (keep !== undefined) await checkOutput(keep, false);
  const start = io.now();
  const fixture = join(installRoot(), 'fixtures', 'fashion-mobilenetv2');
  const file = join(fixture, 'model.onnx');
  const model = { ...(await readModel(file)), file };
  const data = await openDataset(fixture, { preprocessing: join(fixture, 'preprocess.yaml') });
  const images = Math.min(args.images, data.length);
  if (keep !== undefined) await mkdir(keep);
  const folder = keep ?? (await mkdtemp(join(tmpdir(), 'crossloom-demo-')));
  const say = json ? () => undefined : io.stdout;
  try {
    say(
      `A MobileNet-V2 trained on Fashion-MNIST in floating point, on simulated memristor chips; ${formatCount(images)} test images.\n`,
    );
    const results: { target: string; programming: unknown; report: VerifyReport }[] = [];
    for (const target of targets)
      results.push(await runTarget({ io, say, folder, fixture, model, data, images }, target));
    if (json) return printJson(io, { images, seed, results });
    say(`\nTop-1 accuracy, one programmed chip each:\n\n${formatComparison(results.map((r) => r.report))}`);
    say(
      `\n${((io.now() - start) / 1000).toFixed(0)} s in all${keep ? `; packages and chips are in ${keep}` : ''}.\n`,
    );
  } finally {
    if (keep === undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** Compiles, programs and verifies for one target, and says so as the commands that do the same. */
async function runTarget(demo: Demo, { name, about, slices }: DemoTarget) {
  const { io, say, folder, fixture, model, data, images } = demo;
  const output = join(folder, `${name}.xbar`);
  const chipFolder = join(folder, `${name}-chip`);
  const command = (...words: readonly string[]) => say(`\n$ crossloom ${words.join(' ')}\n`);
  const [modelPath, dataPath, calibrate] = [model.file, fixture, `${fixture}#calibration`].map(shortPath) as [
    string,
    string,
    string,
  ];
  say(`\n${name}: ${about}\n`);

  const sliced = slices === undefined ? [] : ['--slices', `${slices}`];
  command('compile', modelPath, '--target', name, ...sliced, '--calibrate', calibrate, '-o', output);
  const { compiled } = await compileModel(io, model.file, {
    output,
    target: name,
    ...(slices !== undefined && { slices }),
    calibrate: `${fixture}#calibration`,
    set: [],
    keepDigital: [],
    biasCorrection: true,
  });
  say(formatTotals(compiled.summary, compiled.loaded));

  command('program', output, '--seed', `${seed}`, '-o', chipFolder);
  const pkg = await openPackage(output);
  const chip = await programWithProgress(io, pkg, seed);
  await saveChip(chip, chipFolder);
  say(formatProgrammingBriefly(chip));

  command(
    'verify',
    output,
    '--model',
    modelPath,
    '--data',
    dataPath,
    '--images',
    `${images}`,
    '--chip',
    chipFolder,
  );
  const report = await withStages(io, (stages) =>
    verify(pkg, model, data, { chips: [chip], images, onProgress: stages.report }),
  );
  const { float, mapped } = report;
  say(`top-1 ${mapped.top1?.mean.toFixed(1)} %, in floating point ${float.top1?.toFixed(1)} %\n`);
  return { target: name, programming: totalCounts(chip.counters), report };
}

/** As seen from the working directory, where that is shorter. */
function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.length < path.length && short !== '' ? short : path;
}

export function registerDemo(program: Command, io: Io): void {
  const command = program
    .command('demo')
    .description('compile the bundled MobileNet-V2 for two chips, program them, and measure their accuracy')
    .option('--images <n>', 'test images, of 1,000', wholeNumber(1), 1000)
    .option('--keep <dir>', 'keep packages and chips in this new folder');
  withExamples(withJson(command), 'crossloom demo', 'crossloom demo --images 200 --keep demo').action(
    (args: DemoCommandLine) => run(io, args),
  );
}
