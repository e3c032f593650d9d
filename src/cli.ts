#!/usr/bin/env node
/**
 * The command line: turns arguments into one verb's run, and its outcome into an exit code. One file per verb in cli/, loaded
 * when it is named.
 */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { failureOf } from './cli/failure.ts';
import { withMainExamples } from './cli/help.ts';
import { type Io, printDiagnostics, processIo, watchOutput, withPrintable } from './cli/io.ts';
import { asksForJson, jsonErrors } from './cli/json-errors.ts';
import { addVerbs, type Words, wordsOf } from './cli/verb.ts';
import { verbs } from './cli/verbs.ts';
import { withVersion } from './cli/version.ts';

/**
 * All verbs, wired to `io`. Never ends the process: a wrong usage throws a CommanderError.
 * @param words that name the verbs which are to be there whole; of the others help knows what it lists
 */
export async function createProgram(io: Io, words: Words = 'all'): Promise<Command> {
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
  withVersion(program, io);
  await addVerbs(program, io, verbs, words);
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
  const program = await createProgram(io, wordsOf(args));
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
