/** `crossloom export`: a programmed chip in forms that other tools read. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { compiledOf } from '../../compile/compiled-of.ts';
import { raise } from '../../diagnostics/diagnostic.ts';
import { writeInPlace } from '../../files/write-file.ts';
import { exportQdq } from '../../package/export-qdq.ts';
import { openPackage } from '../../package/open.ts';
import { formatBytes } from '../../report/number.ts';
import { exportOnnx } from '../../simulate/export-onnx.ts';
import { availableThreads } from '../../threads/pool.ts';
import { chipOf } from '../chip-of.ts';
import { withExamples } from '../help.ts';
import type { Io } from '../io.ts';
import { time, wholeNumber } from '../options.ts';
import { checkOutput } from '../output.ts';
import { withStages } from '../stages.ts';
import { exportCells } from './cells.ts';
import { checkExport, outputsOf } from './checks.ts';
import type { ExportCommandLine, Range, WriteFile } from './command-line.ts';
import { netlistText } from './netlist.ts';
import { exportParameters } from './simulators.ts';

async function run(io: Io, folder: string, args: ExportCommandLine): Promise<void> {
  const { force = false, qdq, onnx, spice } = args;
  for (const file of outputsOf(args)) await checkOutput(file, force);
  const pkg = await openPackage(folder);
  raise(checkExport(args, pkg));
  const write: WriteFile = async (file, bytes, what) => {
    await writeInPlace(file, bytes, force);
    io.stdout(`${file}: ${what}, ${formatBytes(bytes.length)}\n`);
  };
  if (qdq !== undefined) {
    const { graph } = await compiledOf(pkg);
    await write(qdq, exportQdq(pkg, graph), 'the quantized model as QDQ');
  }
  const chip = args.chip === undefined ? undefined : await chipOf(args.chip, pkg);
  await exportParameters(io, pkg, chip, args, write);
  if (!chip) return;
  if (onnx !== undefined) {
    const bytes = await withStages(io, ({ report }) =>
      exportOnnx(pkg, chip, args, {
        threads: availableThreads(),
        onArray: (done, total) => report('reading arrays', done, total),
        onLayer: (done, total) => report('calibrating layers', done, total),
      }),
    );
    await write(onnx, bytes, 'the chip as an ONNX graph');
  }
  await exportCells(io, pkg, chip, args, write);
  if (spice !== undefined) {
    const text = netlistText(pkg, chip, args, folder);
    await write(spice, Buffer.from(text), `array ${args.array} as a netlist`);
  }
}

/** Reader of `3-7` or `5`. */
function range(text: string): Range {
  const found = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(text.trim());
  const [first, last] = [Number(found?.[1]), Number(found?.[2] ?? found?.[1])];
  if (!found || last < first) throw new InvalidArgumentError('Write it as 0-31, or as one number.');
  return { first, last };
}

export function declareExport(command: Command, io: Io): void {
  command
    .argument('<package>', 'the package')
    .option('--chip <chip>', 'a chip that was programmed from it; not for --qdq, and not for parameters')
    .option('--onnx <file>', 'the chip as one graph of standard operators, analogue effects included')
    .option('--qdq <file>', 'the quantized model, for other hardware: QuantizeLinear and DequantizeLinear')
    .option('--csv <file>', 'what every cell was told, and what it became')
    .option('--npz <file>', 'the same for NumPy, with scales, faulty cells and pulses')
    .option('--pulses <file>', 'the pulses that were sent to cells, in their order, as CSV')
    .option('--no-pulses', 'of --npz: leave the pulses out')
    .option('--spice <file>', 'one array, or a part of it, as a netlist for ngspice')
    .option('--crosssim <file>', 'the target as parameters of CrossSim, with --chip the conductances beside')
    .option(
      '--aihwkit <file>',
      'the target as a configuration of aihwkit, with --chip the conductances beside',
    )
    .option('--at <time>', 'of the graph: read this long after programming, such as 1d', time, 0)
    .option('--no-noise', 'of the graph: readings without noise')
    .option('--no-wires', 'of graph and netlist: wires without resistance')
    .option('--array <n>', 'of netlist, cells and pulses: one array', wholeNumber(0))
    .addOption(new Option('--rows <range>', 'of the netlist, such as 0-31').argParser(range))
    .addOption(new Option('--columns <range>', 'of the netlist, such as 0-15').argParser(range))
    .option('--force', 'replace existing files');
  withExamples(
    command,
    'crossloom export mobilenetv2.xbar --chip chip1 --onnx chip1.onnx --at 1d --no-noise',
    'crossloom export mobilenetv2.xbar --chip chip1 --spice array5.cir --array 5 --rows 0-31 --columns 0-15',
    'crossloom export mobilenetv2.xbar --chip chip1 --csv cells.csv',
    'crossloom export mobilenetv2.xbar --chip chip1 --npz array5.npz --array 5',
    'crossloom export mobilenetv2.xbar --chip chip1 --crosssim chip1.json',
    'crossloom export mobilenetv2.xbar --qdq mobilenetv2-int8.onnx',
  ).action((folder: string, args: ExportCommandLine) => run(io, folder, args));
}
