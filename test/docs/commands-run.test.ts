/**
 * Every command line of docs/ runs, in the order of its page, on small things that have the names of a user's own; what a page takes for
 * granted is made before. What the README shows runs on the real network: test/readme.test.ts.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { allCommandLines } from '../support/readme-lines.ts';
import { standIns } from './stand-ins.ts';

const root = process.cwd();
let folder = '';
beforeEach(async () => {
  folder = await standIns();
  process.chdir(folder);
});
afterEach(async () => {
  process.chdir(root);
  await rm(folder, { recursive: true });
});

const compiled = (out: string, ...flags: readonly string[]) =>
  `compile ${out === 'net.xbar' ? 'net' : 'mobilenetv2'}.onnx --target tetramem-256-6bit --calibrate images/ -o ${out}${flags.map((flag) => ` ${flag}`).join('')}`;
const programmed = 'program mobilenetv2.xbar --seed 1 -o chip1';

/** What pages begin with. */
const before: Readonly<Record<string, readonly string[]>> = {
  'characterize.md': ['targets new --like pcm-256 -o chip.yaml'],
  'cost.md': [compiled('mobilenetv2.xbar')],
  'report.md': [
    ...[compiled('mobilenetv2.xbar'), programmed],
    'verify mobilenetv2.xbar --model mobilenetv2.onnx --data images/ --chip chip1 --output verify.json',
    'explain mobilenetv2.xbar --model mobilenetv2.onnx --data images/ --images 4 --output explain.json',
  ],
  'train.md': [
    'compile mobilenetv2.onnx --target leti-fecap-130nm --calibrate images/ -o mobilenetv2.xbar',
    'train --mlp 784-10 --data mnist/ --epochs 1 -o old.xbar',
    'train old.xbar --data mnist/ --epochs 1 -o new.xbar',
  ],
  'verify.md': [
    ...[compiled('net.xbar'), 'program net.xbar --seed 1 -o chip1', 'program net.xbar --seed 2 -o chip2'],
  ],
};

/** Files that a page makes anew, as its reader would under other names. */
const remade: Readonly<Record<string, readonly string[]>> = {
  'targets.md': ['model.xbar'],
  'fit.md': ['my-chip.yaml', 'my-chip-steps.svg'],
};

/** Exit codes other than 0, and the lines that a terminal alone takes. */
const refused: Readonly<Record<string, number>> = {
  'targets show my-chip.yaml --set wires.rowSegment=2 KOhm --set adc.bits=3%': 25,
  // It asks questions.
  'targets new': 2,
  // Drawn weights guess.
  'verify net.xbar --model net.onnx --data test/ --max-drop 1 --output report.json': 0,
};

const pages = readdirSync('docs').flatMap((page) => {
  const lines = page.endsWith('.md') ? allCommandLines(readFileSync(join('docs', page), 'utf8')) : [];
  return lines.length > 0 ? [{ page, lines }] : [];
});

test.each(pages)('$page', { timeout: 600_000 }, async ({ page, lines }) => {
  if (page === 'fit.md')
    await writeFile(
      'pulses.csv',
      /```csv\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs/fit.md'), 'utf8'))![1]!,
    );
  const own = lines.flatMap((line) => line.map((words) => words.slice(1)));
  for (const words of [...(before[page] ?? []).map((line) => line.split(' ')), ...own]) {
    for (const file of remade[page] ?? [])
      if (words.includes(file)) await rm(file, { recursive: true, force: true });
    const { exit, err } = await runCli(words);
    expect(exit, `${words.join(' ')}\n${err}`).toBe(refused[words.join(' ')] ?? 0);
  }
});
