/** `crossloom compile`: an ONNX model -> a package, and the table of what it needs. */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { compile } from '../compile/compile.ts';
import { integerWarnings } from '../compile/integer-warnings.ts';
import { passes } from '../compile/stages.ts';
import { compileWarnings } from '../compile/warnings.ts';
import { defined } from '../defined.ts';
import { missingUsage, optionInvalid, syntheticCalibration } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { together } from '../diagnostics/together.ts';
import { writeFolder } from '../files/write-folder.ts';
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
import {
  checkPasses,
  type PassFlags,
  passFolder,
  passHooks,
  StageReached,
  stageNames,
} from './pass-output.ts';
import { withPreprocessing } from './preprocessing.ts';
import { withStages } from './stages.ts';

interface CompileArguments extends CompileFlags, CalibrationFlags, PassFlags {
  /** Absent where the compilation stops before there is a package. */
  readonly output?: string;
  readonly force?: true;
  /** File of the fault map of the one chip that this is for. */
  readonly faults?: string;
}

interface CompileOutcome {
  readonly compiled: Compiled;
  readonly manifest: Manifest;
  readonly output: string;
  /** Of all files of the package. */
  readonly bytes: number;
}

/**
 * Compiles and writes the package. What can fail early is checked before anything that takes long.
 * @returns undefined where the compilation stopped at a stage before its end
 */
export async function compileModel(
  io: Io,
  model: string,
  args: CompileArguments,
): Promise<CompileOutcome | undefined> {
  const { force = false, saveStages, stopAfter } = args;
  const output = outputOf(args);
  return withStages(io, async ({ report }) => {
    const onProgress = compileStages(report);
    onProgress('lower', 0, 1);
    const [{ options, loaded }, read] = await together(
      loadOptions(args),
      readModel(model),
      ...(output === undefined ? [] : [checkOutput(output, force, packageFolder)]),
      ...(saveStages === undefined ? [] : [checkOutput(saveStages, force, passFolder)]),
    );
    const imported = { ...read, file: model };
    const faults =
      args.faults === undefined ? undefined : await readFaultMap(args.faults, loaded.target.array);
    checkPasses(args, { options, target: loaded.target, ...defined({ faults }) });
    checkPatterns(options, imported.graph, commandLine(io, ['ops', model]));
    const input = await openCalibration(args, imported, options.calibrationSamples);
    printDiagnostics(io, input.warnings);
    const compileInto = (folder?: string) =>
      compile(
        imported,
        loaded,
        options,
        input.calibration,
        passHooks(io, args, folder, onProgress),
        faults,
      ).catch((error: unknown) => {
        if (error instanceof StageReached) return undefined;
        throw error;
      });
    const compiled =
      saveStages === undefined
        ? await compileInto()
        : await writeFolder(saveStages, passFolder, force, compileInto);
    if (!compiled || output === undefined) {
      io.stdout(stoppedText(stopAfter!, saveStages));
      return undefined;
    }
    if (isMadeUp(compiled.record))
      printDiagnostics(io, [syntheticCalibration(model, loaded.target.adc.bits)]);
    report('checking the mapping', 0, 1);
    printDiagnostics(io, await compileWarnings(compiled, loaded));
    printDiagnostics(io, await integerWarnings(imported, compiled, loaded, input.calibration));
    const { preprocessing } = input;
    const onArray = (done: number, total: number) => report('writing the package', done, total);
    onArray(0, compiled.mapping.arrays);
    const manifest = await writePackage(compiled, output, { force, preprocessing, onArray });
    return { compiled, manifest, output, bytes: await packageBytes(output, manifest) };
  });
}

/** Where the package goes; a compilation that stops at a stage writes none. */
function outputOf({ output, stopAfter }: CompileArguments): string | undefined {
  if (output === undefined && stopAfter === undefined)
    raise([missingUsage('crossloom compile', "required option '-o, --output <name.xbar>' not specified")]);
  if (output !== undefined && stopAfter !== undefined)
    raise([optionInvalid('--output', `nothing is written where the compilation stops after ${stopAfter}`)]);
  return output;
}

const stoppedText = (stage: string, folder: string | undefined) =>
  `stopped after ${stage}: no package is written${folder === undefined ? '' : `, and what passes made is in ${folder}`}\n`;

async function packageBytes(folder: string, { files }: Manifest): Promise<number> {
  const all = [packageFiles.manifest, ...Object.keys(files)];
  const sizes = await Promise.all(all.map(async (file) => (await stat(join(folder, file))).size));
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
  const outcome = await compileModel(io, file, args);
  if (!outcome) return;
  const { compiled, manifest, output, bytes } = outcome;
  if (args.json) {
    const { model, target, options, files, summary, faults } = manifest;
    const { values: _values, provenance: _provenance, ...chip } = target;
    return printJson(io, 'compile', {
      package: output,
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
  io.stdout(`${output}: ${formatBytes(bytes)}\n`);
}

export function declareCompile(command: Command, io: Io): void {
  const whole = wholeNumber(1);
  command
    .argument('<model>', 'the ONNX file')
    .option('-o, --output <name.xbar>', 'folder of the package')
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
    .option('--chips <n>', 'chips that there are: layers that do not fit take passes over them', whole)
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
  command
    .addOption(
      oneOf('--stop-after <stage>', 'go no further, and write no package', stageNames).conflicts('json'),
    )
    .option('--save-stages <dir>', 'a folder for what every pass made, as text');
  withExamples(
    withJson(withDataLimit(withPreprocessing(command, 'found beside model or data'))),
    'crossloom compile mobilenetv2.onnx --target tetramem-256-6bit --preset imagenet --calibrate images/ -o mobilenetv2.xbar',
    'crossloom compile net.onnx --options net.yaml --set adc.bits=6 --calibration old.xbar -o net.xbar --force',
  ).action((model: string, args: CompileCommandLine) => run(io, model, args));
}
