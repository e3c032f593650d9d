/** Chips that are written again after they were read: what the passes leave, how old cells are, and what it all took. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeBytes } from '../../src/bitstream/decode.ts';
import { keyOf, leadsOf, readAfter } from '../../src/chip/ages.ts';
import { applyDelta } from '../../src/chip/apply-delta.ts';
import { type Chip, totalCounts } from '../../src/chip/chip.ts';
import { loadChip } from '../../src/chip/load.ts';
import { readArrays } from '../../src/chip/read.ts';
import { saveChip } from '../../src/chip/save.ts';
import { relaxed } from '../../src/conditions/relaxation/cells.ts';
import { correctChip } from '../../src/correct/correct-chip.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { sha256 } from '../../src/files/hash.ts';
import { covarianceOf } from '../../src/math/one-over-f.ts';
import { openNormals } from '../../src/math/random.ts';
import type { Package } from '../../src/package/open.ts';
import { programChip } from '../../src/program.ts';
import { checkRewrite } from '../../src/rewrite/check-rewrite.ts';
import { schemeOf } from '../../src/schemes/models.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { levelConductance } from '../../src/target/cell.ts';
import { batchOf, inputs, logitsOf, memoryData, withTiny } from '../verify/tiny.ts';

const samples = inputs(160);
const calibration = memoryData(samples.slice(0, 120), undefined);
const wait = 10;
const rounds = 3;
const later = 3600;

let pkg: Package;
let plain: Chip;
let chip: Chip;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-rewrite-'));
  await withTiny('cmo-hfox-130nm', calibration, async (own) => {
    pkg = own;
    const options = { seed: 3, calibrate: false, threads: 1 };
    plain = await programChip(pkg, options);
    chip = await programChip(pkg, { ...options, rewrite: { rounds, wait, at: later } });
  });
});
afterAll(() => rm(folder, { recursive: true }));

const without = ({ spent: _, ...own }: Chip) => own;

test('a package without samples does not say how inputs vary together', () => {
  const { target } = pkg.loaded;
  const [problem] = checkRewrite(target, { samples: [] }, { rounds: 1 });
  expect(problem).toMatchObject({ code: 'options/invalid', at: '--rewrite 1' });
  expect(problem!.message).toMatch(/^the package was compiled without samples/);
  expect(checkRewrite(target, pkg.record, { rounds: 1 })).toEqual([]);
  const wrong = checkRewrite(target, pkg.record, { rounds: 101, wait: 0, at: -1, reads: 0 });
  const flags = wrong.map(({ at }) => at);
  expect(flags).toEqual(['--rewrite', '--rewrite-wait', '--rewrite-for', 'rewrite.reads']);
});

describe('a chip that is written again', () => {
  test('is the same for any number of threads, and as programmed with no round', async () => {
    await withTiny('cmo-hfox-130nm', calibration, async (own) => {
      const options = { seed: 3, calibrate: false };
      const two = await programChip(own, { ...options, threads: 2, rewrite: { rounds, wait, at: later } });
      expect(two).toEqual(chip);
      expect(await programChip(own, { ...options, threads: 2, rewrite: { rounds: 0 } })).toEqual(plain);
    });
  });

  test('has less error at the time that it was written for, as it was told', async () => {
    const { layers } = chip.rewritten!;
    for (const { before, after } of layers) expect(after).toBeLessThan(before / 2);
  });

  test('computes with less error than one that was left, on samples that nobody has seen', async () => {
    const unseen = samples.slice(120);
    const errorOf = async (own: Chip) => {
      const corrected = await correctChip(pkg, own, { conditions: { at: later, noise: false }, threads: 1 });
      const session = await simulate(pkg, corrected, { conditions: { at: later, noise: false } });
      const { logits } = await session.run({ x: batchOf(unseen) });
      await session.release();
      const wanted = unseen.flatMap((x) => logitsOf(x));
      return wanted.reduce((sum, y, i) => sum + ((logits!.data as Float32Array)[i]! - y) ** 2, 0);
    };
    expect(await errorOf(chip)).toBeLessThan(0.8 * (await errorOf(plain)));
  });

  test('keeps what no pass wrote, and every pass is a delta on the one before', () => {
    const { passes, rounds: done, deltas, writes } = chip.rewritten!;
    expect(done.length).toBe(rounds);
    let base = chip.bitstream;
    const last = passes.map(({ length }) => new Uint8Array(length));
    const codes = new Map<string, number>();
    for (const [i, delta] of deltas!.entries()) {
      const { header, programs } = decodeBytes(delta, 'rewrite.xbs');
      expect(header.base).toBe(base);
      base = sha256(delta);
      expect(done[i]!.bitstream).toBe(base);
      let cells = 0;
      for (const { array, instructions } of programs) {
        for (const instruction of instructions) {
          if (instruction.op !== 'program') throw new Error(instruction.op);
          for (const [n, code] of instruction.codes.entries()) {
            const cell = instruction.row * chip.header.columns + instruction.column + n;
            last[array]![cell] = i + 1;
            codes.set(`${array} ${cell}`, code);
            cells++;
          }
        }
      }
      expect(cells).toBe(done[i]!.cells);
    }
    expect(last).toEqual([...passes]);
    expect(codes.size).toBeGreaterThan(0);
    const { sigma } = pkg.loaded.target.programming as { sigma: readonly number[] };
    for (const [array, own] of passes.entries()) {
      for (const [cell, pass] of own.entries()) {
        const [g, before] = [chip.conductances[array]![cell]!, plain.conductances[array]![cell]!];
        if (pass === 0) expect(g).toBe(before);
        else {
          const level = levelConductance(pkg.loaded.target.cell, codes.get(`${array} ${cell}`)!);
          expect(Math.abs(g - level)).toBeLessThan(6 * (sigma[0]! * 1e-6 + sigma[1]! * level));
        }
      }
    }
    expect(writes.all - writes.cells).toBe(done.reduce((sum, { cells }) => sum + cells, 0));
    expect(writes.most).toBeLessThanOrEqual(rounds + 1);
  });

  test('has all of it on its counters and its ledger', () => {
    const { rounds: done, writes } = chip.rewritten!;
    const { pulse, read } = schemeOf(pkg.loaded.target).rates;
    const [before, after] = [totalCounts(plain.counters), totalCounts(chip.counters)];
    const cells = done.reduce((sum, pass) => sum + pass.cells, 0);
    const reads = done.reduce((sum, pass) => sum + pass.reads, 0);
    expect(reads).toBe(rounds * writes.cells);
    // 89 pulses and a reading after each and before the first.
    expect(after.setPulses - before.setPulses).toBe(89 * cells);
    expect(after.verifyReads - before.verifyReads).toBe(90 * cells + reads);
    const time = 89 * cells * pulse!.time + (90 * cells + reads) * read!.time;
    const energy = 89 * cells * pulse!.energy + (90 * cells + reads) * read!.energy;
    expect((after.time - before.time) / time).toBeCloseTo(1, 9);
    expect((after.energy - before.energy) / energy).toBeCloseTo(1, 9);
    expect(done.reduce((sum, pass) => sum + pass.time, 0) / time).toBeCloseTo(1, 9);
    const spent = (of: Chip) => Object.values(of.spent!).reduce((sum, { time: own }) => sum + own, 0);
    expect((spent(chip) - spent(plain)) / time).toBeCloseTo(1, 9);
    expect(chip.wear.memristor).toBe(plain.wear.memristor + 89 * (writes.most - 1));
  });

  test('every cell is as old as it is, and relaxes anew where it was written anew', async () => {
    const { target } = pkg.loaded;
    const at = 60;
    const { conductances } = await readArrays(chip, target, { at, noise: false, wires: false });
    const leads = leadsOf(chip);
    expect(leads).toEqual([30, 20, 10, 0]);
    expect(readAfter(leads, 1)).toEqual([10, 20]);
    const cells = conductances[0]!.length;
    for (const [array, seen] of conductances.entries()) {
      const xi = openNormals(chip.seed, 'relaxation', array);
      for (const [cell, g] of seen.entries()) {
        const written = chip.conductances[array]![cell]!;
        if (written === 0) continue;
        const pass = chip.rewritten!.passes[array]![cell]!;
        const age = at + leads[pass]!;
        const moved = relaxed(target.relaxation!, written, age, xi(keyOf(cell, pass, cells)));
        expect(g).toBe(Math.fround(moved));
      }
    }
  });

  test('slow noise that was read is still there when the chip is read soon after', async () => {
    const { target } = pkg.loaded;
    const image = 1e-3;
    const of = async (own: Chip, at: number, noise: boolean) =>
      (await readArrays(own, target, { at, wires: false, noise, image })).conductances;
    // The same cells once as the first pass of the program saw them, once as they are seen right after the last.
    const before = {
      ...plain,
      rewritten: {
        ...chip.rewritten!,
        rounds: [],
        passes: plain.conductances.map((g) => new Uint8Array(g.length)),
      },
    };
    const after = { ...before, rewritten: { ...before.rewritten, rounds: [chip.rewritten!.rounds[0]!] } };
    const noiseOf = async (own: Chip, at: number) => {
      const [noisy, silent] = [await of(own, at, true), await of(own, at, false)];
      return noisy.flatMap((array, i) =>
        [...array].flatMap((g, cell) =>
          plain.conductances[i]![cell]! > 20e-6 ? [g - silent[i]![cell]!] : [],
        ),
      );
    };
    const [first, same, next] = [
      await noiseOf(before, wait),
      await noiseOf(after, 0),
      await noiseOf(after, 1),
    ];
    const size = (values: readonly number[]) => Math.hypot(...values);
    expect(size(first.map((x, i) => x - same[i]!)) / size(first)).toBeLessThan(1e-3);
    const correlation = first.reduce((sum, x, i) => sum + x * next[i]!, 0) / size(first) / size(next);
    const band = { from: image, to: wait / 2 };
    const expected =
      covarianceOf(band, 1) /
      Math.sqrt(covarianceOf(band, 0) * covarianceOf({ ...band, to: (wait + 1) / 2 }, 0));
    expect(Math.abs(correlation - expected)).toBeLessThan(4 / Math.sqrt(first.length));
  });

  test('is saved with its deltas and loaded again; another delta is not for it', async () => {
    const place = join(folder, 'chip');
    await saveChip(chip, place);
    const { deltas, ...kept } = chip.rewritten!;
    expect(await loadChip(place)).toEqual({ ...without(chip), rewritten: kept });
    for (const [i, delta] of deltas!.entries())
      expect(new Uint8Array(await readFile(join(place, `rewrite-${i + 1}.xbs`)))).toEqual(
        new Uint8Array(delta),
      );
    const { header, programs } = decodeBytes(deltas![1]!, 'rewrite.xbs');
    const refused = applyDelta(chip, header, programs, pkg.loaded, { bitstream: chip.bitstream });
    await expect(refused).rejects.toThrow(DiagnosticError);
    await expect(refused).rejects.toThrow(/it goes onto a chip with the bitstream/);
  });
});
