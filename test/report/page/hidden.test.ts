import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../../cli/run-cli.ts';
import { tinyFolder } from '../../cli/tiny-net.ts';

let folder = '';
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await tinyFolder();
  await runCli([
    ...['compile', at('net.onnx'), '--calibrate', at('data.npy'), '--target', 'leti-fecap-130nm'],
    ...['-o', at('net.xbar')],
  ]);
});
afterAll(() => rm(folder, { recursive: true }));

test('a chip with hidden planes has pictures of its cells, and no levels that they aim at', async () => {
  await runCli(['program', at('net.xbar'), '--seed', '1', '-o', at('chip')]);
  const { exit } = await runCli(['report', at('net.xbar'), '--chip', at('chip'), '-o', at('page.html')]);
  expect(exit).toBe(0);
  const page = await readFile(at('page.html'), 'utf8');
  expect(page).toContain('No cell is told a level');
  expect(page).toContain('<dt>transfers</dt>');
  expect(page).not.toContain('id="conductances"');
  const { arrays } = JSON.parse(await readFile(at('net.xbar/manifest.json'), 'utf8')).summary;
  expect(page.match(/src="data:image\/png;base64,/g)).toHaveLength(arrays);
});
