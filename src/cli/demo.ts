/** `crossloom demo`: the whole path on the bundled MobileNet-V2, for a chip of plain cells and one with hidden planes. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import type { Command } from 'commander';
import { type ArrayCounters, totalCounts } from '../chip/chip.ts';
import { saveChip } from '../chip/save.ts';
import type { Dataset } from '../data/dataset.ts';
import { openDataset } from '../data/open.ts';
import { packageExists } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { installRoot } from '../files/install-root.ts';
import { readModel } from '../onnx/decode.ts';
import { openPackage } from '../package/open.ts';
import { formatTotals } from '../report/compile-table.ts';
import { formatComparison } from '../report/demo-table.ts';
import { formatCount } from '../report/number.ts';
import { formatProgrammingBriefly } from '../report/program-table.ts';
import type { ModelFile } from '../verify/options.ts';
import type { VerifyReport } from '../verify/report.ts';
import { verify } from '../verify/verify.ts';
import { commandLine } from './command-line.ts';
import { compileModel, showTarget } from './compile.ts';
import { withExamples } from './help.ts';
import { type Io, printJson } from './io.ts';
import { wholeNumber, withJson } from './options.ts';
import { programWithProgress } from './program.ts';
import { openResults } from './results.ts';
import { withStages } from './stages.ts';

interface DemoCommandLine {
  readonly images: number;
  readonly keep?: string;
  readonly json?: true;
}

interface DemoTarget {
  readonly name: string;
  readonly about: string;
}

const targets: readonly DemoTarget[] = [
  { name: 'tetramem-256-6bit', about: 'memristors of 64 levels, written by write-verify' },
  { name: 'leti-fecap-130nm', about: 'FeCAP hidden weights, transferred into memristors of 8 levels' },
];

const seed = 1;

/** What every step needs. */
interface Demo {
  readonly io: Io;
  /** Prints for people; says nothing with --json. */
  readonly say: (text: string) => void;
  readonly folder: string;
  /** Whether what is in it stays. */
  readonly kept: boolean;
  readonly fixture: string;
  readonly model: ModelFile;
  readonly data: Dataset;
  readonly images: number;
}

/** @param fixture folder with model.onnx, preprocess.yaml, and a test and a calibration part of idx files */
export async function demo(io: Io, args: DemoCommandLine, fixture = bundledFixture()): Promise<void> {
  const { keep, json } = args;
  if (keep !== undefined && existsSync(keep)) raise([packageExists(keep)]);
  const start = io.now();
  const file = join(fixture, 'model.onnx');
  const model = { ...(await readModel(file)), file };
  const data = await openDataset(fixture, { preprocessing: join(fixture, 'preprocess.yaml') });
  const images = Math.min(args.images, data.length);
  if (keep !== undefined) await mkdir(keep);
  const folder = keep ?? (await mkdtemp(join(tmpdir(), 'crossloom-demo-')));
  const say = json ? () => undefined : io.stdout;
  try {
    say('A MobileNet-V2 trained on Fashion-MNIST in floating point, on simulated memristor chips; ');
    say(`${formatCount(images)} test images.\n`);
    const results: DemoResult[] = [];
    for (const target of targets)
      results.push(
        await runTarget(
          { io, say, folder, kept: keep !== undefined, fixture, model, data, images },
          target,
          results[0]?.package,
        ),
      );
    if (json) return printJson(io, 'demo', { images, seed, results });
    say(`\nTop-1 accuracy, one programmed chip each:\n\n${formatComparison(results.map((r) => r.report))}`);
    const kept = keep === undefined ? '' : `; packages and chips are in ${keep}`;
    say(`\n${((io.now() - start) / 1000).toFixed(0)} s in all${kept}.\n`);
  } finally {
    if (keep === undefined) await rm(folder, { recursive: true, force: true });
  }
}

function bundledFixture(): string {
  return join(installRoot(), 'fixtures', 'fashion-mobilenetv2');
}

interface DemoResult {
  readonly target: string;
  readonly package: string;
  readonly programming: ArrayCounters;
  readonly report: VerifyReport;
}

/**
 * Compiles, programs and verifies for one target, and says so as the commands that do the same.
 * @param earlier package whose calibration record serves again: what layers see does not depend on the target
 */
async function runTarget(demo: Demo, { name, about }: DemoTarget, earlier?: string): Promise<DemoResult> {
  const { io, say, folder, kept, fixture, model, data, images } = demo;
  const output = join(folder, `${name}.xbar`);
  const chipFolder = join(folder, `${name}-chip`);
  const modelPath = shortPath(model.file);
  const command = (...words: readonly string[]) => say(`\n$ ${commandLine(io, words)}\n`);
  // What is removed again is shown as if it were made here: then the lines work too.
  const shown = (path: string) => (kept ? path : basename(path));
  say(`\n${name}: ${about}\n`);

  const samples = `${fixture}#calibration`;
  const source =
    earlier === undefined ? ['--calibrate', shortPath(samples)] : ['--calibration', shown(earlier)];
  command('compile', modelPath, '--target', name, ...source, '-o', shown(output));
  const outcome = await compileModel(io, model.file, {
    output,
    target: name,
    ...(earlier === undefined ? { calibrate: samples } : { calibration: earlier }),
    set: [],
    keepDigital: [],
    biasCorrection: true,
  });
  const { compiled } = outcome!;
  say(formatTotals(compiled.summary, compiled.loaded, showTarget(io, compiled)));

  command('program', shown(output), '--seed', `${seed}`, '-o', shown(chipFolder));
  const pkg = await openPackage(output);
  const chip = await programWithProgress(io, pkg, { seed });
  await saveChip(chip, chipFolder);
  say(formatProgrammingBriefly(chip));

  const flags = [
    ...['--model', modelPath, '--data', shortPath(fixture)],
    ...['--images', `${images}`, '--wires', 'on'],
  ];
  command('verify', shown(output), ...flags, '--chip', shown(chipFolder));
  const store = await openResults(io);
  const report = await withStages(io, (stages) =>
    verify(pkg, model, data, {
      ...{ chips: [chip], images, wires: 'on', layers: false, store },
      onProgress: stages.report,
    }),
  );
  const { float, mapped } = report;
  say(`top-1 ${mapped.top1?.mean.toFixed(1)} %, in floating point ${float.top1?.toFixed(1)} %\n`);
  return { target: name, package: output, programming: totalCounts(chip.counters), report };
}

/** As seen from the working directory, where that is shorter. */
function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.length < path.length && short !== '' ? short : path;
}

export function declareDemo(command: Command, io: Io): void {
  command
    .option('--images <n>', 'test images, of 1,000', wholeNumber(1), 500)
    .option('--keep <dir>', 'keep packages and chips in this new folder');
  withExamples(withJson(command), 'crossloom demo', 'crossloom demo --images 200 --keep demo').action(
    (args: DemoCommandLine) => demo(io, args),
  );
}
