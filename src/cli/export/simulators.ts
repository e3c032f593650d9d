/** A target as parameters of simulators of crossbars, and what their forms leave out; of a chip the conductances too. */
import type { Chip } from '../../chip/chip.ts';
import { layerConductances } from '../../inspect/layer-conductances.ts';
import type { Package } from '../../package/open.ts';
import { formatTable, texts } from '../../report/table.ts';
import { aihwkitParameters } from '../../target/export/aihwkit.ts';
import { crosssimParameters } from '../../target/export/crosssim.ts';
import type { Target } from '../../target/target.ts';
import type { Io } from '../io.ts';
import type { ExportCommandLine, WriteFile } from './command-line.ts';

/** Simulators of crossbars: how their parameters are made, and the conductance that is 1 to them (S). */
const simulators = {
  crosssim: { name: 'CrossSim', parametersOf: crosssimParameters, unit: ({ cell }: Target) => cell.gUseMax },
  aihwkit: { name: 'aihwkit', parametersOf: aihwkitParameters, unit: () => 1e-6 },
} as const;
export const simulatorNames = Object.keys(simulators) as (keyof typeof simulators)[];

/** A file beside the JSON of a simulator. */
export const besideJson = (file: string, ending: string) => `${file.replace(/\.json$/, '')}${ending}`;

export async function exportParameters(
  io: Io,
  pkg: Package,
  chip: Chip | undefined,
  args: ExportCommandLine,
  write: WriteFile,
): Promise<void> {
  const { target } = pkg.loaded;
  for (const name of simulatorNames) {
    const file = args[name];
    if (file === undefined) continue;
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
    const columns = texts('field of the target', `not in the form of ${simulator.name}`);
    io.stdout(`\n${formatTable(columns, rows, io.columns)}\n`);
  }
}
