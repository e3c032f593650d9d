/** `crossloom compile`: an ONNX model -> a package, and the table of what it needs. */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { Given } from '../compile/artefacts.ts';
import { compile } from '../compile/compile.ts';
import type { CompileHooks } from '../compile/compiled.ts';
import { integerWarnings } from '../compile/integer-warnings.ts';
import { printMade } from '../compile/print.ts';
import { passes } from '../compile/stages.ts';
import { compileWarnings } from '../compile/warnings.ts';
import { defined } from '../defined.ts';
import { optionInvalid, syntheticCalibration } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { together } from '../diagnostics/together.ts';
import { isMadeUp } from '../ir/calibration-record.ts';
import type { Compiled } from '../ir/compiled.ts';
import { readFaultMap } from '../ir/fault-map.ts';
import { defaultTarget } from '../ir/options.ts';
import { readModel } from '../onnx/decode.ts';
import { type Manifest, packageFiles } from '../package/manifest.ts';
import { packageFolder, writePackage } from '../package/write.ts';
import { formatDigital, formatLayers, formatOverLimit, formatTotals } from '../report/compile-table.ts';
import { formatFaults } from '../report/fault-table.ts';
import { formatBytes } from '../report/number.ts';
import { type CalibrationFlags, openCalibration } from './calibration-input.ts';
import { commandLine } from './command-line.ts';
import { type CompileFlags, checkPatterns, loadOptions } from './compile-options.ts';
import { compileStages } from './compile-stages.ts';
import { withExamples } from './help.ts';
import { type Io, printDiagnostics, printJson } from './io.ts';
import { oneOf, recordOption, repeated, wholeNumber, withDataLimit, withJson, withSet } from './options.ts';
import { checkOutput } from './output.ts';
import { withPreprocessing } from './preprocessing.ts';
import { withStages } from './stages.ts';

interface CompileArguments extends CompileFlags, CalibrationFlags {
  readonly output: string;
  readonly force?: true;
  readonly printAfter?: string;
  /** File of the fault map of the one chip that this is for. */
  readonly faults?: string;
}

interface CompileOutcome {
  readonly compiled: Compiled;
  readonly manifest: Manifest;
  /** Of all files of the package. */
  readonly bytes: number;
}

/** Compiles and writes the package. What can fail early is checked before anything that takes long. */
export async function compileModel(io: Io, model: string, args: CompileArguments): Promise<CompileOutcome> {
  const { force = false } = args;
  return withStages(io, async ({ report }) => {
    const onProgress = compileStages(report);
    onProgress('lower', 0, 1);
    const [{ options, loaded }, read] = await together(
      loadOptions(args),
      readModel(model),
      checkOutput(args.output, force, packageFolder),
    );
    const imported = { ...read, file: model };
    const faults =
      args.faults === undefined ? undefined : await readFaultMap(args.faults, loaded.target.array);
    checkRuns(args.printAfter, { options, target: loaded.target, ...defined({ faults }) });
    checkPatterns(options, imported.graph, commandLine(io, ['ops', model]));
    const input = await openCalibration(args, imported, options.calibrationSamples);
    printDiagnostics(io, input.warnings);
    const hooks: CompileHooks = {
      onProgress,
      onPass: (name, made) => {
        if (name === args.printAfter) io.stdout(`${printMade(made)}\n`);
      },
    };
    const compiled = await compile(imported, loaded, options, input.calibration, hooks, faults);
    if (isMadeUp(compiled.record))
      printDiagnostics(io, [syntheticCalibration(model, loaded.target.adc.bits)]);
    report('checking the mapping', 0, 1);
    printDiagnostics(io, await compileWarnings(compiled, loaded));
    printDiagnostics(io, await integerWarnings(imported, compiled, loaded, input.calibration));
    const { preprocessing } = input;
    const onArray = (done: number, total: number) => report('writing the package', done, total);
    onArray(0, compiled.mapping.arrays);
    const manifest = await writePackage(compiled, args.output, { force, preprocessing, onArray });
    return { compiled, manifest, bytes: await packageBytes(args.output) };
  });
}

/** @throws DiagnosticError where a pass whose result is to be printed does not run */
function checkRuns(pass: string | undefined, given: Given): void {
  const idle = passes.find(({ name }) => name === pass)?.idle?.(given);
  if (idle) raise([optionInvalid(`--print-after ${pass}`, `${idle} this pass does not run`)]);
}

