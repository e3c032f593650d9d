/** `crossloom targets staircase`: what a chip's transfers make of every digit, error source by error source. */
import type { Command } from 'commander';
import { noTransfers } from '../../diagnostics/all.ts';
import { DiagnosticError } from '../../diagnostics/diagnostic.ts';
import { counted, formatCount } from '../../report/number.ts';
import { formatPhysics, formatStaircase } from '../../report/staircase-table.ts';
import { transferLawIn } from '../../schemes/transfer/cells.ts';
import { transferPhysics } from '../../schemes/transfer/fecap/physics.ts';
import { staircase } from '../../schemes/transfer/staircase.ts';
import { loadTarget } from '../../target/load.ts';
import { withExamples } from '../help.ts';
import { type Io, printJson } from '../io.ts';
import { seedNumber, wholeNumber, withJson, withSet } from '../options.ts';

interface StaircaseCommandLine {
  readonly circuits: number;
  readonly transfers: number;
  readonly seed: number;
  readonly set: readonly string[];
  readonly json?: true;
}

async function run(io: Io, nameOrPath: string, args: StaircaseCommandLine): Promise<void> {
  const { target, overrides } = await loadTarget(nameOrPath, args.set);
  const { array } = target;
  const law = transferLawIn(target);
  if (!law) throw new DiagnosticError([noTransfers(nameOrPath)]);
  const { circuits, transfers, seed } = args;
  const physics = transferPhysics(law, array);
  const levels = staircase(law, array.columns, { circuits, transfers, seed });
  if (args.json) {
    const name = target.name;
    return printJson(io, 'targets-staircase', {
      name,
      overrides,
      circuits,
      transfers,
      seed,
      ...physics,
      levels,
    });
  }
  io.stdout(
    `${target.name}: G+ - G- in uS, ${transfers} transfers of every digit in each of ${circuits} circuits, seed ${seed}\n\n`,
  );
  io.stdout(formatStaircase(law, levels));
  const wrong = levels.reduce((sum, { signErrors }) => sum + signErrors * circuits * transfers, 0);
  io.stdout(
    `\nFrom \`sigma\` on: standard deviations, of all error sources and of each alone. ${counted(Math.round(wrong), 'sign')} of ${formatCount(levels.length * circuits * transfers)} sensed wrongly.\n`,
  );
  io.stdout(formatPhysics(physics, law, array));
}

export function declareStaircase(command: Command, io: Io): void {
  command
    .argument('<target>', 'a bundled target, or the path of a target file')
    .option('--circuits <n>', 'synapses, each with its own devices', wholeNumber(1, 100_000), 33)
    .option('--transfers <n>', 'of every digit in each of them', wholeNumber(1, 10_000), 6)
    .option('--seed <n>', 'decides all randomness of the devices', seedNumber, 1);
  withExamples(
    withSet(withJson(command)),
    'crossloom targets staircase leti-fecap-130nm',
    'crossloom targets staircase leti-fecap-130nm --circuits 1000 --set hidden.ageing.spent=5e6 --json',
  ).action((name: string, args: StaircaseCommandLine) => run(io, name, args));
}
