/** What a page of a report is made from: plain data of a package, of a chip, of verifications, and of explanations. */
import type { Chip } from '../../chip/chip.ts';
import type { Cost } from '../../cost/cost.ts';
import type { ExplainReport } from '../../explain/report.ts';
import type { Floorplan } from '../../inspect/floorplan.ts';
import type { PackageLook } from '../../inspect/inspect-package.ts';
import type { CellsLook } from '../../inspect/look-at-cells.ts';
import type { Manifest } from '../../package/manifest.ts';
import type { Effect } from '../../target/effect.ts';
import type { Target } from '../../target/target.ts';
import type { VerifyReport } from '../../verify/report.ts';

export interface Verified {
  /** Its file. */
  readonly path: string;
  readonly report: VerifyReport;
}

export interface Explained {
  /** Its file. */
  readonly path: string;
  readonly report: ExplainReport;
}

export interface ReportContent {
  /** Folder of the package. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** SHA-256. */
  readonly bitstream: string;
  readonly target: Target;
  readonly look: PackageLook;
  readonly plan: Floorplan;
  readonly cells: CellsLook;
  readonly cost: Cost;
  readonly chip?: { readonly folder: string; readonly chip: Chip };
  readonly verified: readonly Verified[];
  readonly explained: readonly Explained[];
  /** Of the target, with the layers as they are stored. */
  readonly effects: readonly Effect[];
  readonly notModelled: readonly string[];
  /** Version that makes the page, and the line that it was called by. */
  readonly crossloom: string;
  readonly commandLine: string;
}
