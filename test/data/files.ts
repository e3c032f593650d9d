/** Writers of small data files, from the formats' own descriptions. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';
import type { ModelInput } from '../../src/data/feeding.ts';
import type { InputDims } from '../../src/data/fit.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';

/** A folder that the running test has for itself. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'crossloom-data-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** @param body elements as stored, big-endian */
export function idx(type: number, dims: readonly number[], body: Uint8Array): Buffer {
  const head = Buffer.alloc(4 + 4 * dims.length);
  head[2] = type;
  head[3] = dims.length;
  for (const [i, d] of dims.entries()) head.writeUInt32BE(d, 4 + 4 * i);
  return Buffer.concat([head, body]);
}

/** @param body elements as stored */
export function npy(descr: string, shape: string, body: Uint8Array, fortran = false): Buffer {
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }`;
  const header = `${text.padEnd(117)}\n`;
  const head = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  head.writeUInt16LE(header.length, 8);
  return Buffer.concat([head, Buffer.from(header), body]);
}

/** A PNG of one colour. */
export function png(
  height: number,
  width: number,
  [r, g, b]: readonly [number, number, number],
): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer();
}

/** The inputs of a model that has one of these dims, called x. */
export function inputOf(dims: InputDims | undefined): readonly ModelInput[] {
  return [{ name: 'x', dims }];
}

/** `code: message` of every diagnostic that `action` raises. */
export async function raised(action: Promise<unknown>): Promise<string[]> {
  const error = await action.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof DiagnosticError)) throw error ?? new Error('nothing was raised');
  return error.diagnostics.map((d) => `${d.code} at ${d.at}: ${d.message}`);
}
