import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeNpy } from '../../../src/files/npy.ts';
import { encodeModel } from '../../../src/onnx/encode.ts';
import { problemOf, runCli } from '../../cli/run-cli.ts';
import { npy } from '../../data/files.ts';
import { features, inputs, labelsFor, tinyModel } from '../../verify/tiny.ts';
import { axeViolations, chromiumPath, drawnFigures, openBrowser, openPage, overlaps } from './browser.ts';

let folder = '';
const at = (name: string) => join(folder, name);
const samples = inputs(40);
const drawings = ['filled', 'conductances', 'errors', 'verify-1-trials', 'verify-1-drift', 'verify-1-layers'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-report-'));
  await writeFile(at('model.onnx'), encodeModel(tinyModel().graph));
  const values = Float32Array.from(samples.flatMap((s) => [...s]));
  const dims = [samples.length, features];
  await writeFile(at('data.npy'), encodeNpy({ type: 'float32', dims, data: values }));
  await writeFile(at('labels.npy'), npy('|u1', '(40,)', Uint8Array.from(labelsFor(samples, 40))));
  await writeFile(at('preprocess.yaml'), 'scale: 1\n');
  const compile = ['compile', at('model.onnx'), '--calibrate', at('data.npy'), '--samples', '8'];
  await runCli([...compile, '--target', 'pcm-256', '-o', at('net.xbar')]);
  await runCli([...compile, '--target', 'pcm-256', '--set', 'adc.bits=5', '-o', at('other.xbar')]);
  await runCli(['program', at('net.xbar'), '--seed', '3', '-o', at('chip')]);
  await runCli([
    ...['verify', at('net.xbar'), '--model', at('model.onnx'), '--data', at('data.npy')],
    ...['--labels', at('labels.npy'), '--trials', '3', '--at', '0s,1h,1d', '--threads', '1'],
    ...['--output', at('verify.json')],
  ]);
  const { out: explained } = await runCli([
    ...['explain', at('net.xbar'), '--model', at('model.onnx'), '--data', at('data.npy')],
    ...['--labels', at('labels.npy'), '--trials', '1', '--images', '16', '--threads', '1', '--json'],
  ]);
  await writeFile(at('explained.json'), explained);
  const { exit } = await report(
    'net.xbar',
    '--chip',
    at('chip'),
    '--verify',
    at('verify.json'),
    '--explain',
    at('explained.json'),
  );
  expect(exit).toBe(0);
});
afterAll(() => rm(folder, { recursive: true }));

const report = (name: string, ...flags: readonly string[]) =>
  runCli(['report', at(name), '-o', at('page.html'), '--force', ...flags]);

describe('crossloom report', () => {
  test('is one page with hashes, seeds, assumed values and the line that made it, the same every time', async () => {
    const page = await readFile(at('page.html'), 'utf8');
    const { model, target } = JSON.parse(await readFile(at('net.xbar/manifest.json'), 'utf8'));
    for (const text of [model.sha256, target.fingerprint, 'seeds 1, 2, 3', `report ${at('net.xbar')}`])
      expect(page).toContain(text);
    expect(
      target.provenance.filter(({ from }: { from: string }) => from === 'assumed').length,
    ).toBeGreaterThan(0);
    for (const { field, from } of target.provenance)
      if (from === 'assumed') expect(page).toContain(`<td>${field}</td>`);
    expect(page.replaceAll(/xmlns(:\w+)?="[^"]*"/g, '')).not.toMatch(
      /(?:src|href)="(?!data:|#)|@import|url\((?!#)/,
    );
    await report(
      'net.xbar',
      '--chip',
      at('chip'),
      '--verify',
      at('verify.json'),
      '--explain',
      at('explained.json'),
    );
    expect(await readFile(at('page.html'), 'utf8')).toBe(page);
  });

  test('shows what every effect of an explanation takes', async () => {
    const page = await readFile(at('page.html'), 'utf8');
    const { effects } = JSON.parse(await readFile(at('explained.json'), 'utf8'));
    const table = page.slice(page.indexOf('Points of top-1 by effect'));
    for (const { effect, alone } of effects) {
      const row = new RegExp(`<td>${effect}(, no chip)?</td>.*`).exec(table)![0];
      if (alone) expect(row).toContain(`>${alone.cost.points.toFixed(2)}</td>`);
    }
    expect(effects.length).toBeGreaterThan(3);
  });

  test('does without chip and verification, and says what they would add', async () => {
    const { exit } = await runCli(['report', at('net.xbar'), '-o', at('plain.html')]);
    expect(exit).toBe(0);
    const page = await readFile(at('plain.html'), 'utf8');
    expect(page).toContain('No chip was given');
    expect(page).not.toContain('id="accuracy"');
  });
});

