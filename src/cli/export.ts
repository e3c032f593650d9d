/** `crossloom export`: a programmed chip in forms that other tools read. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Chip } from '../chip/chip.ts';
import { compiledOf } from '../compile/compiled-of.ts';
import { missingUsage, optionInvalid } from '../diagnostics/all.ts';
import { type Diagnostic, raise } from '../diagnostics/diagnostic.ts';
import { writeInPlace } from '../files/write-file.ts';
import { cellArrays } from '../inspect/cell-arrays.ts';
import { cellTable } from '../inspect/cell-table.ts';
import { layerConductances } from '../inspect/layer-conductances.ts';
import { listPulses, noPulses, pulseTable } from '../inspect/pulse-list.ts';
import { programsOf } from '../inspect/sections.ts';
import { exportQdq } from '../package/export-qdq.ts';
import { bitstreamIn, openPackage, type Package } from '../package/open.ts';
import { counted, formatBytes } from '../report/number.ts';
import { formatTable, texts } from '../report/table.ts';
import { exportOnnx } from '../simulate/export-onnx.ts';
import { aihwkitParameters } from '../target/export/aihwkit.ts';
import { crosssimParameters } from '../target/export/crosssim.ts';
import type { Target } from '../target/target.ts';
import { availableThreads } from '../threads/pool.ts';
import { netlistOf } from '../wires/netlist.ts';
import { chipOf } from './chip-of.ts';
import { withExamples } from './help.ts';
import type { Io } from './io.ts';
import { time, wholeNumber } from './options.ts';
import { checkOutput } from './output.ts';
import { withStages } from './stages.ts';

/** From the first to the last, both included. */
interface Range {
  readonly first: number;
  readonly last: number;
}

interface ExportCommandLine {
  readonly chip?: string;
  readonly qdq?: string;
  readonly onnx?: string;
  readonly spice?: string;
  readonly csv?: string;
  readonly npz?: string;
  readonly crosssim?: string;
  readonly aihwkit?: string;
  /** false with --no-pulses. */
  readonly pulses?: string | false;
  readonly at: number;
  /** false with --no-wires. */
  readonly wires: boolean;
  /** false with --no-noise. */
  readonly noise: boolean;
  readonly array?: number;
  readonly rows?: Range;
  readonly columns?: Range;
  readonly force?: true;
}

/** Cells of a netlist: simulators of circuits take hours for more. */
const mostCells = 65_536;

/** Simulators of crossbars: how their parameters are made, and the conductance that is 1 to them (S). */
const simulators = {
  crosssim: { name: 'CrossSim', parametersOf: crosssimParameters, unit: ({ cell }: Target) => cell.gUseMax },
  aihwkit: { name: 'aihwkit', parametersOf: aihwkitParameters, unit: () => 1e-6 },
} as const;
const simulatorNames = Object.keys(simulators) as (keyof typeof simulators)[];

/** A file beside the JSON of a simulator. */
const besideJson = (file: string, ending: string) => `${file.replace(/\.json$/, '')}${ending}`;

function files(args: ExportCommandLine): readonly string[] {
  const { qdq, onnx, spice, csv, npz, pulses, chip } = args;
  const single = [qdq, onnx, spice, csv, npz, pulses || undefined];
  const several = simulatorNames.flatMap((name) => {
    const file = args[name];
    if (file === undefined) return [];
    return [file, besideJson(file, '.py'), ...(chip === undefined ? [] : [besideJson(file, '.npz')])];
  });
  return [...single, ...several].filter((file) => file !== undefined);
}

async function run(io: Io, folder: string, args: ExportCommandLine): Promise<void> {
  const { force = false } = args;
  if (files(args).length === 0)
    raise([
      missingUsage(
        'crossloom export',
        "one of '--onnx', '--qdq', '--spice', '--npz', '--csv', '--pulses', '--crosssim' and '--aihwkit' is needed",
      ),
    ]);
  for (const file of files(args)) await checkOutput(file, force);
  const pkg = await openPackage(folder);
  raise(checkPlace(args, pkg));
  const write = async (file: string, bytes: Uint8Array, what: string) => {
    await writeInPlace(file, bytes, force);
    io.stdout(`${file}: ${what}, ${formatBytes(bytes.length)}\n`);
  };
  if (args.qdq !== undefined) {
    const { graph } = await compiledOf(pkg);
    await write(args.qdq, exportQdq(pkg, graph), 'the quantized model as QDQ');
  }
  const chip = args.chip === undefined ? undefined : await chipOf(args.chip, pkg);
  for (const name of simulatorNames) {
    const file = args[name];
    if (file === undefined) continue;
    const { target } = pkg.loaded;
    const simulator = simulators[name];
    const { json, python, leftOut } = simulator.parametersOf(target);
    await write(file, Buffer.from(json), `parameters of ${simulator.name}`);
    if (python !== undefined) await write(besideJson(file, '.py'), Buffer.from(python), 'the same as Python');
    if (chip) {
      const bytes = layerConductances(pkg, chip, simulator.unit(target));
      await write(besideJson(file, '.npz'), bytes, 'conductances by layer');
    }
    if (leftOut.length === 0) continue;
    const rows = leftOut.map(({ field, reason }) => [field, reason]);
    io.stdout(
      `\n${formatTable(texts('field of the target', `not in the form of ${simulator.name}`), rows, io.columns)}\n`,
    );
  }
  if (!chip) return;
  if (args.onnx !== undefined) {
    const bytes = await withStages(io, ({ report }) =>
      exportOnnx(pkg, chip, args, {
        threads: availableThreads(),
        onArray: (done, total) => report('reading arrays', done, total),
        onLayer: (done, total) => report('calibrating layers', done, total),
      }),
    );
    await write(args.onnx, bytes, 'the chip as an ONNX graph');
  }
  const arrays = args.array === undefined ? chip.conductances.map((_, array) => array) : [args.array];
  if (args.npz !== undefined) {
    const pulses = args.pulses !== false;
    const bytes = await withStages(io, ({ report }) =>
      cellArrays(pkg, chip, {
        arrays,
        pulses,
        onArray: (done, total) => report('testing cells', done, total),
      }),
    );
    await write(args.npz, bytes, `the cells of ${counted(arrays.length, 'array')} for NumPy`);
  }
  if (args.pulses) {
    const { header, programs } = await programsOf(...bitstreamIn(pkg), new Set(arrays));
    const list = await listPulses(pkg.loaded.target, chip, programs);
    const chunks = [...pulseTable(list)].map((lines) => Buffer.from(lines));
    await write(
      args.pulses,
      Buffer.concat(chunks),
      `${counted(list.array.length, 'pulse')} for ${header.target}`,
    );
  }
  if (args.csv !== undefined) {
    const chunks: Buffer[] = [];
    for await (const lines of cellTable(pkg, chip, arrays)) chunks.push(Buffer.from(lines));
    await write(args.csv, Buffer.concat(chunks), `the cells of ${counted(arrays.length, 'array')}`);
  }
  if (args.spice !== undefined) {
    const text = netlistText(pkg, chip, args, folder);
    await write(args.spice, Buffer.from(text), `array ${args.array} as a netlist`);
  }
}