async function packageBytes(folder: string): Promise<number> {
  const sizes = await Promise.all(
    Object.values(packageFiles).map(async (file) => (await stat(join(folder, file))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The command that shows the target of a compilation, as the user named it. */
export function showTarget(io: Io, { options }: Pick<Compiled, 'options'>): string {
  const overrides = options.set.flatMap((text) => ['--set', text]);
  return commandLine(io, ['targets', 'show', options.target, ...overrides]);
}

interface CompileCommandLine extends CompileArguments {
  readonly json?: true;
}

async function run(io: Io, file: string, args: CompileCommandLine): Promise<void> {
  const { compiled, manifest, bytes } = await compileModel(io, file, args);
  if (args.json) {
    const { model, target, options, files, summary, faults } = manifest;
    const { values: _values, provenance: _provenance, ...chip } = target;
    return printJson(io, 'compile', {
      package: args.output,
      bytes,
      model,
      target: chip,
      options,
      files,
      summary,
      faults,
      overLimit: compiled.expected?.over,
    });
  }
  io.stdout(formatLayers(compiled.summary, io.columns));
  io.stdout(`\n${formatTotals(compiled.summary, compiled.loaded, showTarget(io, compiled))}`);
  if (compiled.expected) io.stdout(formatOverLimit(compiled.expected));
  io.stdout(formatDigital(compiled.summary, commandLine(io, ['ops', file])));
  if (compiled.faults) io.stdout(`\n${formatFaults(compiled.faults)}\n`);
  io.stdout(`${args.output}: ${formatBytes(bytes)}\n`);
}

export function registerCompile(program: Command, io: Io): void {
  const whole = wholeNumber(1);
  const command = program
    .command('compile')
    .description('compile a trained ONNX model into a package for a chip')
    .argument('<model>', 'the ONNX file')
    .requiredOption('-o, --output <name.xbar>', 'folder of the package')
    .option('--target <target>', `a bundled target, or the path of a target file (default: ${defaultTarget})`)
    .option('--options <file.yaml>', 'options of the compilation (docs/options.md); flags override it')
    .option('--calibrate <data>', 'sample inputs, as docs/data.md lists their formats')
    .addOption(recordOption())
    .option('--samples <n>', 'calibration samples used at most', whole)
    .option('--slices <n>', 'cells, or pairs of cells, per weight', whole)
    .option('--copies <n>', 'times that every digit is stored, or auto', (text) =>
      text === 'auto' ? text : whole(text),
    )
    .option('--repeats <n>', 'rows of one column that hold every digit, driven together', whole)
    .option('--residual', 'aim each part of a weight at what the others are read to lack')
    .addOption(oneOf('--encoding <e>', 'of signed weights', ['auto', 'differential', 'offset']))
    .option('--weight-bits <n>', 'bits of a weight, sign included', whole)
    .option('--input-bits <n>', "bits of the codes of the layers' inputs, or auto", (text) =>
      text === 'auto' ? text : whole(text),
    )
    .addOption(oneOf('--converter-range <policy>', 'of the converters', ['mse', 'max', 'percentile']))
    .addOption(oneOf('--activation-range <policy>', "of the layers' inputs", ['mse', 'minmax', 'percentile']))
    .addOption(
      oneOf('--wire-correction <how>', "for the resistance of the target's wires", [
        'auto',
        'none',
        'gains',
        'levels',
      ]),
    )
    .option('--rows-used <n>', 'rows of an array that are filled, from the sensed end on', whole)
    .option('--columns-used <n>', 'columns of an array that are filled, from the drivers on', whole)
    .option('--arrays <n>', 'arrays that may be used', whole)
    .option('--folded-mib <n>', 'MiB that constants may take when they are folded', whole)
    .option('--faults <faults.json>', 'fault map of the one chip that this is for (docs/faults.md)')
    .addOption(
      new Option(
        '--keep-digital <pattern>',
        'nodes that stay digital; * stands for any characters (repeatable)',
      )
        .argParser(repeated)
        .default([], 'none'),
    )
    .option('--no-bias-correction', 'leave the mean quantization error where it is')
    .option('--force', 'replace an existing package');
  withSet(command).addOption(
    new Option('--print-after <pass>', 'print the model as it is after a pass')
      .choices(passes.map(({ name }) => name))
      .conflicts('json'),
  );
  withExamples(
    withJson(withDataLimit(withPreprocessing(command, 'found beside model or data'))),
    'crossloom compile mobilenetv2.onnx --target tetramem-256-6bit --preset imagenet --calibrate images/ -o mobilenetv2.xbar',
    'crossloom compile net.onnx --options net.yaml --set adc.bits=6 --calibration old.xbar -o net.xbar --force',
  ).action((model: string, args: CompileCommandLine) => run(io, model, args));
}
