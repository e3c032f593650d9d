/** What `crossloom export` is asked for, held against the package -> what is wrong with it. */
import { missingUsage, optionInvalid } from '../../diagnostics/all.ts';
import { type Diagnostic, raise } from '../../diagnostics/diagnostic.ts';
import { noPulses } from '../../inspect/pulse-list.ts';
import type { Package } from '../../package/open.ts';
import type { ExportCommandLine } from './command-line.ts';
import { besideJson, simulatorNames } from './simulators.ts';

/** Cells of a netlist: simulators of circuits take hours for more. */
const mostCells = 65_536;

/** @throws DiagnosticError usage/missing, where nothing is to be written */
export function outputsOf(args: ExportCommandLine): readonly string[] {
  const { qdq, onnx, spice, csv, npz, pulses, chip } = args;
  const single = [qdq, onnx, spice, csv, npz, pulses || undefined];
  const several = simulatorNames.flatMap((name) => {
    const file = args[name];
    if (file === undefined) return [];
    return [file, besideJson(file, '.py'), ...(chip === undefined ? [] : [besideJson(file, '.npz')])];
  });
  const all = [...single, ...several].filter((file) => file !== undefined);
  if (all.length === 0)
    raise([
      missingUsage(
        'crossloom export',
        "one of '--onnx', '--qdq', '--spice', '--npz', '--csv', '--pulses', '--crosssim' and '--aihwkit' is needed",
      ),
    ]);
  return all;
}

export function checkExport(
  { chip, onnx, csv, npz, pulses, spice, array, rows, columns }: ExportCommandLine,
  { loaded, manifest }: Package,
): Diagnostic[] {
  const { array: size } = loaded.target;
  const problems: Diagnostic[] = [];
  const { arrays, passes } = manifest.summary;
  if (chip === undefined && (onnx ?? csv ?? npz ?? spice ?? (pulses || undefined)) !== undefined)
    problems.push(
      optionInvalid('--chip', 'this is of a programmed chip', 'Program one with `crossloom program`.'),
    );
  const without = pulses ? noPulses(loaded.target, passes) : undefined;
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
