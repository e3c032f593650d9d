/** Trained weights in the place of compiled ones: what changes, what stays, and which layers cannot hold them. */

import { describe, expect, it } from 'vitest';
import { decodeBitstream } from '../../src/bitstream/decode.ts';
import { compiledOf } from '../../src/compile/compiled-of.ts';
import { findTrainingObstacles, replaceLayers } from '../../src/compile/replace-layers.ts';
import { InternalError } from '../../src/diagnostics/diagnostic.ts';
import type { Compiled } from '../../src/ir/compiled.ts';
import type { Mapping } from '../../src/ir/mapping.ts';
import { verifyMapping } from '../../src/ir/verify-mapping.ts';
import { weightPlacesOf } from '../../src/ir/weight-places.ts';
import { lowerGraph } from '../../src/lower/graph.ts';
import { float32 } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { type Package, pathIn } from '../../src/package/open.ts';
import { openSession } from '../../src/runtime/session.ts';
import { loadTarget } from '../../src/target/load.ts';
import { compileModel, drawFeeds, modelOf, withPackage } from '../support/build.ts';
import { drawFaults } from '../support/draw-faults.ts';
import { node, model as onnxModel } from '../support/onnx-model.ts';
import { compileTrainable, moved } from '../support/trained.ts';
import { tinyModel } from '../verify/tiny.ts';

/** The hidden integers that a bitstream writes, by `array row pair`. */
async function written(pkg: Package): Promise<Map<string, number>> {
  const { arrays } = await decodeBitstream(pathIn(pkg, 'bitstream'), 'program.xbs');
  const values = new Map<string, number>();
  for await (const { array, instructions } of arrays)
    for (const i of instructions)
      if (i.op === 'write-hidden')
        for (const [k, value] of i.values.entries()) values.set(`${array} ${i.row} ${i.pair + k}`, value);
  return values;
}

/** What stands for a layer's weights in the cells where its blocks put them. */
function heldBy(values: ReadonlyMap<string, number>, mapping: Mapping, layer: number): Int16Array {
  const { array, row, pair, sign } = weightPlacesOf(mapping, layer);
  return Int16Array.from(array, (_, i) => sign[i]! * values.get(`${array[i]} ${row[i]} ${pair[i]}`)!);
}

