/** A package, and what else there is of it -> all that a page of it shows. */
import type { Chip } from '../../chip/chip.ts';
import { circuitsOf } from '../../cost/circuits-of.ts';
import { costPackage } from '../../cost/cost.ts';
import { defined } from '../../defined.ts';
import { reportWrongPackage } from '../../diagnostics/all.ts';
import { type Diagnostic, raise } from '../../diagnostics/diagnostic.ts';
import { placeOf } from '../../files/files.ts';
import { version } from '../../files/version.ts';
import { floorplanOf } from '../../inspect/floorplan.ts';
import { inspectPackage } from '../../inspect/inspect-package.ts';
import { lookAtCells } from '../../inspect/look-at-cells.ts';
import type { Package } from '../../package/open.ts';
import { effectsOf, notModelled } from '../../target/effects.ts';
import type { Explained, ReportContent, Verified } from './content.ts';

export interface GatherOptions {
  /** Programmed from the package, and its folder. */
  readonly chip?: { readonly folder: string; readonly chip: Chip };
  readonly verified?: readonly Verified[];
  readonly explained?: readonly Explained[];
  /** Of the chip from which the cost of programming is expected. Default: 1. */
  readonly seed?: number;
  /** The line that asks for the page, where one does. */
  readonly commandLine?: string;
  /** Called before the first array of each phase and after each; what it throws ends the work. */
  readonly onArray?: (phase: string, done: number, total: number) => void;
}

/** What is wrong where a report is not of this package. */
export function foreignReport(
  { path, report }: Pick<Verified | Explained, 'path' | 'report'>,
  { bitstream }: Pick<Package, 'bitstream'>,
): readonly Diagnostic[] {
  const of = report.package.bitstream;
  return of === bitstream ? [] : [reportWrongPackage(path, bitstream, of)];
}

/** @throws DiagnosticError report/wrong-package, of all reports at once */
export async function gatherReport(pkg: Package, options: GatherOptions = {}): Promise<ReportContent> {
  const { chip, verified = [], explained = [], seed = 1, commandLine = '', onArray } = options;
  const { manifest, bitstream, loaded, files } = pkg;
  const { target } = loaded;
  raise([...verified, ...explained].flatMap((one) => foreignReport(one, pkg)));
  const look = await inspectPackage(pkg, {
    seed,
    onArray: (done, total) => onArray?.('reading arrays', done, total),
  });
  const cost = await costPackage(pkg, { circuits: await circuitsOf(pkg), seed, look });
  const cells = await lookAtCells(pkg, {
    ...defined({ chip: chip?.chip }),
    onArray: (done, total) => onArray?.('reading cells', done, total),
  });
  return {
    ...{ folder: placeOf(files), manifest, bitstream, target, look, plan: floorplanOf(pkg), cells, cost },
    ...defined({ chip }),
    ...{ verified, explained, notModelled, crossloom: version, commandLine },
    effects: effectsOf(target, chip?.chip.calibration !== undefined, manifest.summary.layers),
  };
}