describe('what makes no report', () => {
  const changed = async (name: string, change: (report: Record<string, unknown>) => void) => {
    const value = JSON.parse(await readFile(at('verify.json'), 'utf8'));
    change(value);
    await writeFile(at(name), JSON.stringify(value));
  };

  test.each([
    ['a file that is there', ['net.xbar', '-o', 'page.html'], '30 package/exists'],
    ['a report of another package', ['other.xbar', '--verify', 'verify.json'], '41 report/wrong-package'],
    ['a chip of another package', ['other.xbar', '--chip', 'chip'], '37 chip/wrong-package'],
    [
      'all of it at once',
      ['other.xbar', '--chip', 'chip', '--verify', 'verify.json'],
      '1 chip/wrong-package report/wrong-package',
    ],
    ['a report of another verb', ['net.xbar', '--verify', 'explain.json'], '41 report/unreadable'],
    ['a report of another version', ['net.xbar', '--verify', 'newer.json'], '41 report/unreadable'],
    ['a report with a field that is wrong', ['net.xbar', '--verify', 'wrong.json'], '41 report/unreadable'],
    [
      'an explanation of another package',
      ['other.xbar', '--explain', 'explained.json'],
      '41 report/wrong-package',
    ],
    ['no JSON', ['net.xbar', '--verify', 'labels.npy'], '41 report/unreadable'],
    ['no file', ['net.xbar', '--verify', 'none.json'], '2 report/unreadable'],
    ['a chip for a package', ['chip'], '30 package/unreadable'],
  ])('%s', async (_, words, problem) => {
    await changed('explain.json', (value) => Object.assign(value, { schema: 'crossloom/explain/1' }));
    await changed('newer.json', (value) => Object.assign(value, { schema: 'crossloom/verify/2' }));
    await changed('wrong.json', (value) => Object.assign(value, { seeds: 'none' }));
    const placed = words.map((word) => (word.startsWith('-') ? word : at(word)));
    const output = words.includes('-o') ? [] : ['-o', at('unwritten.html')];
    expect(problemOf(await runCli(['report', ...placed, ...output]))).toBe(problem);
  });

  test('a package of another version', async () => {
    const manifest = JSON.parse(await readFile(at('other.xbar/manifest.json'), 'utf8'));
    await writeFile(at('other.xbar/manifest.json'), JSON.stringify({ ...manifest, format: 2 }));
    expect(problemOf(await runCli(['report', at('other.xbar'), '-o', at('unwritten.html')]))).toBe(
      '30 package/unreadable',
    );
    await writeFile(at('other.xbar/manifest.json'), JSON.stringify(manifest));
  });
});

const settings = {
  light: { viewport: { width: 1000, height: 900 } },
  dark: { viewport: { width: 1000, height: 900 }, colorScheme: 'dark' },
  phone: { viewport: { width: 360, height: 740 } },
} as const;

