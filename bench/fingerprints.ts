/**
 * `npm run fingerprints`: SHA-256 of everything that the main jobs leave, for a change that is to change none of it. Models
 * are compiled for every target, programmed and verified by the built command line, some with options; a small network
 * is trained, and goes onto a chip as a delta. One line per file or report. What depends on the machine (durations) is left out.
 *
 *   npm run --silent fingerprints > before.txt      before the change
 *   npm run --silent fingerprints | diff before.txt -      after it
 *
 * Arguments are patterns that pick jobs by their name.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installRoot } from '../src/files/install-root.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

const shared = process.env.CROSSLOOM_DATA ?? join(installRoot(), '../shared/data');
const cli = join(installRoot(), 'dist/src/cli.js');
/** A target file, as it lies in the folder of every job. */
const pulsed = 'pulse-verify.yaml';
const pulsedFile = join(installRoot(), 'test/support', pulsed);
const targets = readdirSync(join(installRoot(), 'targets')).map((file) => file.replace(/\.yaml$/, ''));

interface Model {
  readonly file: string;
  readonly data: string;
  readonly preprocessing: string;
}

const trained = (name: string, data: string, preprocessing = 'scale: 1'): Model => ({
  file: join(shared, 'models', `${name}.onnx`),
  data: join(shared, data),
  preprocessing,
});
const fixture = join(installRoot(), 'fixtures/fashion-mobilenetv2');
const models = {
  'mnist-cnn': trained('mnist-cnn', 'mnist'),
  'mnist-lstm': trained('mnist-lstm', 'mnist', 'scale: 1/255'),
  dscnn: trained('mlperf-tiny-dscnn', 'keywords', 'mean: [83]\nstd: 1/0.5847029'),
  'resnet8-qdq': trained('mlperf-tiny-resnet8-qdq', 'cifar10'),
  'demo-mobilenetv2': {
    file: join(fixture, 'model.onnx'),
    data: join(fixture, 'test-images-idx3-ubyte.gz'),
    preprocessing: 'mean: [72.93]\nstd: [90.015]',
  },
};

interface Job {
  readonly name: string;
  readonly model: Model;
  readonly target: string;
  /** Lines of an options file. */
  readonly options?: string;
  readonly verify?: readonly string[];
  /** Whether the chip's faulty cells are surveyed and worked around. */
  readonly faults?: boolean;
}

const { 'demo-mobilenetv2': demo, ...small } = models;
const jobs: readonly Job[] = [
  ...Object.entries(small).flatMap(([name, model]) =>
    [...targets, pulsed].map((target) => ({
      name: `${name} ${target === pulsed ? 'pulsed' : target}`,
      model,
      target,
    })),
  ),
  { name: 'demo tetramem', model: demo, target: 'tetramem-256-6bit', options: 'window: 0.1' },
  { name: 'demo leti', model: demo, target: 'leti-fecap-130nm' },
  {
    name: 'demo pcm groups',
    model: demo,
    target: 'pcm-256',
    verify: ['--at', '1s,1d', '--compensate', 'columns'],
  },
  {
    name: 'dscnn residual',
    model: small.dscnn,
    target: 'tetramem-256-6bit',
    options: 'slices: 2\nresidual: true',
  },
  {
    name: 'dscnn copies',
    model: small.dscnn,
    target: 'cmo-hfox-130nm-2pct',
    options: 'copies: 2\nresidual: true',
  },
  {
    name: 'dscnn residual pcm',
    model: small.dscnn,
    target: 'pcm-256',
    options: 'slices: 2\nresidual: true\nencoding: differential',
  },
  {
    name: 'dscnn repeats',
    model: small.dscnn,
    target: 'tetramem-256-6bit',
    options: 'repeats: 3\ncopies: 2',
  },
  { name: 'dscnn copies leti', model: small.dscnn, target: 'leti-fecap-130nm', options: 'copies: 4' },
  {
    name: 'dscnn wires',
    model: small.dscnn,
    target: 'tetramem-256-6bit',
    options: 'wireCorrection: levels\nrowOrder: magnitude\nwindow: 0.1',
  },
  {
    name: 'cnn gains',
    model: small['mnist-cnn'],
    target: 'tio2-feedforward',
    options: 'wireCorrection: gains\nencoding: auto',
  },
  {
    name: 'dscnn faults',
    model: small.dscnn,
    target: 'tetramem-256-6bit',
    options: 'rowsAroundFaults: true',
    faults: true,
  },
  { name: 'dscnn around', model: small.dscnn, target: 'tetramem-256', verify: ['--around-faults'] },
  { name: 'cnn pulsed faults', model: small['mnist-cnn'], target: pulsed, faults: true },
  {
    name: 'cnn cmo times',
    model: small['mnist-cnn'],
    target: 'cmo-hfox-130nm',
    verify: ['--at', '1s,1d', '--compensate', 'global'],
  },
  {
    name: 'cnn options',
    model: small['mnist-cnn'],
    target: 'tetramem-256-6bit',
    options:
      'slices: 2\nencoding: offset\nequalization: true\nsignedActivations: true\ncolumnsPerRange: 4\ninputNumbers: binary\nset: [adc.convert=column, driver.bits=2]',
  },
];

const run = promisify(execFile);

