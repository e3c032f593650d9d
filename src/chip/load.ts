/** Loads a chip that save.ts wrote, checking every size and hash on the way. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Calibration, ColumnCorrection } from '../column-correction.ts';
import { defined } from '../defined.ts';
import { chipUnreadable } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import type { Why } from '../diagnostics/make.ts';
import { restore } from '../files/beside.ts';
import { npyHeader } from '../files/npy.ts';
import { missing } from '../files/read-file.ts';
import { sumOf } from '../math/sum.ts';
import type { ArrayHistory, Chip } from './chip.ts';
import {
  type ArrayFile,
  arrayFiles,
  bytesOf,
  type ChipJson,
  chipJson,
  chipSchema,
  type Extent,
  type Numbers,
} from './chip-file.ts';
import type { Rewriting } from './rewriting.ts';

/**
 * Loads a chip.
 * @throws DiagnosticError chip/unreadable, with the file and the reason
 */
export async function loadChip(folder: string): Promise<Chip> {
  await restore(folder);
  const json = await readJson(folder);
  const { header, converters, calibration } = json;
  const counts = converters.map(({ count }) => count);
  const files = { folder, entries: json.files, extent: extentOf(json) };
  const { conductances: g, hidden: h, zeros, steps } = arrayFiles;
  const perArray = (length: number): number[] => json.counters.map(() => length);
  const conductances = await readNumbers(files, g, perArray(header.rows * header.columns), Float32Array);
  check(folder, g, conductances, (value) => value >= 0 && value < Number.POSITIVE_INFINITY);
  const pairs = header.rows * (header.columns >> 1);
  const hidden = header.hiddenBits > 0 ? await readNumbers(files, h, perArray(pairs), Int16Array) : [];
  check(folder, h, hidden, (value) => Math.abs(value) < 2 ** (header.hiddenBits - 1));
  const { traps: t } = arrayFiles;
  const traps = json.files[t.name]
    ? await readNumbers(files, t, perArray(header.rows * header.columns), Uint32Array)
    : undefined;
  const history = await readHistory(files, header, json.counters.length);
  const rewritten = json.rewritten && (await readRewriting(files, json.rewritten));
  const zero = await readNumbers(files, zeros, counts, Int32Array);
  const step = await readNumbers(files, steps, counts, Float32Array);
  check(folder, steps, step, (value) => value > 0 && value < Number.POSITIVE_INFINITY);
  return {
    header,
    seed: json.seed,
    bitstream: json.bitstream,
    conductances,
    hidden,
    drivers: json.drivers.map((settings) => settings ?? undefined),
    converters: new Map(
      converters.map(({ block, bits, convert }, i) => [
        block,
        { bits, convert, zero: zero[i]!, step: step[i]! },
      ]),
    ),
    counters: json.counters,
    failed: json.failed,
    wear: json.wear,
    ...defined({
      passes: json.passes,
      traps,
      history,
      rewritten,
      calibration: calibration && (await readCalibration(files, calibration)),
    }),
  };
}

function extentOf({ header, converters, calibration }: ChipJson): Extent {
  const layers = calibration?.layers ?? [];
  return {
    header,
    converters: sumOf(converters.map(({ count }) => count)),
    corrected: sumOf(layers.map(({ columns }) => columns)),
    coefficients: sumOf(layers.map(({ columns, sums }) => columns * (sums?.rank ?? 0))),
    directions: sumOf(layers.map(({ sums }) => sums?.directions ?? 0)),
  };
}

async function readCalibration(
  files: Files,
  { at, wires, correction, sequential, layers }: NonNullable<ChipJson['calibration']>,
): Promise<Calibration> {
  const { gains, biases, coefficients, directions } = arrayFiles;
  const finite = async (file: ArrayFile, lengths: readonly number[]) => {
    const parts = await readNumbers(files, file, lengths, Float32Array);
    check(files.folder, file, parts, Number.isFinite);
    return parts;
  };
  const columns = layers.map((layer) => layer.columns);
  const gain = await finite(gains, columns);
  const bias = await finite(biases, columns);
  const summed = layers.filter(({ sums }) => sums);
  const ofSums = summed.map((layer) => layer.columns * layer.sums!.rank);
  const c = summed.length > 0 ? await finite(coefficients, ofSums) : [];
  const directed = summed.filter(({ sums }) => sums!.directions > 0);
  const lengths = directed.map(({ sums }) => sums!.directions);
  const u = directed.length > 0 ? await finite(directions, lengths) : [];
  const corrected = layers.map((layer, i): [string, ColumnCorrection] => {
    const coefficients = c[summed.indexOf(layer)];
    const terms = layer.sums &&
      coefficients && {
        rank: layer.sums.rank,
        coefficients,
        ...defined({ directions: u[directed.indexOf(layer)] }),
      };
    return [layer.output, { gain: gain[i]!, bias: bias[i]!, ...defined({ terms }) }];
  });
  return { at, wires, correction, sequential, columns: new Map(corrected) };
}

async function readRewriting(
  files: Files,
  rewritten: NonNullable<ChipJson['rewritten']>,
): Promise<Rewriting> {
  const { rows, columns, arrays } = files.extent.header;
  const { passes: file } = arrayFiles;
  const passes = await readNumbers(files, file, Array<number>(arrays).fill(rows * columns), Uint8Array);
  check(files.folder, file, passes, (pass) => pass <= rewritten.rounds.length);
  return { ...rewritten, passes };
}

