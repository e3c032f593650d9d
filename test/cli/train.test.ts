import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStream } from '../../src/math/random.ts';
import { float32 } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openPackage } from '../../src/package/open.ts';
import { model, node } from '../support/onnx-model.ts';
import { problemOf, runCli, runUntil } from './run-cli.ts';

let folder = '';
const at = (name: string) => join(folder, name);

/** Samples of three classes around three corners, as MNIST's files have them: 2 x 3 bytes each. */
async function writePart(part: string, count: number, mostLabel = 2): Promise<void> {
  const stream = openStream(5, part, 0);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % (mostLabel + 1));
  const images = new Uint8Array(6 * count);
  labels.forEach((label, i) => {
    for (let k = 0; k < 6; k++)
      images[6 * i + k] = Math.max(0, Math.min(255, (k % 3 === label ? 190 : 60) + 45 * stream.normal()));
  });
  const idx = (dims: readonly number[], data: Uint8Array) => {
    const head = Buffer.alloc(4 + 4 * dims.length);
    head.writeUInt32BE(0x800 + dims.length, 0);
    for (const [i, dim] of dims.entries()) head.writeUInt32BE(dim, 4 + 4 * i);
    return Buffer.concat([head, data]);
  };
  await writeFile(at(`data/${part}-images-idx3-ubyte`), idx([count, 2, 3], images));
  await writeFile(at(`data/${part}-labels-idx1-ubyte`), idx([count], labels));
}

const mlp = (...more: string[]) => [
  ...['train', '--mlp', '6-8-3', '--data', at('data'), '--epochs', '4', '--transfer-every', '20'],
  ...['--mask-probability', '0.9', '--learning-rate', '5', ...more],
];
const bytesOf = (name: string, file: string) => readFile(join(at(name), file));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-train-'));
  await mkdir(at('data'));
  await writePart('train', 300);
  await writePart('t10k', 90);
});
afterAll(() => rm(folder, { recursive: true }));

