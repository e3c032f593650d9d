/** `crossloom cost`: energy, latency and area of an inference and of programming. */
import type { Command } from 'commander';
import { costPackage } from '../cost/cost.ts';
import { optionInvalid } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { openPackage, type Package } from '../package/open.ts';
import { formatCost } from '../report/cost-text.ts';
import { loadTarget } from '../target/load.ts';
import type { LoadedTarget } from '../target/target.ts';
import { withExamples } from './help.ts';
import { type Io, printJson } from './io.ts';
import { seedNumber, withJson } from './options.ts';
import { withStages } from './stages.ts';

/** Lends its circuits to targets that name none. */
const usualLender = 'isaac-128';

interface CostCommandLine {
  readonly circuits?: string;
  readonly seed: number;
  readonly json?: true;
}

async function run(io: Io, folder: string, { circuits, seed, json }: CostCommandLine): Promise<void> {
  const pkg = await openPackage(folder);
  const lender = await lenderOf(pkg, circuits);
  const cost = await withStages(io, ({ report }) =>
    costPackage(pkg, {
      circuits: lender,
      seed,
      onArray: (done, total) => report('reading arrays', done, total),
    }),
  );
  const { manifest } = pkg;
  const about = { package: folder, target: manifest.target.name, model: manifest.model.file };
  if (json) return printJson(io, 'cost', { ...about, ...cost });
  io.stdout(`${folder}: ${about.model} on ${about.target}, by Crossloom ${manifest.crossloom}\n\n`);
  io.stdout(formatCost(cost));
}

/** The target that was asked for; else the package's own where it has circuits, and the usual one where not. */
async function lenderOf({ loaded }: Package, asked: string | undefined): Promise<LoadedTarget> {
  if (asked === undefined && loaded.target.circuits) return loaded;
  const lender = await loadTarget(asked ?? usualLender);
  if (lender.target.circuits) return lender;
  throw new DiagnosticError([
    optionInvalid(`--circuits ${asked}`, 'this target has no section `circuits`', `${usualLender} has one.`),
  ]);
}

export function registerCost(program: Command, io: Io): void {
  const command = program
    .command('cost')
    .description(
      'tell what an inference and programming take: energy, latency and area, by part and by layer',
    )
    .argument('<package>', 'the package')
    .option(
      '--circuits <target>',
      `count the circuits of another target, all of them assumed (default: the package's own, or where its target names none those of ${usualLender})`,
    )
    .option('--seed <n>', 'the chip from which the cost of programming is expected', seedNumber, 1);
  withExamples(
    withJson(command),
    'crossloom cost mobilenetv2.xbar',
    'crossloom cost mobilenetv2.xbar --circuits isaac-128 --json',
  ).action((folder: string, args: CostCommandLine) => run(io, folder, args));
}