/** What cells have been through; undefined where the chip does not keep it. */
async function readHistory(
  files: Files,
  { rows, columns, hiddenBits, levels: levelCount }: ChipJson['header'],
  arrays: number,
): Promise<ArrayHistory[] | undefined> {
  if (!files.entries[arrayFiles.operations.name]) return undefined;
  const all = (length: number): number[] => Array<number>(arrays).fill(length);
  const counts = (file: ArrayFile, length: number) => readNumbers(files, file, all(length), Uint32Array);
  const cells = rows * columns;
  const operations = await counts(arrayFiles.operations, cells);
  const cycles = await counts(arrayFiles.cycles, cells);
  const levels = await readNumbers(files, arrayFiles.levels, all(cells), Int32Array);
  check(files.folder, arrayFiles.levels, levels, (code) => code >= -1 && code < levelCount);
  const formed = await readNumbers(files, arrayFiles.formed, all(cells), Uint8Array);
  check(files.folder, arrayFiles.formed, formed, (flag) => flag <= 1);
  const fecapWrites = await counts(arrayFiles.fecapWrites, rows * (columns >> 1) * hiddenBits);
  const wakeUps = await counts(arrayFiles.wakeUps, rows);
  return operations.map((own, array) => ({
    operations: own,
    cycles: cycles[array]!,
    levels: levels[array]!,
    formed: formed[array]!,
    fecapWrites: fecapWrites[array]!,
    wakeUps: wakeUps[array]!,
  }));
}

function unreadable(folder: string, why: Why): DiagnosticError {
  return new DiagnosticError([chipUnreadable(folder, why)]);
}

async function readJson(folder: string): Promise<ChipJson> {
  const text = await readFile(join(folder, chipJson), 'utf8').catch(async (error: unknown) => {
    const why = existsSync(folder)
      ? `${chipJson} cannot be read: ${reasonOf(error)}`
      : await missing(folder, 'file or folder');
    throw unreadable(folder, why);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unreadable(folder, `${chipJson} is not JSON`);
  }
  const parsed = chipSchema.safeParse(value);
  if (!parsed.success)
    throw unreadable(folder, `${chipJson}: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`);
  const { header, drivers, counters } = parsed.data;
  const blocks = new Set(parsed.data.converters.map(({ block }) => block));
  const layers = new Set(parsed.data.calibration?.layers.map(({ output }) => output));
  if (
    blocks.size < parsed.data.converters.length ||
    layers.size < (parsed.data.calibration?.layers.length ?? 0)
  )
    throw unreadable(folder, `${chipJson} lists a block or a layer twice`);
  if (drivers.length !== header.arrays || counters.length !== header.arrays)
    throw unreadable(
      folder,
      `${chipJson} does not describe ${header.arrays} arrays, as its header announces`,
    );
  return parsed.data;
}

interface Files {
  readonly folder: string;
  readonly entries: ChipJson['files'];
  readonly extent: Extent;
}

/** Reads a file that must hold exactly the arrays of these lengths. Nothing is allocated before its size is right. */
async function readNumbers<T extends Numbers>(
  { folder, entries, extent }: Files,
  { name, type: element, dims }: ArrayFile,
  lengths: readonly number[],
  type: { new (length: number): T; readonly BYTES_PER_ELEMENT: number },
): Promise<T[]> {
  const entry = entries[name];
  if (!entry) throw unreadable(folder, `${chipJson} does not list ${name}`);
  const file = await open(join(folder, name)).catch((error: unknown) => {
    throw unreadable(folder, `${name} cannot be read: ${reasonOf(error)}`);
  });
  try {
    const header = npyHeader(element, dims(extent));
    const expected = header.length + sumOf(lengths) * type.BYTES_PER_ELEMENT;
    const { size } = await file.stat();
    if (entry.bytes !== expected || size !== expected)
      throw unreadable(folder, `${name} has ${size} bytes where ${expected} are expected`);
    const parts = lengths.map((length) => new type(length));
    const found = new Uint8Array(header.length);
    const hash = createHash('sha256');
    for (const part of [found, ...parts]) {
      const bytes = bytesOf(part);
      for (let at = 0; at < bytes.length; ) {
        const { bytesRead } = await file.read(bytes, at, bytes.length - at);
        if (bytesRead === 0) throw unreadable(folder, `${name} ended early`);
        at += bytesRead;
      }
      hash.update(bytes);
    }
    if (hash.digest('hex') !== entry.sha256)
      throw unreadable(folder, `${name} is not what was saved: its SHA-256 differs`);
    if (Buffer.compare(found, header) !== 0)
      throw unreadable(folder, `${name} is no array of ${element} [${dims(extent).join(', ')}]`);
    return parts;
  } finally {
    await file.close();
  }
}

/** Numbers that no chip could have. */
function check(
  folder: string,
  { name }: ArrayFile,
  parts: readonly Numbers[],
  holds: (value: number) => boolean,
): void {
  for (const [part, values] of parts.entries()) {
    const wrong = values.findIndex((value) => !holds(value));
    if (wrong >= 0) throw unreadable(folder, `${name}: number ${wrong} of part ${part} is ${values[wrong]}`);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
