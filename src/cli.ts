#!/usr/bin/env node
/**
 * The command line: turns arguments into one verb's run, and its outcome into an exit code. One file per verb in cli/.
 */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { registerAsm } from './cli/asm.ts';
import { registerCharacterize } from './cli/characterize.ts';
import { registerCompile } from './cli/compile.ts';
import { registerCompletion } from './cli/completion.ts';
import { registerCost } from './cli/cost.ts';
import { registerDemo } from './cli/demo.ts';
import { registerDiff } from './cli/diff.ts';
import { registerDisasm } from './cli/disasm.ts';
import { registerExplain } from './cli/explain.ts';
import { registerExport } from './cli/export/export.ts';
import { failureOf } from './cli/failure.ts';
import { registerFit } from './cli/fit.ts';
import { withMainExamples } from './cli/help.ts';
import { registerInspect } from './cli/inspect.ts';
import { type Io, printDiagnostics, processIo, watchOutput, withPrintable } from './cli/io.ts';
import { asksForJson, jsonErrors } from './cli/json-errors.ts';
import { registerOps } from './cli/ops.ts';
import { registerProgram } from './cli/program.ts';
import { registerReport } from './cli/report.ts';
import { registerRun } from './cli/run.ts';
import { registerSurvey } from './cli/survey.ts';
import { registerSweep } from './cli/sweep.ts';
import { registerTargets } from './cli/targets.ts';
import { registerTrain } from './cli/train.ts';
import { registerTune } from './cli/tune.ts';
import { registerVerify } from './cli/verify.ts';
import { registerVersion } from './cli/version.ts';
import { registerWhere } from './cli/where.ts';
import { registerWorker } from './cli/worker.ts';
import { registerYield } from './cli/yield.ts';

/** All verbs, wired to `io`. Never ends the process: a wrong usage throws a CommanderError. */
export function createProgram(io: Io): Command {
  const program = new Command('crossloom')
    .description('Compiles trained ONNX models onto memristor crossbars with FeCAP hidden weights.')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: io.stdout,
      writeErr: io.stderr,
      // All that is wrong is told at once, by failureOf.
      outputError: () => {},
      getOutHelpWidth: () => io.columns ?? 100,
      getErrHelpWidth: () => io.columns ?? 100,
    });
  withMainExamples(program, 'crossloom demo', 'crossloom help compile');
  registerDemo(program, io);
  registerCompile(program, io);
  registerProgram(program, io);
  registerVerify(program, io);
  registerTrain(program, io);
  registerTune(program, io);
  registerSweep(program, io);
  registerWorker(program, io);
  registerRun(program, io);
  registerSurvey(program, io);
  registerYield(program, io);
  registerInspect(program, io);
  registerWhere(program, io);
  registerCost(program, io);
  registerExplain(program, io);
  registerDiff(program, io);
  registerReport(program, io);
  registerExport(program, io);
  registerDisasm(program, io);
  registerAsm(program, io);
  registerTargets(program, io);
  registerFit(program, io);
  registerCharacterize(program, io);
  registerOps(program, io);
  registerCompletion(program, io);
  registerVersion(program, io);
  return program;
}

/**
 * Runs one command line.
 * @param args the arguments after the program's name
 * @returns the exit code: 0, that of the diagnostics, 2 for usage and environment, 130 after Ctrl-C, 70 for our own bugs
 */
export async function main(args: readonly string[], world: Io): Promise<number> {
  const printable = withPrintable(world);
  const json = asksForJson(args) ? jsonErrors(printable) : undefined;
  const io = json?.io ?? printable;
  const program = createProgram(io);
  const exit = await program.parseAsync(args, { from: 'user' }).then(
    () => 0,
    (error: unknown) => {
      const failure = failureOf(error, program, args, io);
      if (failure.text !== undefined && !json) io.stderr(failure.text);
      else printDiagnostics(io, failure.errors);
      return failure.exit;
    },
  );
  json?.end(exit);
  return exit;
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const io = processIo();
  watchOutput(io);
  process.exitCode = await main(process.argv.slice(2), io);
}
