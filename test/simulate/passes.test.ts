/**
 * Layers that take passes over a chip: on cells that hold exact digits a network gives the integers of its reference bit for bit, as it
 * does where every layer has arrays of its own; and what is formed, written and worn is what the passes add up to.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyDelta } from '../../src/chip/apply-delta.ts';
import type { Chip } from '../../src/chip/chip.ts';
import { executeBitstream } from '../../src/chip/execute.ts';
import { loadChip } from '../../src/chip/load.ts';
import { saveChip } from '../../src/chip/save.ts';
import type { ArrayProgram } from '../../src/ir/schedule.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { decodePrograms } from '../../src/package/bitstreams.ts';
import type { Package } from '../../src/package/open.ts';
import { programChip } from '../../src/program.ts';
import { openSession } from '../../src/runtime/session.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { basisOfPackage } from '../../src/train/basis.ts';
import { compiled, feeds, loop, pulsed, width } from '../support/pass-chain.ts';
import { firstDifference } from '../support/same-bits.ts';

async function outputsOf(pkg: Package, chip: Chip) {
  const session = await simulate(pkg, chip);
  const outputs = await Promise.all(feeds.map((feed) => session.run(feed)));
  await session.release();
  return outputs;
}

describe('passes', () => {
  it('give the integers of the reference on exact cells, as layers with arrays of their own do', async () => {
    const [whole, divided] = [await compiled('ideal', 5, 1), await compiled('ideal', 3, 1)];
    expect(whole.manifest.summary.passes).toBeUndefined();
    // One layer stays, and two passes write two arrays each. Between them lie the second and third layer, or the third and fourth: of
    // samples of three rows, `a` waits for the Add, and `c` or `d` for the next layer.
    const passes = { kept: 1, each: [2, 2], bytes: 2 * 3 * width * 4 };
    expect(divided.manifest.summary).toMatchObject({ arrays: 5, chips: 1, passes });
    const reference = await openSession(encodeModel(divided.reference));
    const wanted = await Promise.all(feeds.map((feed) => reference.run(feed)));
    await reference.release();
    const got = await outputsOf(divided, await programChip(divided, { seed: 1 }));
    const alone = await outputsOf(whole, await programChip(whole, { seed: 1 }));
    for (const [i, outputs] of got.entries()) {
      expect(firstDifference(outputs, wanted[i]!)).toBeUndefined();
      expect(firstDifference(outputs, alone[i]!)).toBeUndefined();
    }
  });

  it('form an array once, write it in each pass, and add up its wear', async () => {
    const pkg = await compiled(pulsed, 3, 1);
    const chip = await programChip(pkg, { seed: 1, calibrate: false });
    const cells = 2 * width * width;
    // What stays, the two arrays of the first pass, and the same two in the second.
    expect(chip.passes).toEqual({ kept: 1, each: [2, 2] });
    expect(chip.counters.map(({ formed }) => formed)).toEqual([cells, cells, cells, 0, 0]);
    // A cell that does not respond gets one RESET and all 500 pulses in each pass.
    expect(chip.wear.memristor).toBe(2 * 501);
    const whole = await compiled(pulsed, 5, 1, ['cell.unused=reset']);
    const alone = await programChip(whole, { seed: 1, calibrate: false });
    expect(alone.wear.memristor).toBe(501);
  });

  it('write over what the pass before left, as a delta does', async () => {
    const pkg = await compiled(pulsed, 3, 1);
    const chip = await programChip(pkg, { seed: 1, calibrate: false });
    const { header, arrays } = await decodePrograms(pkg);
    const programs: ArrayProgram[] = [];
    for await (const program of arrays) programs.push(program);
    const small = { ...header, arrays: 3 };
    const how = { seed: 1, bitstream: '0'.repeat(64), keepHistory: true };
    const before = await executeBitstream(small, programs.slice(0, 3), pkg.loaded, how);
    expect(chip.conductances.slice(0, 3)).toEqual(before.conductances);
    const second = programs.slice(3).map((program) => ({ ...program, array: program.array - 2 }));
    const delta = { ...small, base: how.bitstream };
    const after = await applyDelta(before, delta, second, pkg.loaded, { bitstream: how.bitstream });
    expect(chip.conductances.slice(3)).toEqual(after.conductances.slice(1));
    expect(chip.wear).toEqual(after.wear);
  });

  it('give up a chip whose cells the passes wear out together', async () => {
    const spent = (endurance: number) => [`faults.endurance=${endurance}`, 'faults.spent=0'];
    const program = async (endurance: number) =>
      programChip(await compiled(pulsed, 3, 1, spent(endurance)), { seed: 1, calibrate: false });
    expect((await program(1002)).wear.memristor).toBe(1002);
    await expect(program(1001)).rejects.toThrow(/wear\/endurance-spent.*1002 pulses/);
  });

  it('are saved with the chip, and have one name together', async () => {
    const pkg = await compiled(pulsed, 3, 1);
    const chip = await programChip(pkg, { seed: 1 });
    const parent = await mkdtemp(join(tmpdir(), 'crossloom-passes-'));
    try {
      await saveChip(chip, join(parent, 'chip'));
      const loaded = await loadChip(join(parent, 'chip'));
      expect(loaded.passes).toEqual(chip.passes);
      expect(loaded.bitstream).toBe(pkg.bitstream);
      expect(await outputsOf(pkg, loaded)).toEqual(await outputsOf(pkg, chip));
    } finally {
      await rm(parent, { recursive: true, force: true });
    }
    const { files } = pkg.manifest;
    const hashes = ['program.xbs', 'program-1.xbs', 'program-2.xbs'].map((file) => files[file]);
    expect(pkg.bitstream).toBe(createHash('sha256').update(hashes.join('')).digest('hex'));
  });

  it('are refused by what needs arrays that stay as they are', async () => {
    const pkg = await compiled(pulsed, 3, 1);
    const again = programChip(pkg, { seed: 1, rewrite: { rounds: 1, wait: 1, at: 1 } });
    await expect(again).rejects.toThrow(/options\/invalid.*--rewrite/);
    await expect(basisOfPackage(pkg, '*')).rejects.toThrow(/options\/invalid.*take passes/);
    await expect(compiled('ideal', 1, 1, ['array.columns=4'])).rejects.toThrow(
      /map\/layer-over-chips\] at first/,
    );
    await expect(compiled('ideal', 1, 1, [], loop())).rejects.toThrow(/map\/inseparable-layers/);
  });
});