function checkPlace(
  { chip, onnx, csv, npz, pulses, spice, array, rows, columns }: ExportCommandLine,
  { loaded, manifest }: Package,
): Diagnostic[] {
  const { array: size } = loaded.target;
  const problems: Diagnostic[] = [];
  const { arrays } = manifest.summary;
  if (chip === undefined && (onnx ?? csv ?? npz ?? spice ?? (pulses || undefined)) !== undefined)
    problems.push(
      optionInvalid('--chip', 'this is of a programmed chip', 'Program one with `crossloom program`.'),
    );
  const without = pulses ? noPulses(loaded.target) : undefined;
  if (without !== undefined) problems.push(optionInvalid('--pulses', without));
  if (spice !== undefined && array === undefined)
    problems.push(optionInvalid('--spice', 'a netlist is of one array (--array)'));
  if (array !== undefined && array >= arrays)
    problems.push(optionInvalid(`--array ${array}`, `there are ${arrays} arrays, 0 to ${arrays - 1}`));
  const spans = [
    ['--rows', rows, size.rows],
    ['--columns', columns, size.columns],
  ] as const;
  for (const [flag, range, count] of spans) {
    if (range && spice === undefined)
      problems.push(optionInvalid(flag, 'only a netlist (--spice) has a part'));
    if (range && range.last >= count)
      problems.push(optionInvalid(`${flag} ${range.first}-${range.last}`, `they are 0 to ${count - 1}`));
  }
  const counted = [rows, columns].map((range, axis) =>
    range ? range.last - range.first + 1 : axis === 0 ? size.rows : size.columns,
  );
  const cells = counted[0]! * counted[1]!;
  if (spice !== undefined && cells > mostCells)
    problems.push(
      optionInvalid(
        '--spice',
        `a netlist of ${cells} cells is too large`,
        `Choose at most ${mostCells} by --rows and --columns.`,
      ),
    );
  return problems;
}

function netlistText(
  { loaded }: Package,
  chip: Chip,
  { array = 0, rows, columns, spice: _, wires }: ExportCommandLine,
  folder: string,
): string {
  const { header, conductances, drivers } = chip;
  const [top, bottom] = [rows?.first ?? 0, rows?.last ?? header.rows - 1];
  const [left, right] = [columns?.first ?? 0, columns?.last ?? header.columns - 1];
  const [height, width] = [bottom - top + 1, right - left + 1];
  const part = Float64Array.from({ length: height * width }, (_, at) => {
    const [row, column] = [top + Math.floor(at / width), left + (at % width)];
    return conductances[array]![row * header.columns + column]!;
  });
  const volts = drivers[array]?.vRead ?? loaded.target.driver.vRead;
  const resistances = wires ? loaded.target.wires : undefined;
  const none = { rowSegment: 0, columnSegment: 0, driver: 0, sense: 0, sides: 'one' } as const;
  const about = [
    `array ${array} of ${folder}, target ${header.target}, chip of seed ${chip.seed}`,
    `rows ${top} to ${bottom}, columns ${left} to ${right}, as they were programmed; cells beside them are left out`,
    `all rows driven at ${volts} V; siemens, ohm; i(vsJ) is the current of column J of these`,
  ];
  const voltages = Array.from({ length: height }, () => volts);
  const cells = { conductances: part, rows: height, columns: width };
  return `${[...netlistOf(cells, resistances ?? none, { voltages, about })].join('\n')}\n`;
}

/** Reader of `3-7` or `5`. */
function range(text: string): Range {
  const found = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(text.trim());
  const [first, last] = [Number(found?.[1]), Number(found?.[2] ?? found?.[1])];
  if (!found || last < first) throw new InvalidArgumentError('Write it as 0-31, or as one number.');
  return { first, last };
}

export function registerExport(program: Command, io: Io): void {
  const command = program
    .command('export')
    .description('write a programmed chip in forms that other tools read')
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
