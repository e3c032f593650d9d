/** Forms of layers: roundings against drawn ones, and copies against their own estimate. */
import { beforeAll, describe, expect, test } from 'vitest';
import { drivenBy } from '../../passes/map/groups-at-once.ts';
import { variancesOf } from '../../passes/map/input-variances.ts';
import { compile } from '../../src/compile/compile.ts';
import { type FormChanges, openForms } from '../../src/compile/expect-forms.ts';
import { layerEstimates } from '../../src/compile/expect-layer.ts';
import { integerShares } from '../../src/compile/integer-shares.ts';
import type { Compiled } from '../../src/ir/compiled.ts';
import { parseOptions } from '../../src/ir/options.ts';
import { openStream } from '../../src/math/random.ts';
import { fedInputs, spreadSamples } from '../../src/record/samples.ts';
import { loadTarget } from '../../src/target/load.ts';
import type { LoadedTarget } from '../../src/target/target.ts';
import { inputs, memoryData, tinyModel } from '../verify/tiny.ts';

let compiled: Compiled;
let loaded: LoadedTarget;

function compileFor(target: LoadedTarget, given: Parameters<typeof parseOptions>[0]): Promise<Compiled> {
  const model = tinyModel();
  const samples = spreadSamples(memoryData(inputs(32), undefined), fedInputs(model.graph, model.file), 32);
  return compile(model, target, parseOptions(given), { kind: 'samples', samples });
}

beforeAll(async () => {
  loaded = await loadTarget('pcm-256');
  compiled = await compileFor(loaded, { target: 'pcm-256', copies: 1 });
});

describe('what integers are expected to err by', () => {
  /** Mean over draws of the error's variance over that of the outputs; `errorOf` one output of one vector. */
  function drawn(kind: 'weights' | 'inputs'): number {
    const layer = compiled.mapping.layers[0]!;
    const { rows, columns, integers, scales } = layer.node;
    const given = drivenBy(layer, compiled.record);
    const vectors = given.length / rows;
    const stream = openStream(1, kind, 0);
    const half = () => stream.uniform() - 0.5;
    let [signal, noise] = [0, 0];
    for (let draw = 0; draw < 100; draw++)
      for (let column = 0; column < columns; column++) {
        const weights = Float64Array.from({ length: rows }, (_, r) => integers[r * columns + column]!);
        const off = weights.map(half);
        const outputs = new Float64Array(vectors);
        const errors = new Float64Array(vectors);
        for (let at = 0; at < given.length; at++) {
          const [v, r] = [Math.floor(at / rows), at % rows];
          outputs[v]! += weights[r]! * given[at]!;
          errors[v]! += kind === 'weights' ? off[r]! * given[at]! : weights[r]! * half();
        }
        signal += scales[column]! ** 2 * variancesOf([outputs], 1)[0]!;
        noise += scales[column]! ** 2 * variancesOf([errors], 1)[0]!;
      }
    return noise / signal;
  }

  test.each(['weights', 'inputs'] as const)('rounding %s is as large as when it is drawn', (kind) => {
    const share = integerShares(compiled.mapping.layers[0]!, compiled.record)[kind];
    expect(share).toBeGreaterThan(0);
    expect(drawn(kind) / share).toBeCloseTo(1, 1);
  });
});

describe('forms of a layer', () => {
  test('copies are what their own estimate says, and take arrays and conversions as often', async () => {
    const [expectForm, estimate] = [openForms(compiled, loaded, 1), layerEstimates(compiled, loaded)];
    const layer = 1;
    const [one, four] = [await expectForm(layer, {}), await expectForm(layer, { copies: 4 })];
    const asked = await estimate(layer, { copies: 4, at: 1 });
    const { weights, inputs: ofInputs } = integerShares(compiled.mapping.layers[layer]!, compiled.record);
    expect(four.noise - weights - ofInputs).toBeCloseTo(10 ** (-asked.snr / 10), 3);
    expect(four.arrays).toBeCloseTo(asked.arrays, 9);
    expect(four.conversions).toBeCloseTo(asked.conversions, 9);
    expect(one.noise / four.noise).toBeGreaterThan(2);
  });

  test('two copies of digits of few levels leave half of what cells err by, and a quarter of what weights round off', async () => {
    const coarse = await loadTarget('pcm-256', ['cell.levels=4']);
    const once = await compileFor(coarse, { copies: 1 });
    const expectForm = openForms(once, coarse, 1);
    for (const [layer, sliced] of once.mapping.layers.entries()) {
      const [one, two] = [await expectForm(layer, {}), await expectForm(layer, { copies: 2 })];
      const { parts } = await layerEstimates(once, coarse)(layer, { at: 1 });
      const ofCells = parts.lasting + parts.anew + parts.converters;
      const { weights } = integerShares(sliced, once.record);
      expect(weights).toBeGreaterThan(0.01);
      expect(one.noise - two.noise).toBeCloseTo(ofCells / 2 + (3 / 4) * weights, 9);
    }
  });

  test('what wires leave stays with copies, and grows with the square of the current', async () => {
    const layers = [{ layer: 0, snr: 10, unwired: 20 }];
    const wired = openForms({ ...compiled, expected: { layers, arrays: 1, over: [] } }, loaded, 1);
    const bare = openForms({ ...compiled, expected: { layers: [], arrays: 0, over: [] } }, loaded, 1);
    const share = 10 ** -1 - 10 ** -2;
    const { repeats } = compiled.mapping.layers[0]!;
    const added = async (changes: FormChanges) =>
      (await wired(0, changes)).noise - (await bare(0, changes)).noise;
    expect(await added({})).toBeCloseTo(share, 9);
    expect(await added({ copies: 4 })).toBeCloseTo(share, 9);
    expect(await added({ repeats: 3 * repeats })).toBeCloseTo(9 * share, 9);
    // Beside a reference, every weight conducts half of the window or about it, in pairs hardly any does as much.
    expect(await added({ encoding: 'offset' })).toBeGreaterThan(2 * share);
  });

  test('two more bits of input codes leave a sixteenth of their rounding', async () => {
    const expectForm = openForms(compiled, loaded, 1);
    const [usual, finer] = [await expectForm(0, {}), await expectForm(0, { inputBits: 10 })];
    const share = integerShares(compiled.mapping.layers[0]!, compiled.record).inputs;
    expect(usual.noise - finer.noise).toBeCloseTo((15 / 16) * share, 9);
    expect(finer.conversions / usual.conversions).toBeCloseTo(10 / 8, 9);
  });

  test('later reading errs more', async () => {
    const [soon, late] = [openForms(compiled, loaded, 1), openForms(compiled, loaded, 1e6)];
    expect((await late(0, {})).noise).toBeGreaterThan(1.2 * (await soon(0, {})).noise);
  });
});
