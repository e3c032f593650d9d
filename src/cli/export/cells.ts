/** The cells of a programmed chip, and the pulses that they were sent, as files. */
import type { Chip } from '../../chip/chip.ts';
import { cellArrays } from '../../inspect/cell-arrays.ts';
import { cellTable } from '../../inspect/cell-table.ts';
import { listPulses, pulseTable } from '../../inspect/pulse-list.ts';
import { programsOf } from '../../inspect/sections.ts';
import type { Package } from '../../package/open.ts';
import { counted } from '../../report/number.ts';
import type { Io } from '../io.ts';
import { withStages } from '../stages.ts';
import type { ExportCommandLine, WriteFile } from './command-line.ts';

export async function exportCells(
  io: Io,
  pkg: Package,
  chip: Chip,
  { array, npz, pulses, csv }: ExportCommandLine,
  write: WriteFile,
): Promise<void> {
  const arrays = array === undefined ? chip.conductances.map((_, at) => at) : [array];
  const cells = `the cells of ${counted(arrays.length, 'array')}`;
  if (npz !== undefined) {
    const bytes = await withStages(io, ({ report }) =>
      cellArrays(pkg, chip, {
        ...{ arrays, pulses: pulses !== false },
        onArray: (done, total) => report('testing cells', done, total),
      }),
    );
    await write(npz, bytes, `${cells} for NumPy`);
  }
  if (pulses) {
    const { header, programs } = await programsOf(pkg, new Set(arrays));
    const list = await listPulses(pkg.loaded.target, chip, programs);
    const chunks = [...pulseTable(list)].map((lines) => Buffer.from(lines));
    await write(pulses, Buffer.concat(chunks), `${counted(list.array.length, 'pulse')} for ${header.target}`);
  }
  if (csv !== undefined) {
    const chunks: Buffer[] = [];
    for await (const lines of cellTable(pkg, chip, arrays)) chunks.push(Buffer.from(lines));
    await write(csv, Buffer.concat(chunks), cells);
  }
}