/** The standard output of one verb, run in `folder`. */
async function crossloom(folder: string, ...args: readonly string[]): Promise<string> {
  // A report says what it took from an earlier run.
  const env = { ...process.env, CROSSLOOM_RESULTS: 'off' };
  const { stdout } = await run(process.execPath, [cli, ...args], { cwd: folder, env, maxBuffer: 2 ** 30 });
  return stdout;
}

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** A report without what the machine decides. */
function lasting(json: string): string {
  return JSON.stringify(JSON.parse(json), (key, value) =>
    key === 'duration' || key === 'seconds' ? undefined : value,
  );
}

const lines: string[] = [];
const note = (job: string, of: string, bytes: string | Uint8Array) =>
  lines.push(`${sha256(bytes)}  ${job}: ${of}`);

async function noteFolder(job: string, folder: string, name: string): Promise<void> {
  for (const file of readdirSync(join(folder, name)).sort())
    note(job, `${name}/${file}`, await readFile(join(folder, name, file)));
}

async function mapped({ name, model, target, options = '', verify = [], faults }: Job): Promise<void> {
  await withTemporaryFolder(async (folder) => {
    const verb = (...args: readonly string[]) => crossloom(folder, ...args);
    await copyFile(pulsedFile, join(folder, pulsed));
    await writeFile(join(folder, 'preprocess.yaml'), model.preprocessing);
    await writeFile(join(folder, 'options.yaml'), options || '{}');
    const compile = [
      ...[
        'compile',
        model.file,
        '--target',
        target,
        '--options',
        'options.yaml',
        '-o',
        'net.xbar',
        '--force',
      ],
      ...['--preprocess', 'preprocess.yaml', '--calibrate', model.data, '--samples', '32', '--json'],
    ];
    note(name, 'compile', lasting(await verb(...compile)));
    if (faults) {
      const { arrays } = JSON.parse(await readFile(join(folder, 'net.xbar/manifest.json'), 'utf8')).summary;
      const count = String(typeof arrays === 'number' ? arrays : 8);
      await verb('survey', '--target', target, '--arrays', count, '-o', 'faults.json');
      note(name, 'faults.json', await readFile(join(folder, 'faults.json')));
      note(name, 'compile around faults', lasting(await verb(...compile, '--faults', 'faults.json')));
    }
    await noteFolder(name, folder, 'net.xbar');
    note(name, 'disasm', await verb('disasm', 'net.xbar'));
    note(name, 'program', lasting(await verb('program', 'net.xbar', '-o', 'chip', '--json')));
    await noteFolder(name, folder, 'chip');
    const on = [
      'verify',
      'net.xbar',
      '--model',
      model.file,
      '--data',
      model.data,
      '--images',
      '32',
      '--json',
    ];
    const chips = verify.includes('--around-faults') ? ['--trials', '2'] : ['--chip', 'chip'];
    note(name, 'verify', lasting(await verb(...on, ...chips, ...verify)));
  });
}

/** A perceptron trained from new weights; then its last layer trained again, and the difference put onto its chip. */
async function learnt(): Promise<void> {
  const name = 'train';
  await withTemporaryFolder(async (folder) => {
    const verb = (...args: readonly string[]) => crossloom(folder, ...args);
    await writeFile(join(folder, 'preprocess.yaml'), 'scale: 1/255');
    const data = ['--data', join(shared, 'mnist'), '--preprocess', 'preprocess.yaml', '--samples', '2000'];
    const short = [...data, '--test-samples', '500', '--epochs', '1', '--json'];
    note(name, 'train', lasting(await verb('train', '--mlp', '784-32-10', ...short, '-o', 'net.xbar')));
    await noteFolder(name, folder, 'net.xbar');
    await verb('program', 'net.xbar', '-o', 'chip', '--json');
    await noteFolder(name, folder, 'chip');
    note(
      name,
      'again',
      lasting(await verb('train', 'net.xbar', ...short, '--batch', '10', '-o', 'again.xbar')),
    );
    await noteFolder(name, folder, 'again.xbar');
    note(
      name,
      'onto',
      lasting(await verb('program', 'again.xbar', '--onto', 'chip', '-o', 'chip2', '--json')),
    );
    await noteFolder(name, folder, 'chip2');
  });
}

async function described(): Promise<void> {
  await withTemporaryFolder(async (folder) => {
    await copyFile(pulsedFile, join(folder, pulsed));
    for (const target of [...targets, pulsed])
      note('targets', `show ${target}`, await crossloom(folder, 'targets', 'show', target));
    note('targets', 'staircase', await crossloom(folder, 'targets', 'staircase', 'leti-fecap-130nm'));
    for (const [name, { file }] of Object.entries(models))
      note('ops', name, await crossloom(folder, 'ops', file));
  });
}

if (!existsSync(join(shared, 'models'))) {
  process.stderr.write(`skipped: there are no models at ${shared}; set CROSSLOOM_DATA\n`);
} else {
  const wanted = process.argv.slice(2);
  const tasks = [
    ...jobs.map((job) => ({ name: job.name, work: () => mapped(job) })),
    { name: 'train', work: learnt },
    { name: 'targets', work: described },
  ].filter(({ name }) => wanted.every((pattern) => new RegExp(pattern).test(name)));
  const left = tasks.values();
  const worker = async () => {
    for (const { name, work } of left) {
      await work().catch((error) => lines.push(`failed: ${name}: ${error.message} ${error.stderr}`));
      process.stderr.write(`${name}\n`);
    }
  };
  await Promise.all([worker(), worker()]);
  process.stdout.write(`${lines.sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1)).join('\n')}\n`);
}
