import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { decodeBytes } from '../../src/bitstream/decode.ts';
import { readArrays } from '../../src/chip/read.ts';
import type { Graph } from '../../src/ir/graph.ts';
import { pathIn } from '../../src/package/open.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import type { Target } from '../../src/target/target.ts';
import { loaded } from '../chip/bench.ts';
import { directMvm } from '../oracle/direct-mvm.ts';
import { mvmsOf } from '../oracle/input-codes.ts';
import { compileModel, drawFeeds, modelOf, programPackage, withPackage } from '../support/build.ts';
import { pcmDrift } from '../support/reading-laws.ts';
import { convModel, matMulModel, writeVerify } from './against-direct.ts';

const wires = {
  rowSegment: 2,
  columnSegment: 2,
  driver: 10,
  sense: 10,
  sides: 'two',
  idleRows: 'grounded',
  maxDriverCurrent: 1,
  maxColumnCurrent: 1,
} as const;
const slow = {
  telegraph: { share: 0.5, amplitude: 0.1, dwellHigh: 1, dwellLow: 2 },
  flicker: { amplitude: 0.02, shortest: 1e-3, longest: 1 },
};

/** Outputs of the lowered graph that differ from the direct product with the cells as they are read. */
async function differences(graph: Graph, reading: Partial<Target>): Promise<number> {
  const target = loaded({ ...writeVerify(), ...reading });
  const feeds = drawFeeds(graph.inputs, 1, -1, 1, 2);
  const compiled = await compileModel(modelOf(graph), target, [feeds], { centredInputs: false });
  return withPackage(compiled, async (pkg) => {
    const chip = await programPackage(pkg, target);
    const layer = pkg.layers[0]!;
    const conditions = { at: 1e5, batch: 2, interval: 0.1 };
    const session = await simulate(pkg, chip, { threads: 1, conditions });
    const result = (await session.run(feeds))[layer.output]!.data as Float32Array;
    await session.release();
    const { programs, header } = decodeBytes(await readFile(pathIn(pkg, 'bitstream')), 'program.xbs');
    const { conductances } = await readArrays(chip, target.target, conditions);
    expect(conductances.map((cells) => [...cells])).not.toEqual(chip.conductances.map((cells) => [...cells]));
    let wrong = 0;
    for (const { codes, indexOf } of mvmsOf(layer, feeds[layer.input]!)) {
      const direct = directMvm(layer, { programs, conductances, columns: header.columns }, codes);
      const largest = direct.outputs.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
      direct.outputs.forEach((wanted, o) => {
        const error = Math.abs(result[indexOf(o)]! - wanted);
        if (!(error <= direct.slack[o]! * 1.0001 + 2e-5 * largest)) wrong++;
      });
    }
    return wrong;
  });
}

describe('the lowered graph is the product with the cells as they are read', () => {
  test.each<[string, Graph, Partial<Target>]>([
    ['drift', matMulModel([2], 40, 12), { drift: pcmDrift }],
    [
      'read disturb',
      matMulModel([2], 40, 12),
      { readDisturb: { change: 2e-6, towards: 'high', interval: 1 } },
    ],
    ['slow noise', matMulModel([2], 40, 12), slow],
    ['wires', matMulModel([2], 40, 12), { wires }],
    [
      'wires around a block of depthwise channels',
      convModel([4, 5, 5], [4, 1, 3, 3], { group: 4 }),
      { wires },
    ],
    ['all of them', convModel([3, 5, 5], [8, 3, 3, 3]), { drift: pcmDrift, ...slow, wires }],
  ])('%s', async (_, graph, reading) => {
    expect(await differences(graph, reading)).toBe(0);
  });
});
