/**
 * Models as ten exporters write them, on the ideal chip, and the table of them in docs/conformance.md, which
 * `npx vitest run test/conformance/exporters --update` writes. fixtures/exporters/README.md says where they come from.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadTarget } from '../../src/target/load.ts';
import type { LoadedTarget } from '../../src/target/target.ts';
import { compileModel, drawFeeds } from '../support/build.ts';
import { type ExportedModel, exportedModels } from './exported-models.ts';
import { recurrentSnr } from './judge.ts';
import { type Judged, judgeExported, listed, pathOf, readExported } from './judge-exported.ts';

const models = Object.values(exportedModels).flat();
const isMapped = ({ digital }: ExportedModel) => digital === undefined;
const judged = new Map<string, Promise<Judged>>();
let ideal: LoadedTarget;
beforeAll(async () => {
  ideal = await loadTarget('ideal');
});

function judge(name: string): Promise<Judged> {
  const known = judged.get(name) ?? judgeExported(name, ideal);
  judged.set(name, known);
  return known;
}

describe('models of exporters', () => {
  it.each(models.filter(isMapped).map((model) => [model.name, model.layers] as const))(
    '%s: all of its layers map, ops says so, and the chip is as close to floating point as 8 bits permit',
    async (name, layers) => {
      const { snr, ...found } = await judge(name);
      expect(found).toMatchObject({ listed: layers, compiled: layers, difference: undefined });
      expect(snr).toBeGreaterThan(recurrentSnr);
    },
  );

  it.each(models.filter((model) => !isMapped(model)).map((model) => [model.name, model.digital] as const))(
    '%s: %s',
    async (name, digital) => {
      const model = await readExported(name);
      const { names, reasons } = await listed(model);
      expect(names).toEqual([]);
      expect(reasons).toContainEqual(expect.stringContaining(digital!));
      const samples = [drawFeeds(model.graph.inputs, 1)];
      await expect(compileModel(model, ideal, samples)).rejects.toMatchObject({
        diagnostics: [{ code: 'onnx/no-constant-weights' }],
      });
    },
  );

  it('are all that lies in the folder, and small', () => {
    const files = readdirSync('fixtures/exporters').filter((file) => file.endsWith('.onnx'));
    expect(files.sort()).toEqual(models.map(({ name }) => `${name}.onnx`).sort());
    const bytes = models.reduce((sum, { name }) => sum + statSync(pathOf(name)).size, 0);
    expect(bytes).toBeLessThan(150_000);
  });

  it('are in docs/conformance.md as they went', async () => {
    const page = 'docs/conformance.md';
    const rows: string[] = [];
    for (const [exporter, own] of Object.entries(exportedModels))
      for (const model of own) rows.push(await row(exporter, model));
    const table = [
      '| exporter | model | layers on crossbars, or why none | signal to error |',
      '|---|---|---|---|',
      ...rows,
    ].join('\n');
    const marked = /(<!-- exporters -->\n)[\s\S]*?(\n<!-- end -->)/;
    const text = readFileSync(page, 'utf8');
    expect(text).toMatch(marked);
    await expect(
      text.replace(marked, (_, start: string, end: string) => start + table + end),
    ).toMatchFileSnapshot(`../../${page}`);
  });
});

/** Decibels by tens: other processors round the digital operators otherwise. */
async function row(exporter: string, { name, digital }: ExportedModel): Promise<string> {
  if (digital !== undefined) return `| ${exporter} | \`${name}\` | stays digital: ${digital} | |`;
  const { compiled, operators, snr } = await judge(name);
  const tens = Math.min(100, 10 * Math.floor(snr / 10));
  return `| ${exporter} | \`${name}\` | ${compiled.length}: ${operators.join(', ')} | ${tens} dB or more |`;
}
