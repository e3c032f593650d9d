/** `crossloom report`: a package, a chip of it and its verifications as one page. */
import type { Command } from 'commander';
import { defined } from '../defined.ts';
import { reportWrongPackage } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { together } from '../diagnostics/together.ts';
import { version } from '../files/version.ts';
import { writeInPlace } from '../files/write-file.ts';
import { floorplanOf } from '../inspect/floorplan.ts';
import { inspectPackage } from '../inspect/inspect-package.ts';
import { lookAtCells } from '../inspect/look-at-cells.ts';
import { openPackage, type Package } from '../package/open.ts';
import { counted, formatBytes } from '../report/number.ts';
import type { Verified } from '../report/page/content.ts';
import { reportPage } from '../report/page/report.ts';
import { readReport } from '../report/schemas/read-report.ts';
import { effectsOf, notModelled } from '../target/effects.ts';
import { chipOf } from './chip-of.ts';
import { commandLine } from './command-line.ts';
import { withExamples } from './help.ts';
import type { Io } from './io.ts';
import { repeated, seedNumber } from './options.ts';
import { checkOutput } from './output.ts';
import { withStages } from './stages.ts';

interface ReportCommandLine {
  readonly output: string;
  readonly chip?: string;
  readonly verify?: readonly string[];
  readonly seed: number;
  readonly force?: true;
}

async function run(io: Io, folder: string, args: ReportCommandLine): Promise<void> {
  const { output, force = false, seed } = args;
  await checkOutput(output, force);
  const pkg = await openPackage(folder);
  const [chip, verified] = await together(
    args.chip === undefined ? Promise.resolve(undefined) : chipOf(args.chip, pkg),
    readVerified(args.verify ?? [], pkg),
  );
  const page = await withStages(io, async ({ report }) => {
    const look = await inspectPackage(pkg, {
      seed,
      onArray: (done, total) => report('reading arrays', done, total),
    });
    const cells = await lookAtCells(pkg, {
      ...defined({ chip }),
      onArray: (done, total) => report('reading cells', done, total),
    });
    const { manifest, bitstream, loaded } = pkg;
    report('drawing', 0, 1);
    return reportPage({
      ...{
        folder,
        manifest,
        bitstream,
        target: loaded.target,
        look,
        plan: floorplanOf(pkg),
        cells,
        verified,
      },
      ...(chip && { chip: { folder: args.chip!, chip } }),
      effects: effectsOf(loaded.target, chip?.calibration !== undefined, manifest.summary.layers),
      ...{ notModelled, crossloom: version, commandLine: commandLine(io, words(folder, args)) },
    });
  });
  const bytes = Buffer.from(page);
  await writeInPlace(output, bytes, force);
  io.stdout(`${output}: ${formatBytes(bytes.length)}, ${counted(pkg.manifest.summary.arrays, 'array')}\n`);
}

function words(folder: string, args: ReportCommandLine): readonly string[] {
  const { output, chip, verify = [], seed } = args;
  const reports = verify.flatMap((path) => ['--verify', path]);
  // A chip tells what programming it took: no other is asked.
  const subject = chip === undefined ? ['--seed', String(seed)] : ['--chip', chip];
  return ['report', folder, ...subject, ...reports, '-o', output];
}

/** @throws DiagnosticError report/unreadable, report/wrong-package, of all of them at once */
async function readVerified(paths: readonly string[], { bitstream }: Package): Promise<readonly Verified[]> {
  return together(
    ...paths.map(async (path): Promise<Verified> => {
      const report = await readReport(path, 'verify');
      const of = report.package.bitstream;
      raise(of === bitstream ? [] : [reportWrongPackage(path, bitstream, of)]);
      return { path, report };
    }),
  );
}

export function registerReport(program: Command, io: Io): void {
  const command = program
    .command('report')
    .description('write a package, a chip of it and its verifications as one page that needs nothing else')
    .argument('<package>', 'the package')
    .requiredOption('-o, --output <file.html>', 'the page')
    .option('--chip <chip>', 'a programmed chip: what its cells came to, and what programming it took')
    .option(
      '--verify <report.json>',
      'what `verify --json` printed, or `verify --output` wrote, of this package; can be repeated',
      repeated,
    )
    .option('--seed <n>', 'the chip from which the cost of programming is expected', seedNumber, 1)
    .option('--force', 'replace the file');
  withExamples(
    command,
    'crossloom report mobilenetv2.xbar -o report.html',
    'crossloom report mobilenetv2.xbar --chip chip1 --verify verify.json -o report.html',
  ).action((folder: string, args: ReportCommandLine) => run(io, folder, args));
}
