/**
 * The pulses that programming sends to the cells of a chip, in their order: its programs once more, with its seed, while somebody looks.
 * Readings stand between them as the scheme asks for them, and are not listed; nor are pulses that train devices.
 */
import type { Chip } from '../chip/chip.ts';
import { programWatched } from '../chip/execute-array.ts';
import { optionInvalid } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import type { Passes } from '../ir/passes.ts';
import type { ArrayProgram } from '../ir/schedule.ts';
import { schemeOf } from '../schemes/models.ts';
import { pulseKinds } from '../schemes/scheme.ts';
import type { Target } from '../target/target.ts';

/** Pulse i goes to a cell of an array; all columns have one length. */
export interface PulseList {
  readonly array: Uint32Array;
  readonly row: Uint16Array;
  readonly column: Uint16Array;
  /** Index into `pulseKinds`. */
  readonly kind: Uint8Array;
  /** Amplitude with its sign (V); NaN where the target does not say it. */
  readonly voltage: Float32Array;
}

/** Pulses of a list: 13 bytes each. */
const mostPulses = 2 ** 26;

/** Why programming is no list of pulses to the cells of a fresh chip; undefined where it is one. */
export function noPulses(target: Target, passes: Passes | undefined): string | undefined {
  if (passes)
    return 'layers take passes over the chip, and what a pass sends depends on what the one before it left';
  if (schemeOf(target).pulses) return undefined;
  return `the scheme ${target.programming.scheme} says what cells become, and not by which pulses`;
}

/** The columns of a list that grows, and its length. */
function openList() {
  let length = 0;
  const columns = {
    array: new Uint32Array(1 << 16),
    row: new Uint16Array(1 << 16),
    column: new Uint16Array(1 << 16),
    kind: new Uint8Array(1 << 16),
    voltage: new Float32Array(1 << 16),
  };
  const grow = <T extends Uint32Array | Uint16Array | Uint8Array | Float32Array>(old: T): T => {
    const next = new (old.constructor as new (length: number) => T)(2 * old.length);
    next.set(old);
    return next;
  };
  return {
    add(array: number, row: number, column: number, kind: number, voltage: number): void {
      if (length === columns.array.length) {
        if (length >= mostPulses)
          raise([
            optionInvalid(
              '--pulses',
              `there are more than ${mostPulses} pulses`,
              'Choose one array by --array, or leave them out by --no-pulses.',
            ),
          ]);
        columns.array = grow(columns.array);
        columns.row = grow(columns.row);
        columns.column = grow(columns.column);
        columns.kind = grow(columns.kind);
        columns.voltage = grow(columns.voltage);
      }
      columns.array[length] = array;
      columns.row[length] = row;
      columns.column[length] = column;
      columns.kind[length] = kind;
      columns.voltage[length] = voltage;
      length++;
    },
    list: (): PulseList => ({
      array: columns.array.subarray(0, length),
      row: columns.row.subarray(0, length),
      column: columns.column.subarray(0, length),
      kind: columns.kind.subarray(0, length),
      voltage: columns.voltage.subarray(0, length),
    }),
  };
}

/**
 * @param chip of this target, programmed at once
 * @param programs of some of its arrays
 * @throws DiagnosticError options/invalid where a chip was not programmed by these programs alone, or got parallel updates; and for lists
 *   that are too long
 */
export async function listPulses(
  target: Target,
  chip: Chip,
  programs: AsyncIterable<ArrayProgram> | Iterable<ArrayProgram>,
): Promise<PulseList> {
  const { header, seed, conductances } = chip;
  const { add, list } = openList();
  for await (const program of programs) {
    const { array, instructions } = program;
    const others = instructions.some(({ op }) => op === 'update' || op === 'update-bits');
    const programmed = others
      ? undefined
      : programWatched({ header, target, seed }, program, (cell, kind, voltage) => {
          const row = Math.floor(cell / header.columns);
          add(array, row, cell - row * header.columns, pulseKinds.indexOf(kind), voltage);
        });
    if (programmed?.every((g, cell) => g === conductances[array]![cell])) continue;
    raise([
      optionInvalid(
        '--pulses',
        `array ${array} was not programmed by the package's bitstream alone: deltas, writing again and parallel updates have no list`,
        'Program a chip from the package at once, or leave the pulses out by --no-pulses.',
      ),
    ]);
  }
  return list();
}

/** A list as CSV, piece after piece: header, then a line for each pulse; an amplitude that the target does not say is empty. */
export function* pulseTable({
  array,
  row,
  column,
  kind,
  voltage,
}: PulseList): Generator<string, void, undefined> {
  yield 'array,row,column,pulse,voltage_V\n';
  const piece = 1 << 14;
  for (let first = 0; first < array.length; first += piece) {
    let lines = '';
    for (let i = first; i < Math.min(first + piece, array.length); i++) {
      const volts = voltage[i]!;
      lines += `${array[i]},${row[i]},${column[i]},${pulseKinds[kind[i]!]},${Number.isNaN(volts) ? '' : volts.toPrecision(7)}\n`;
    }
    yield lines;
  }
}
