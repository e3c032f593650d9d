/** A compiled network with replicas against the same without: what it computes, where it lies, and what it costs. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { circuitsOf } from '../../src/cost/circuits-of.ts';
import { type Cost, costPackage } from '../../src/cost/cost.ts';
import { digitsOf } from '../../src/ir/mapping.ts';
import { placedMappingOf } from '../../src/package/mapping-of.ts';
import { openPackage, type Package } from '../../src/package/open.ts';
import { runCli } from '../cli/run-cli.ts';
import { tinyFolder } from '../cli/tiny-net.ts';

const replicas = 4;
let folder = '';
const at = (name: string) => join(folder, name);
const made: { pkg: Package; cost: Cost; outputs: number[] }[] = [];

beforeAll(async () => {
  folder = await tinyFolder();
  // What rests on the vectors of a layer differs by the replica: rounding, biases, and the range of inputs.
  const options = 'weightRounding: nearest\nbiasCorrection: false\nactivationRange: minmax\n';
  await writeFile(at('once.yaml'), options);
  await writeFile(at('often.yaml'), `${options}layers: [{ match: stem, replicas: ${replicas} }]\n`);
  for (const name of ['once', 'often']) {
    const { exit, err } = await runCli([
      ...['compile', at('net.onnx'), '--target', 'isaac-128', '--options', at(`${name}.yaml`)],
      ...['--calibrate', at('data.npy'), '-o', at(`${name}.xbar`)],
    ]);
    expect(exit, err).toBe(0);
    const pkg = await openPackage(at(`${name}.xbar`));
    await runCli(['program', at(`${name}.xbar`), '--no-calibrate', '-o', at(name)]);
    const { out } = await runCli([
      ...['run', at(`${name}.xbar`), '--input', at('one.npy'), '--chip', at(name), '--json'],
    ]);
    const outputs = JSON.stringify(JSON.parse(out))
      .match(/-?\d+\.\d+(e-?\d+)?/g)!
      .map(Number);
    made.push({ pkg, cost: await costPackage(pkg, { circuits: await circuitsOf(pkg), seed: 1 }), outputs });
  }
});
afterAll(() => rm(folder, { recursive: true }));

test('the chip computes the same', () => {
  const [once, often] = made;
  expect(once!.outputs.length).toBeGreaterThan(4);
  expect(often!.outputs).toEqual(once!.outputs);
});

test('the bitstream has the same digits on as many arrays', () => {
  const { layers, blocks, arrays } = placedMappingOf(made[1]!.pkg);
  const stems = layers.flatMap((layer, i) => (layer.node.origin.name === 'stem' ? [i] : []));
  expect(stems).toHaveLength(replicas);
  const own = stems.map((stem) => blocks.filter(({ layer }) => layer === stem));
  const places = own.map((some) => new Set(some.map(({ array }) => array)));
  expect(places.map(({ size }) => size)).toEqual(Array(replicas).fill(1));
  expect(new Set(places.flatMap((some) => [...some])).size).toBe(replicas);
  expect(arrays).toBeGreaterThanOrEqual(replicas);
  const digits = stems.map((stem, i) =>
    own[i]!.map((block) => [...digitsOf(layers[stem]!, block, 0, layers[stem]!.node.integers.length)]),
  );
  for (const some of digits) expect(some).toEqual(digits[0]);
});

test('the layer takes a fraction of the time, and as many conversions', () => {
  const [once, often] = made.map(({ cost }) => cost);
  const stems = (cost: Cost) => cost.layers.filter(({ name }) => name === 'stem');
  const [stem] = stems(once!);
  const sum = (value: (layer: Cost['layers'][number]) => number) =>
    stems(often!).reduce((total, layer) => total + value(layer), 0);
  expect(sum(({ macs }) => macs)).toBe(stem!.macs);
  expect(sum(({ parts }) => parts.converters)).toBeCloseTo(stem!.parts.converters, 18);
  // 4 rows of 4 positions, a row each; blocks of replicas are driven together.
  for (const { time } of stems(often!)) expect(time).toBeCloseTo(4 * 15 * 100e-9 + 30 * 0.78e-9, 12);
  expect(often!.inference.latency).toBeLessThan(once!.inference.latency);
  expect(often!.inference.interval).toBeLessThan(once!.inference.interval);
});
