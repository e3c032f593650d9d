/** One array of a programmed chip, or a part of it -> its netlist. */
import type { Chip } from '../../chip/chip.ts';
import type { Package } from '../../package/open.ts';
import { netlistOf } from '../../wires/netlist.ts';
import type { ExportCommandLine } from './command-line.ts';

export function netlistText(
  { loaded }: Package,
  chip: Chip,
  { array = 0, rows, columns, wires }: ExportCommandLine,
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