describe.skipIf(!chromiumPath)('the page in chromium (skipped where it is not installed)', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  test.each(Object.entries(settings))(
    '%s: every plot is there, nothing overlaps, nothing is loaded, axe-core finds nothing',
    async (_, options) => {
      const { page, asked, errors } = await openPage(browser, at('page.html'), options);
      expect(await drawnFigures(page)).toEqual(drawings);
      expect(await overlaps(page)).toEqual([]);
      expect(await axeViolations(page)).toEqual([]);
      await page.evaluate(`location.hash = '#array-0'`);
      expect(await axeViolations(page)).toEqual([]);
      expect(await overlaps(page)).toEqual([]);
      expect([asked, errors]).toEqual([[], []]);
      await page.context().close();
    },
  );

  test('what is looked for is found where it is wrong', async () => {
    const { page, asked } = await openPage(browser, at('page.html'), settings.light);
    await page.evaluate(`(() => {
      document.querySelector('#filled svg').remove();
      document.querySelector('#filled svg').remove();
      const [first, second] = document.querySelectorAll('#errors svg.wide text');
      second.setAttribute('transform', first.getAttribute('transform'));
      document.querySelector('#summary').style.marginBottom = '-200px';
      document.body.insertAdjacentHTML('beforeend', '<img src="data:,x">');
      const image = new Image();
      image.src = 'http://localhost/x.png';
    })()`);
    expect(await drawnFigures(page)).not.toContain('filled');
    expect((await overlaps(page)).length).toBeGreaterThan(1);
    expect((await axeViolations(page)).join()).toContain('image-alt');
    expect(asked).toEqual(['http://localhost/x.png']);
    await page.context().close();
  });

  test('keys lead from the floorplan to a cell, and say where it comes from', async () => {
    const { page } = await openPage(browser, at('page.html'), settings.light);
    await page.focus('.floor a');
    expect(await page.textContent('.here')).toMatch(/^Array 0, .* in blocks: /);
    await page.keyboard.press('Enter');
    await page.focus('#array-0 .cells');
    const { out: plan } = await runCli(['where', at('net.xbar'), '--array', '0', '--json']);
    const [block] = JSON.parse(plan).blocks;
    const [row, column] = [block.rows.start + 1, block.columns.start + 1];
    for (let i = 0; i < row; i++) await page.keyboard.press('ArrowDown');
    for (let i = 0; i < column; i++) await page.keyboard.press('ArrowRight');
    const said = (await page.textContent('#array-0 .cell'))!;
    const { out } = await runCli([
      ...['where', at('net.xbar'), '--array', '0', '--row', String(row), '--column', String(column)],
      ...['--chip', at('chip'), '--json'],
    ]);
    const { layer, cells } = JSON.parse(out);
    expect(said).toMatch(new RegExp(`^Row ${row}, column ${column}: `));
    expect(said).toContain(`${layer} (MatMul, node `);
    const { start, end } = block.inputs;
    expect(said).toContain(`weight rows ${start}\u2013${end - 1}, weight column`);
    expect(said).toContain(`slice ${cells[0].slice}, copy ${cells[0].copy}`);
    const [, , to, unit] = /(?:([\d.]+) uS to|below) ([\d.]+) (uS)$|above/.exec(said) ?? [];
    expect(unit).toBe('uS');
    expect(1e6 * cells[0].conductance).toBeLessThanOrEqual(1.01 * Number(to));
    await page.context().close();
  });

  test('tables sort by a click on their heads', async () => {
    const { page } = await openPage(browser, at('page.html'), settings.light);
    const numbers = () =>
      page.evaluate<number[]>(
        `[...document.querySelectorAll('#layers > .scroll tbody tr')].map((row) => Number(row.cells[3].dataset.v))`,
      );
    await page.click('#layers > .scroll th:nth-child(4) button');
    const up = await numbers();
    expect(up).toEqual(up.toSorted((a, b) => a - b));
    await page.click('#layers > .scroll th:nth-child(4) button');
    expect(await numbers()).toEqual(up.toReversed());
    expect(await page.getAttribute('#layers > .scroll th:nth-child(4)', 'aria-sort')).toBe('descending');
    await page.context().close();
  });

  test('in print it is white, as wide as the paper, and whole', async () => {
    const dark = { viewport: { width: 718, height: 1000 }, colorScheme: 'dark' } as const;
    const { page } = await openPage(browser, at('page.html'), dark);
    await page.emulateMedia({ media: 'print' });
    expect(await drawnFigures(page)).toEqual(drawings);
    expect(await overlaps(page)).toEqual([]);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    const cut = `[...document.querySelectorAll('.scroll')].filter((box) => box.scrollHeight > box.clientHeight + 1).length`;
    expect(await page.evaluate(cut)).toBe(0);
    await page.context().close();
  });

  test('without script everything is there, the cells of an array too', async () => {
    const { page } = await openPage(browser, at('page.html'), { javaScriptEnabled: false });
    expect(await page.locator('#array-0').isVisible()).toBe(false);
    await page.click('.floor a');
    expect(await page.locator('#array-0 img').isVisible()).toBe(true);
    expect(await page.locator('#array-0 tbody tr').count()).toBeGreaterThan(0);
    await page.context().close();
  });
});