describe('crossloom train', () => {
  test('learns on the chip, and writes a package that other verbs take', async () => {
    const { exit, out } = await runCli(mlp('-o', at('net.xbar'), '--json'));
    expect(exit).toBe(0);
    const report = JSON.parse(out);
    expect(report.epochs).toHaveLength(4);
    // Three classes that hardly overlap; guessing gives 33 %.
    expect(report.epochs[3].test).toBeGreaterThan(80);
    expect(report.epochs[3].float).toBeGreaterThan(90);
    expect(report).toMatchObject({
      inputs: 1200,
      synapses: 72,
      transfers: 61,
      samples: { training: 300, test: 90 },
    });
    expect(report.costs.transfers).toBe(72 * 61);
    expect(report.endurance.memristor).toEqual({ cycles: 62, limit: 1e5 });
    const { manifest } = await openPackage(at('net.xbar'));
    expect(manifest.model.file).toBe('reference.onnx');
    expect(manifest.training).toMatchObject({ seed: 1, transferEvery: 20, epochs: 4 });
    const verified = await runCli([
      'verify',
      at('net.xbar'),
      '--data',
      at('data'),
      '--trials',
      '1',
      '--json',
    ]);
    expect(verified.exit).toBe(0);
    const { mapped, ideal } = JSON.parse(verified.out);
    // The chip that learnt: its own devices, and converters besides.
    expect(ideal.top1).toBeGreaterThan(80);
    expect(mapped.top1.mean).toBeGreaterThan(80);
  });

  test('Ctrl-C ends with a checkpoint and the command that goes on from it, to the same bytes', async () => {
    const checkpoint = at('stopped.xbar.checkpoint');
    const args = mlp('-o', at('stopped.xbar'));
    for (const sign of ['epoch 2 of 4: 100/300', 'epoch 3 of 4: test: ']) {
      const resume = existsSync(checkpoint) ? ['--resume'] : [];
      const stopped = await runUntil(sign, [...args, ...resume]);
      expect(stopped).toMatchObject({ exit: 130, out: '' });
      const [said, command] = stopped.err.trimEnd().split('\n').slice(-2);
      expect(said).toMatch(/^interrupted at epoch [23] of 4: .*; the run is kept in \S*\.checkpoint; /);
      expect(command).toBe(`crossloom ${args.join(' ')} --resume`);
      expect([existsSync(checkpoint), existsSync(at('stopped.xbar'))]).toEqual([true, false]);
    }
    expect((await runCli([...args, '--resume'])).exit).toBe(0);
    expect(existsSync(checkpoint)).toBe(false);
    expect((await runCli(mlp('-o', at('through.xbar')))).exit).toBe(0);
    expect(await bytesOf('stopped.xbar', 'program.xbs')).toEqual(
      await bytesOf('through.xbar', 'program.xbs'),
    );
    const { training } = (await openPackage(at('stopped.xbar'))).manifest;
    expect(training).toEqual((await openPackage(at('through.xbar'))).manifest.training);
  });

  test('a run of more than a minute writes checkpoints, and a shorter one none', async () => {
    const seen: boolean[] = [];
    let time = 0;
    const run = (ms: number) =>
      runCli(mlp('-o', at(`${ms}.xbar`)), {
        now: () => {
          time += ms;
          return time;
        },
        isTty: true,
        redraw: () => void seen.push(existsSync(at(`${ms}.xbar.checkpoint`))),
      });
    expect((await run(500)).exit).toBe(0);
    expect([seen.length > 0, seen.includes(true)]).toEqual([true, false]);
    expect((await run(20_000)).exit).toBe(0);
    expect(seen).toContain(true);
    expect(existsSync(at('20000.xbar.checkpoint'))).toBe(false);
  });

  test('goes on from a checkpoint to the same bytes, and only with the same run', async () => {
    expect((await runCli(mlp('-o', at('whole.xbar')))).exit).toBe(0);
    const checkpoint = at('cut.xbar.checkpoint');
    const cut = mlp('-o', at('cut.xbar'), '--checkpoint-every', '150');
    const crash = () => {
      if (existsSync(checkpoint)) throw new Error('cut short');
      return 0;
    };
    expect((await runCli(cut, { now: crash })).exit).toBe(70);
    expect([existsSync(checkpoint), existsSync(at('cut.xbar'))]).toEqual([true, false]);
    const other = await runCli([...cut, '--resume', '--seed', '2']);
    expect(problemOf(other)).toBe('60 train/other-checkpoint');
    expect(other.err).toContain('seed was 1 and is 2');
    const reached = await runCli([...cut, '--resume', '--mask-reach', 'all', '--step-size', '2']);
    expect(reached.err).toContain('maskReach was absent and is all');
    expect(reached.err).toContain('stepSize was absent and is 2');
    expect((await runCli([...cut, '--resume'])).exit).toBe(0);
    expect(existsSync(checkpoint)).toBe(false);
    for (const file of ['program.xbs', 'host.onnx', 'reference.onnx', 'calibration.npz'])
      expect(Buffer.compare(await bytesOf('cut.xbar', file), await bytesOf('whole.xbar', file))).toBe(0);
  });

  test('says what is wrong with flags, data, target and network', async () => {
    const place = ['-o', at('wrong.xbar')];
    const wrong = async (...args: string[]) => {
      const outcome = await runCli(args);
      return [
        problemOf(outcome),
        outcome.err.split('\n').filter((line) => line.startsWith('error')),
      ] as const;
    };
    expect(await wrong(...mlp('--transfer-every', '0', '--epochs', '0', ...place))).toEqual([
      '25 options/invalid',
      [
        expect.stringContaining('error[options/invalid] at --transfer-every 0'),
        expect.stringContaining('error[options/invalid] at --epochs 0'),
      ],
    ]);
    expect(await wrong(...mlp('--step-size', '600', ...place))).toEqual([
      '25 options/invalid',
      [expect.stringContaining('at --step-size 600')],
    ]);
    expect((await wrong('train', '--data', at('data'), ...place))[0]).toBe('25 options/invalid');
    expect(await wrong(...mlp('--target', 'tetramem-256', ...place))).toEqual([
      '60 train/no-hidden-planes',
      [expect.stringContaining('error[train/no-hidden-planes] at target tetramem-256')],
    ]);
    expect((await wrong('train', '--mlp', '6-4-2', '--data', at('data'), ...place))[0]).toBe(
      '40 data/label-out-of-range',
    );
    expect(
      (await wrong('train', at('net.xbar'), '--layers', 'none', '--data', at('data'), ...place))[0],
    ).toBe('60 train/no-such-layer');
    expect((await wrong(...mlp('--resume', ...place)))[0]).toBe('2 train/checkpoint-unreadable');
    const bent = model({
      inputs: { x: ['N', 6] },
      outputs: { y: ['N', 3] },
      constants: {
        w: float32(
          [6, 3],
          Float32Array.from({ length: 18 }, (_, i) => Math.sin(i)),
        ),
      },
      nodes: [node('MatMul', ['x', 'w'], ['h'], {}, 'head'), node('Tanh', ['h'], ['y'], {}, 'bend')],
    });
    await writeFile(at('bent.onnx'), encodeModel(bent));
    expect(await wrong('train', at('bent.onnx'), '--data', at('data'), ...place)).toEqual([
      '60 train/no-gradient',
      [expect.stringContaining("error[train/no-gradient] at node 'bend' (Tanh, #1)")],
    ]);
    expect((await readdir(folder)).filter((name) => name.startsWith('wrong'))).toEqual([]);
  });

  test('stops before a device is used up, and says at which input, unless told to go on', async () => {
    const spent = ['--set', 'faults.endurance=10'];
    const { exit, err } = await runCli(mlp(...spent, '-o', at('worn.xbar')));
    expect(exit).toBe(60);
    // Forming's RESET and the first transfer, then eight more: the ninth would come after input 180.
    expect(err).toContain('error[train/endurance-spent] at input 180');
    const on = await runCli(mlp(...spent, '--beyond-endurance', '-o', at('worn.xbar')));
    expect(on.exit).toBe(0);
    expect(await bytesOf('worn.xbar', 'program.xbs')).toBeDefined();
  });

  test('trains the last layer of a package, whose chip a delta then turns into the new one', async () => {
    const two = model({
      inputs: { x: ['N', 6] },
      outputs: { y: ['N', 3] },
      constants: {
        // Input k says class k % 3, and so does feature j.
        a: float32(
          [6, 8],
          Float32Array.from({ length: 48 }, (_, i) => ((i >> 3) % 3 === (i & 7) % 3 ? 1 : -0.4)),
        ),
        b: float32(
          [8, 3],
          Float32Array.from({ length: 24 }, (_, i) => Math.sin(i)),
        ),
      },
      nodes: [
        node('MatMul', ['x', 'a'], ['h'], {}, 'front'),
        node('Relu', ['h'], ['r']),
        node('MatMul', ['r', 'b'], ['y'], {}, 'head'),
      ],
    });
    await writeFile(at('two.onnx'), encodeModel(two));
    await writeFile(at('unit.yaml'), 'scale: 1/255\n');
    await writeFile(at('options.yaml'), 'target: leti-fecap-130nm\nlayers:\n  - {match: head, slices: 1}\n');
    const compiled = await runCli([
      ...['compile', at('two.onnx'), '--calibrate', at('data'), '--preprocess', at('unit.yaml')],
      ...['--options', at('options.yaml'), '-o', at('two.xbar')],
    ]);
    expect(compiled).toMatchObject({ exit: 0 });
    const flags = ['--layers', 'head', '--start', 'random', '--epochs', '8', '--transfer-every', '20'];
    const trained = await runCli([
      ...['train', at('two.xbar'), '--data', at('data'), ...flags, '--learning-rate', '20'],
      ...['-o', at('tuned.xbar'), '--json'],
    ]);
    expect(trained.exit).toBe(0);
    const { epochs, layers } = JSON.parse(trained.out);
    expect(layers).toEqual([{ name: 'head', inputs: 8, outputs: 3 }]);
    expect(epochs[7].test).toBeGreaterThan(80);
    expect((await runCli(['program', at('two.xbar'), '--seed', '1', '-o', at('chip')])).exit).toBe(0);
    const onto = ['program', at('tuned.xbar'), '--onto', at('chip'), '-o', at('chip2')];
    expect((await runCli(onto)).exit).toBe(0);
    const verify = ['verify', at('tuned.xbar'), '--data', at('data'), '--chip', at('chip2'), '--json'];
    expect((await runCli(verify)).exit).toBe(0);
  });

  test('learns by parallel updates, goes on to the same bytes, and refuses what does not belong to them', async () => {
    const pulsed = (...more: string[]) => [
      ...['train', '--rule', 'parallel', '--mlp', '6-8-3', '--data', at('data'), '--epochs', '3'],
      ...['--weight-range', '3', '--learning-rate', '0.05', ...more],
    ];
    const { exit, out } = await runCli(pulsed('-o', at('pulsed.xbar'), '--json'));
    expect(exit).toBe(0);
    const report = JSON.parse(out);
    expect(report.epochs[2].test).toBeGreaterThan(80);
    expect(report).toMatchObject({ target: 'cmo-hfox-350nm', inputs: 900, synapses: 72 });
    expect(report.costs.updates).toBe(1800);
    const { manifest } = await openPackage(at('pulsed.xbar'));
    expect(manifest.training).toMatchObject({ rule: 'parallel', longestTrain: 10, weightRange: 3 });
    const verify = ['--data', at('data'), '--trials', '1', '--json'];
    const verified = await runCli(['verify', at('pulsed.xbar'), ...verify]);
    expect(JSON.parse(verified.out).mapped.top1.mean).toBeGreaterThan(80);
    const checkpoint = at('cut-pulsed.xbar.checkpoint');
    const cut = pulsed('-o', at('cut-pulsed.xbar'), '--checkpoint-every', '350');
    const crash = () => {
      if (existsSync(checkpoint)) throw new Error('cut short');
      return 0;
    };
    expect((await runCli(cut, { now: crash })).exit).toBe(70);
    expect((await runCli([...cut, '--resume'])).exit).toBe(0);
    for (const file of ['program.xbs', 'host.onnx', 'reference.onnx', 'calibration.npz'])
      expect(Buffer.compare(await bytesOf('cut-pulsed.xbar', file), await bytesOf('pulsed.xbar', file))).toBe(
        0,
      );
    const place = ['-o', at('wrong-pulsed.xbar')];
    const wrong = async (...args: string[]) => {
      const outcome = await runCli(pulsed(...args, ...place));
      return [problemOf(outcome), outcome.err.split('\n').filter((line) => line.startsWith('error'))];
    };
    expect(await wrong('--target', 'leti-fecap-130nm')).toEqual([
      '60 train/no-parallel-updates',
      [expect.stringContaining('at target leti-fecap-130nm')],
    ]);
    expect(await wrong('--mask-probability', '0.5', '--longest-train', '33')).toEqual([
      '25 options/invalid',
      [
        expect.stringContaining('at --longest-train 33'),
        expect.stringContaining('at --mask-probability: --rule parallel has no use for it'),
      ],
    ]);
  });

  test.each(['tiki-taka-2', 'tiki-taka-4'])('%s learns, and writes a package', async (rule) => {
    const { exit, out } = await runCli([
      ...['train', '--rule', rule, '--mlp', '6-8-3', '--data', at('data'), '--epochs', '3'],
      ...['--weight-range', '3', '--learning-rate', '0.1', '-o', at(`${rule}.xbar`), '--json'],
    ]);
    expect(exit).toBe(0);
    const report = JSON.parse(out);
    expect(report.epochs[2].test).toBeGreaterThan(60);
    // One array holds both layers, and one their fast cells.
    expect(report.arrays).toBe(2);
    expect(report.costs.reads).toBe(1800);
    const { manifest } = await openPackage(at(`${rule}.xbar`));
    expect(manifest.training).toMatchObject({ rule, transferEvery: 1, chopEvery: 10 });
  });

  test('parallel updates of a package make a delta that turns its chip into the new one', async () => {
    const small = [
      'train',
      '--rule',
      'parallel',
      '--data',
      at('data'),
      '--epochs',
      '1',
      '--learning-rate',
      '0.05',
    ];
    expect((await runCli([...small, '--mlp', '6-8-3', '-o', at('old.xbar')])).exit).toBe(0);
    const again = await runCli([...small, at('old.xbar'), '--epochs', '2', '-o', at('new.xbar')]);
    expect(again).toMatchObject({ exit: 0 });
    expect((await runCli(['program', at('old.xbar'), '--seed', '1', '-o', at('chip3')])).exit).toBe(0);
    const onto = ['program', at('new.xbar'), '--onto', at('chip3'), '-o', at('chip4')];
    expect((await runCli(onto)).exit).toBe(0);
    const delta = await runCli(['disasm', join(at('new.xbar'), 'delta.xbs')]);
    expect(delta.out).toMatch(/^ *program /m);
    expect(delta.out).not.toMatch(/^ *(reset|form|verify) /m);
    const verify = ['verify', at('new.xbar'), '--data', at('data'), '--chip', at('chip4'), '--json'];
    const verified = await runCli(verify);
    expect(verified.exit).toBe(0);
    expect(JSON.parse(verified.out).mapped.top1.mean).toBeGreaterThan(80);
  });
});
