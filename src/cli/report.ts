/** `crossloom report`: a package, a chip of it and its verifications as one page. */
import type { Command } from 'commander';
import { raise } from '../diagnostics/diagnostic.ts';
import { together } from '../diagnostics/together.ts';
import { writeInPlace } from '../files/write-file.ts';
import { openPackage, type Package } from '../package/open.ts';
import { counted, formatBytes } from '../report/number.ts';
import { foreignReport, gatherReport } from '../report/page/gather.ts';
import { reportPage } from '../report/page/report.ts';
import { readReport } from '../report/schemas/read-report.ts';
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
  readonly explain?: readonly string[];
  readonly seed: number;
  readonly force?: true;
}

async function run(io: Io, folder: string, args: ReportCommandLine): Promise<void> {
  const { output, force = false, seed } = args;
  await checkOutput(output, force);
  const pkg = await openPackage(folder);
  const [chip, verified, explained] = await together(
    args.chip === undefined ? Promise.resolve(undefined) : chipOf(args.chip, pkg),
    readAll(args.verify, 'verify', pkg),
    readAll(args.explain, 'explain', pkg),
  );
  const page = await withStages(io, async ({ report }) => {
    const content = await gatherReport(pkg, {
      ...(chip && { chip: { folder: args.chip!, chip } }),
      ...{ verified, explained, seed },
      commandLine: commandLine(io, words(folder, args)),
      onArray: report,
    });
    report('drawing', 0, 1);
    return reportPage(content);
  });
  const bytes = Buffer.from(page);
  await writeInPlace(output, bytes, force);
  io.stdout(`${output}: ${formatBytes(bytes.length)}, ${counted(pkg.manifest.summary.arrays, 'array')}\n`);
}

function words(folder: string, args: ReportCommandLine): readonly string[] {
  const { output, chip, verify = [], explain = [], seed } = args;
  const reports = [verify.map((path) => ['--verify', path]), explain.map((path) => ['--explain', path])];
  // A chip tells what programming it took: no other is asked.
  const subject = chip === undefined ? ['--seed', String(seed)] : ['--chip', chip];
  return ['report', folder, ...subject, ...reports.flat(2), '-o', output];
}

/** @throws DiagnosticError report/unreadable, report/wrong-package, of all of them at once */
async function readAll<Name extends 'verify' | 'explain'>(
  paths: readonly string[] = [],
  name: Name,
  pkg: Package,
) {
  return together(
    ...paths.map(async (path) => {
      const read = { path, report: await readReport(path, name) };
      raise(foreignReport(read, pkg));
      return read;
    }),
  );
}

export function declareReport(command: Command, io: Io): void {
  command
    .argument('<package>', 'the package')
    .requiredOption('-o, --output <file.html>', 'the page')
    .option('--chip <chip>', 'a programmed chip: what its cells came to, and what programming it took')
    .option(
      '--verify <report.json>',
      'what `verify --json` printed, or `verify --output` wrote, of this package; can be repeated',
      repeated,
    )
    .option(
      '--explain <report.json>',
      'what `explain --json` printed, of this package: what each effect takes; can be repeated',
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