describe('replaceLayers', () => {
  it('writes the hidden integers, and computes with their digits, the step and the bias', async () => {
    const compiled = await compileTrainable();
    const first = moved(compiled, 'h', 0.6, 1);
    await withPackage(await replaceLayers(compiled, [first]), async (pkg) => {
      const back = await compiledOf(pkg);
      expect(heldBy(await written(pkg), back.mapping, 0)).toEqual(first.hidden);
      expect(back.mapping.layers[0]!.hidden).toEqual(first.hidden);
      expect(back.mapping.layers[1]!.hidden).toBeUndefined();
      const x = drawFeeds([{ name: 'x', elementType: 1, dims: [5, 12] }], 9);
      const session = await openSession(encodeModel(lowerGraph(pkg.reference, () => undefined, ['h'])));
      const got = (await session.run(x)).h!.data as Float32Array;
      const { scale, zero } = compiled.record.layers.get('h')!.quantization;
      const wanted = Array.from(got, (_, at) => {
        const [sample, column] = [Math.floor(at / 16), at % 16];
        let sum = first.bias[column]!;
        for (let row = 0; row < 12; row++) {
          const input = (x.x!.data as Float32Array)[sample * 12 + row]!;
          const code = Math.max(0, Math.min(255, Math.round(input / scale) + zero)) - zero;
          sum += scale * code * first.scales[column]! * Math.trunc(first.hidden[row * 16 + column]! / 64);
        }
        return sum;
      });
      for (const [i, value] of wanted.entries()) expect(got[i]).toBeCloseTo(value, 4);
    });
  });

  it('leaves other layers and all places as they were; converter ranges follow the trained layer alone', async () => {
    const compiled = await compileTrainable();
    const replaced = await replaceLayers(compiled, [moved(compiled, 'logits', 0.9, 2)]);
    expect(replaced.mapping.blocks).toBe(compiled.mapping.blocks);
    expect(replaced.mapping.layers[0]).toBe(compiled.mapping.layers[0]);
    for (const [index, { layer }] of compiled.mapping.blocks.entries()) {
      if (layer === 0) expect(replaced.converters[index]).toBe(compiled.converters[index]);
      else expect(replaced.converters[index]).not.toEqual(compiled.converters[index]);
    }
    expect(replaced.summary).toEqual(compiled.summary);
    const same = await replaceLayers(compiled, []);
    expect([...same.schedule()]).toEqual([...compiled.schedule()]);
  });

  it('goes on from what an earlier training left, and survives being written and read', async () => {
    const once = await replaceLayers(...(await trained(0.5, 3)));
    await withPackage(once, async (pkg) => {
      const back = await compiledOf(pkg);
      expect([...back.schedule()]).toEqual([...once.schedule()]);
      const twice = await replaceLayers(back, [moved(back, 'h', 0.5, 4)]);
      expect(twice.mapping.layers[1]!.hidden).toEqual(once.mapping.layers[1]!.hidden);
    });
  });

  it('follows columns that went around faults', async () => {
    const loaded = await loadTarget('leti-fecap-130nm');
    const faults = drawFaults(loaded.target, 10, 0.05, 3);
    const feeds = [1, 2, 3].map((seed) => drawFeeds(tinyModel().graph.inputs, seed));
    const compiled = await compileModel(tinyModel(), loaded, feeds, { slices: 1 }, faults);
    const flips = compiled.mapping.blocks.flatMap(({ places }) => [...(places?.flipped ?? [])]);
    expect(flips).toContain(1);
    const trainedLayers = ['h', 'logits'].map((output, i) => moved(compiled, output, 0.7, 5 + i));
    await withPackage(await replaceLayers(compiled, trainedLayers), async (pkg) => {
      const values = await written(pkg);
      const back = await compiledOf(pkg);
      for (const [layer, { hidden }] of trainedLayers.entries()) {
        expect(heldBy(values, compiled.mapping, layer)).toEqual(hidden);
        expect(back.mapping.layers[layer]!.hidden).toEqual(hidden);
      }
    });
  });

  it('refuses layers that do not hold a weight in one pair of cells, all at once', async () => {
    const compiled = await compileTrainable([], {
      layers: [
        { match: 'first', slices: 2 },
        { match: 'second', copies: 2 },
      ],
    });
    const weights = ['h', 'logits'].map((output) => moved(compiled, output, 0, 1));
    await expect(replaceLayers(compiled, weights)).rejects.toMatchObject({
      diagnostics: [
        {
          code: 'train/not-trainable',
          at: "node 'first' (MatMul, #0)",
          message: expect.stringContaining('2 digits'),
        },
        {
          code: 'train/not-trainable',
          at: "node 'second' (MatMul, #2)",
          message: expect.stringContaining('2 times'),
        },
      ],
    });
    const plain = await compileModel(
      tinyModel(),
      await loadTarget('tetramem-256-6bit'),
      [drawFeeds(tinyModel().graph.inputs, 1)],
      { slices: 1 },
    );
    expect(findTrainingObstacles(plain, ['h'])[0]!.message).toContain('no hidden planes');
    const offset = {
      ...compiled,
      mapping: {
        ...compiled.mapping,
        layers: compiled.mapping.layers.map((l) => ({ ...l, encoding: 'offset' as const })),
      },
    };
    expect(findTrainingObstacles(offset, ['h'])[0]!.message).toContain('reference column');
    const repeated = {
      ...compiled,
      mapping: {
        ...compiled.mapping,
        layers: compiled.mapping.layers.map((l) => ({ ...l, slices: 1, repeats: 3 })),
      },
    };
    expect(findTrainingObstacles(repeated, ['h'])[0]!.message).toContain('repeated in 3 rows');
    const w = float32(
      [12, 12],
      Float32Array.from({ length: 144 }, (_, i) => Math.sin(i * i)),
    );
    const shared = modelOf(
      onnxModel({
        inputs: { x: ['N', 12] },
        outputs: { z: ['N', 12] },
        constants: { w },
        nodes: [node('MatMul', ['x', 'w'], ['y']), node('MatMul', ['y', 'w'], ['z'])],
      }),
    );
    const twice = await compileModel(
      shared,
      await loadTarget('leti-fecap-130nm'),
      [drawFeeds(shared.graph.inputs, 1)],
      { slices: 1 },
    );
    expect(findTrainingObstacles(twice, ['z'])[0]!.message).toContain('2 nodes');
    expect(() => findTrainingObstacles(compiled, ['nothing'])).toThrow(InternalError);
  });

  it('hidden integers that contradict the digits are found', async () => {
    const compiled = await replaceLayers(...(await trained(1, 6)));
    const { mapping, loaded } = compiled;
    const [first, second] = mapping.layers as [Mapping['layers'][0], Mapping['layers'][0]];
    const broken = (change: Partial<typeof second>) => () =>
      verifyMapping({ ...mapping, layers: [first, { ...second, ...change }] }, loaded.target);
    broken({})();
    const hidden = second.hidden!.slice();
    hidden[3] = 64 * (second.node.integers[3]! < 7 ? second.node.integers[3]! + 1 : -1);
    if (second.node.integers[3] === -1) hidden[3] = 64;
    expect(broken({ hidden })).toThrow('of weight 3');
    expect(broken({ hidden: hidden.subarray(1) })).toThrow('hidden integers of 128 weights');
    expect(broken({ levelStep: 2 })).toThrow('a level per digit step');
  });
});

async function trained(share: number, seed: number): Promise<Parameters<typeof replaceLayers>> {
  const compiled: Compiled = await compileTrainable();
  return [compiled, [moved(compiled, 'logits', share, seed)]];
}
