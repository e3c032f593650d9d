import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demo } from '../../src/cli/demo.ts';
import { openPackage } from '../../src/package/open.ts';
import { collectingIo, problemOf, runCli } from './run-cli.ts';
import { classes, tinyFolder, tinyImages } from './tiny-net.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-cli-demo-'));
});
afterAll(() => rm(folder, { recursive: true }));

const left = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('crossloom-demo-'));

/** An idx file of bytes. */
function idx(dims: readonly number[], values: Uint8Array): Buffer {
  const head = Buffer.alloc(4 + 4 * dims.length);
  head.set([0, 0, 8, dims.length]);
  dims.forEach((length, axis) => {
    head.writeUInt32BE(length, 4 + 4 * axis);
  });
  return Buffer.concat([head, values]);
}

/** The tiny net, laid out as the bundled fixture is. */
async function tinyFixture(): Promise<string> {
  const fixture = join(folder, 'tiny');
  await mkdir(fixture);
  const net = await tinyFolder();
  await cp(join(net, 'net.onnx'), join(fixture, 'model.onnx'));
  await cp(join(net, 'net.preprocess.yaml'), join(fixture, 'preprocess.yaml'));
  await rm(net, { recursive: true });
  for (const [part, count, seed] of [
    ['test', 30, 1],
    ['calibration', 10, 2],
  ] as const) {
    const labels = Uint8Array.from({ length: count }, (_, i) => i % classes);
    await writeFile(join(fixture, `${part}-labels-idx1-ubyte`), idx([count], labels));
    const images = idx([count, 6, 6], tinyImages(count, seed));
    await writeFile(join(fixture, `${part}-images-idx3-ubyte`), images);
  }
  return fixture;
}

describe('crossloom demo', () => {
  test('goes the whole way on the bundled network; the other verbs take what it keeps', async () => {
    const keep = join(folder, 'kept');
    const { exit, out } = await runCli(['demo', '--images', '20', '--keep', keep]);
    expect(exit).toBe(0);
    const commands = out.split('\n').filter((line) => line.startsWith('$ crossloom '));
    const verbs = ['compile', 'program', 'verify'];
    expect(commands.map((line) => line.split(' ')[2])).toEqual([...verbs, ...verbs]);
    expect(commands[2]).toContain(`--images 20 --wires on --chip ${join(keep, 'tetramem-256-6bit-chip')}`);
    expect(out).toMatch(/[\d,]+ FeCAP writes, [\d,]+ transfers/);
    for (const target of ['tetramem-256-6bit', 'leti-fecap-130nm']) {
      const [, float, chip] = new RegExp(
        `^${target} +[\\d,]+ +[\\d,]+ +([\\d.]+) % +[\\d.]+ % +([\\d.]+) % +[\\d.]+ % `,
        'm',
      ).exec(out)!;
      // The network is right on 94 % of all test images, and programmed chips on about as many.
      expect(Number(float)).toBeGreaterThanOrEqual(80);
      expect(Number(chip)).toBeGreaterThanOrEqual(75);
      const { manifest } = await openPackage(join(keep, `${target}.xbar`));
      expect(manifest.calibration.samples).toHaveLength(128);
    }
    const again = ['run', join(keep, 'leti-fecap-130nm.xbar'), '--chip', join(keep, 'leti-fecap-130nm-chip')];
    const input = 'fixtures/fashion-mobilenetv2/test-images-idx3-ubyte.gz';
    const { out: top } = await runCli([...again, '--input', input, '--top', '1']);
    expect(top).toContain('Ankle boot');
    expect(problemOf(await runCli(['demo', '--keep', keep]))).toBe('30 package/exists');
  });

  test('prints JSON, and cleans up', async () => {
    const before = await left();
    const { io, out } = collectingIo();
    await demo(io, { images: 12, json: true }, await tinyFixture());
    expect(await left()).toEqual(before);
    expect(JSON.parse(out())).toMatchObject({
      images: 12,
      results: ['tetramem-256-6bit', 'leti-fecap-130nm'].map((target) => ({
        target,
        report: { data: { images: 12, calibrationOverlap: 0 }, trials: [{ seed: 1, calibrated: true }] },
      })),
    });
  });
});
