#!/usr/bin/env node
/**
 * The command line: turns arguments into one verb's run, and its outcome into an exit code. One file per verb in cli/.
 */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { registerAsm } from './cli/asm.ts';
import { registerCompile } from './cli/compile.ts';
import { registerDemo } from './cli/demo.ts';
import { registerDisasm } from './cli/disasm.ts';
import { exitCodes, withExamples } from './cli/help.ts';
import { formatInterruption, Interrupted, interruptedExit } from './cli/interrupt.ts';
import { type Io, printDiagnostics, processIo, watchOutput, withPrintable } from './cli/io.ts';
import { registerOps } from './cli/ops.ts';
import { registerProgram } from './cli/program.ts';
import { registerRun } from './cli/run.ts';
import { registerSurvey } from './cli/survey.ts';
import { registerTargets } from './cli/targets.ts';
import { registerTrain } from './cli/train.ts';
import { registerTune } from './cli/tune.ts';
import { registerVerify } from './cli/verify.ts';
import { registerYield } from './cli/yield.ts';
import { DiagnosticError, exitCodeOf } from './diagnostics/diagnostic.ts';
import { version } from './files/version.ts';
import { printableLine } from './text/printable.ts';

/** All verbs, wired to `io`. Never ends the process: a wrong usage throws a CommanderError. */
export function createProgram(io: Io): Command {
  const program = new Command('crossloom')
    .description('Compiles trained ONNX models onto memristor crossbars with FeCAP hidden weights.')
    .version(version)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: io.stdout,
      writeErr: io.stderr,
      getOutHelpWidth: () => io.columns ?? 100,
      getErrHelpWidth: () => io.columns ?? 100,
    });
  withExamples(program, 'crossloom demo', 'crossloom help compile');
  program.addHelpText('after', exitCodes);
  registerDemo(program, io);
  registerCompile(program, io);
  registerProgram(program, io);
  registerVerify(program, io);
  registerTrain(program, io);
  registerTune(program, io);
  registerRun(program, io);
  registerSurvey(program, io);
  registerYield(program, io);
  registerDisasm(program, io);
  registerAsm(program, io);
  registerTargets(program, io);
  registerOps(program, io);
  return program;
}

/** Whether the operating system refused something, such as a missing right, a full disk, or a path with a NUL in it. */
function isEnvironmentError(error: unknown): error is Error {
  if (!(error instanceof Error && 'code' in error)) return false;
  return (
    'syscall' in error || (error.code === 'ERR_INVALID_ARG_VALUE' && error.message.includes('null bytes'))
  );
}

/**
 * Runs one command line.
 * @param args the arguments after the program's name
 * @returns the exit code: 0, that of the diagnostics, 2 for usage and environment, 130 after Ctrl-C, 70 for our own bugs
 */
export async function main(args: readonly string[], world: Io): Promise<number> {
  const io = withPrintable(world);
  try {
    await createProgram(io).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof DiagnosticError) {
      printDiagnostics(io, error.diagnostics);
      return exitCodeOf(error.diagnostics);
    }
    if (error instanceof Interrupted) {
      io.stderr(formatInterruption(error, args));
      return interruptedExit;
    }
    if (isEnvironmentError(error)) {
      io.stderr(`error: ${printableLine(error.message)}\n`);
      return 2;
    }
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    io.stderr(`This is a bug in Crossloom, please report it with the command line: ${printableLine(text)}\n`);
    if (io.env.CROSSLOOM_DEBUG === '1') io.stderr(`${error instanceof Error ? error.stack : ''}\n`);
    else io.stderr('CROSSLOOM_DEBUG=1 adds the stack trace.\n');
    return 70;
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const io = processIo();
  watchOutput(io);
  process.exitCode = await main(process.argv.slice(2), io);
}
