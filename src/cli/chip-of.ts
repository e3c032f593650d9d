/** A saved chip that was programmed from a package. */
import type { Chip } from '../chip/chip.ts';
import { loadChip } from '../chip/load.ts';
import { chipWrongPackage } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import type { Package } from '../package/open.ts';

/** @throws DiagnosticError chip/unreadable, chip/wrong-package */
export async function chipOf(folder: string, { bitstream }: Pick<Package, 'bitstream'>): Promise<Chip> {
  const chip = await loadChip(folder);
  if (chip.bitstream !== bitstream) raise([chipWrongPackage(folder, bitstream, chip.bitstream)]);
  return chip;
}
