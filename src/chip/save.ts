/** Saves a Chip into a folder, in the form that chip-file.ts describes: written beside, then renamed into place. */
import { createHash } from 'node:crypto';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defined } from '../defined.ts';
import { chipUnreadable } from '../diagnostics/all.ts';
import { type FolderKind, writeFolder } from '../files/write-folder.ts';
import type { Chip } from './chip.ts';
import { bytesOf, type ChipJson, chipJson, fileNames, historyFields, type Numbers } from './chip-file.ts';

/** A saved chip as a folder that a newer one may replace. */
export const chipFolder: FolderKind = { marker: chipJson, otherwise: chipUnreadable };

/**
 * Saves a chip.
 * @param options.force replace a chip that is already saved there
 * @throws DiagnosticError package/exists without `force`; chip/unreadable where the folder to replace is not a chip
 */
export async function saveChip(
  chip: Chip,
  folder: string,
  options: { readonly force?: boolean } = {},
): Promise<void> {
  return writeFolder(folder, chipFolder, options.force ?? false, (beside) => writeChip(chip, beside));
}

async function writeChip(chip: Chip, folder: string): Promise<void> {
  const converters = [...chip.converters];
  const { calibration } = chip;
  const corrections = calibration && [...calibration.columns];
  const files: ChipJson['files'] = {};
  const write = async (name: string, parts: Iterable<Numbers>): Promise<void> => {
    files[name] = await writeNumbers(join(folder, name), parts);
  };
  await write(fileNames.conductances, chip.conductances);
  if (chip.hidden.length > 0) await write(fileNames.hidden, chip.hidden);
  for (const field of chip.history ? historyFields : []) {
    const numbers = chip.history!.map((array) => array[field]);
    await write(fileNames[field], numbers);
  }
  const settings = converters.map(([, own]) => own);
  const [zeros, steps] = [settings.map(({ zero }) => zero), settings.map(({ step }) => step)];
  await write(fileNames.zeros, zeros);
  await write(fileNames.steps, steps);
  const gains = corrections?.flatMap(([, { gain, bias }]) => [gain, bias]);
  if (gains) await write(fileNames.calibration, gains);
  const json: ChipJson = {
    format: 'crossloom-chip',
    version: 1,
    header: chip.header,
    seed: chip.seed,
    bitstream: chip.bitstream,
    drivers: chip.drivers.map((settings) => settings ?? null),
    converters: converters.map(([block, { bits, convert, zero }]) => {
      return { block, bits, convert, count: zero.length };
    }),
    counters: [...chip.counters],
    failed: [...chip.failed],
    wear: chip.wear,
    ...defined({
      calibration: corrections?.map(([output, { gain }]) => ({ output, columns: gain.length })),
      calibratedUnder: calibration && { at: calibration.at, wires: calibration.wires },
    }),
    files,
  };
  await writeFile(join(folder, chipJson), `${JSON.stringify(json, null, 1)}\n`);
}

async function writeNumbers(
  path: string,
  parts: Iterable<Numbers>,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  const file = await open(path, 'w');
  let bytes = 0;
  try {
    for (const part of parts) {
      const data = bytesOf(part);
      hash.update(data);
      await file.writeFile(data);
      bytes += data.length;
    }
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}
