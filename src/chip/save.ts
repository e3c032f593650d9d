/** Saves a Chip into a folder, in the form that chip-file.ts describes: written beside, then renamed into place. */
import { createHash } from 'node:crypto';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Calibration, InputTerms } from '../column-correction.ts';
import { defined } from '../defined.ts';
import { chipUnreadable } from '../diagnostics/all.ts';
import { npyHeader } from '../files/npy.ts';
import { type FolderKind, writeFolder } from '../files/write-folder.ts';
import { sumOf } from '../math/sum.ts';
import type { Chip } from './chip.ts';
import {
  type ArrayFile,
  arrayFiles,
  bytesOf,
  type ChipJson,
  chipJson,
  deltaName,
  historyFields,
  type Numbers,
} from './chip-file.ts';
import { type Rewriting, reportOf } from './rewriting.ts';

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
  const { header, calibration } = chip;
  const converters = [...chip.converters];
  const settings = converters.map(([, own]) => own);
  const corrections = calibration && [...calibration.columns];
  const layers = corrections?.map(([output, { gain, terms }]) =>
    defined({ output, columns: gain.length, sums: terms && sumsOf(terms) }),
  );
  const sums = layers?.flatMap((layer) => (layer.sums ? [{ ...layer, ...layer.sums }] : [])) ?? [];
  const extent = {
    header,
    converters: sumOf(settings.map(({ zero }) => zero.length)),
    corrected: sumOf(layers?.map(({ columns }) => columns) ?? []),
    coefficients: sumOf(sums.map(({ columns, rank }) => columns * rank)),
    directions: sumOf(sums.map(({ directions }) => directions)),
  };
  const files: ChipJson['files'] = {};
  const write = async ({ name, type, dims }: ArrayFile, parts: readonly Numbers[]): Promise<void> => {
    files[name] = await writeNumbers(join(folder, name), [npyHeader(type, dims(extent)), ...parts]);
  };
  await write(arrayFiles.conductances, chip.conductances);
  if (chip.hidden.length > 0) await write(arrayFiles.hidden, chip.hidden);
  if (chip.traps) await write(arrayFiles.traps, chip.traps);
  for (const field of chip.history ? historyFields : []) {
    const numbers = chip.history!.map((array) => array[field]);
    await write(arrayFiles[field], numbers);
  }
  const { rewritten } = chip;
  if (rewritten) await write(arrayFiles.passes, rewritten.passes);
  for (const [i, delta] of (rewritten?.deltas ?? []).entries()) {
    const name = deltaName(i + 1);
    files[name] = await writeNumbers(join(folder, name), [delta]);
  }
  const [zeros, steps] = [settings.map(({ zero }) => zero), settings.map(({ step }) => step)];
  await write(arrayFiles.zeros, zeros);
  await write(arrayFiles.steps, steps);
  if (corrections) {
    const columns = corrections.map(([, own]) => own);
    const [gains, biases] = [columns.map(({ gain }) => gain), columns.map(({ bias }) => bias)];
    await write(arrayFiles.gains, gains);
    await write(arrayFiles.biases, biases);
    const terms = columns.flatMap((own) => own.terms ?? []);
    const coefficients = terms.map((own) => own.coefficients);
    if (terms.length > 0) await write(arrayFiles.coefficients, coefficients);
    const directions = terms.flatMap((own) => own.directions ?? []);
    if (directions.length > 0) await write(arrayFiles.directions, directions);
  }
  const json: ChipJson = {
    format: 'crossloom-chip',
    version: 4,
    header,
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
      passes: chip.passes && { kept: chip.passes.kept, each: [...chip.passes.each] },
      calibration: calibration && { ...given(calibration), layers: layers! },
      rewritten: rewritten && toldOf(rewritten),
    }),
    files,
  };
  await writeFile(join(folder, chipJson), `${JSON.stringify(json, null, 1)}\n`);
}

const sumsOf = ({ rank, directions }: InputTerms) => ({ rank, directions: directions?.length ?? 0 });

const given = ({ at, wires, correction, sequential }: Calibration) => ({ at, wires, correction, sequential });

function toldOf(rewriting: Rewriting): NonNullable<ChipJson['rewritten']> {
  const { rounds, layers, ...told } = reportOf(rewriting);
  return { ...told, rounds: [...rounds], layers: [...layers] };
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
