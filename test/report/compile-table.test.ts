import { describe, expect, test } from 'vitest';
import type { LayerSummary, MappingSummary } from '../../src/ir/summary.ts';
import { formatDigital, formatLayers, formatTotals } from '../../src/report/compile-table.ts';
import { loadTarget } from '../../src/target/load.ts';

const layer = (name: string, rule: string): LayerSummary => ({
  origin: { name, op: 'Conv', index: 7 },
  uses: 1,
  shape: '960 x 9x1',
  rule,
  slices: 2,
  copies: 1,
  repeats: 1,
  residual: false,
  encoding: 'differential',
  blocks: 9,
  arrays: 1306,
  utilization: 0.0357,
  mvms: 12544,
  drives: 8 * 12544,
  conversions: 55898472,
  inSequence: 1,
});

const summaryOf = (names: readonly string[]): MappingSummary => ({
  layers: names.map((name) => layer(name, 'Conv with constant weights: 2-D, 3x3, depthwise, groups 960')),
  digital: [],
  weights: 0,
  cells: 0,
  arrays: 0,
  chips: 0,
  utilization: 0,
  mvms: 0,
  conversions: 0,
  conversionEnergy: 0,
  conversionTime: 0,
});

const long = (block: number) => `mobilenetv2/features/block_${block}/depthwise/convolution/Conv2D_${block}`;
const widest = (text: string) => Math.max(...text.split('\n').map((line) => line.length));

describe('the table of layers', () => {
  test('has names whole where there is room, or no terminal', () => {
    const summary = summaryOf([long(1), 'stem']);
    expect(formatLayers(summary)).toContain(`${long(1)} `);
    expect(formatLayers(summary, 200)).toBe(formatLayers(summary));
  });

  test('shortens names in the middle to fit, and they still differ', () => {
    const names = Array.from({ length: 53 }, (_, i) => long(i));
    const text = formatLayers(summaryOf(names), 110);
    expect(widest(text)).toBe(110);
    expect(text).toMatch(
      /^mobilenetv2\/\S*…\S*_52 +960 x 9x1 +Conv 2-D 3x3 depthwise +2 +1,306 +3\.6 % +12,544 +55,898,472$/m,
    );
    const shown = text
      .trimEnd()
      .split('\n')
      .slice(2)
      .map((line) => line.split(' ')[0]);
    expect(new Set(shown).size).toBe(53);
  });

  test('tells what encoding the compiler chose, and why', () => {
    const summary = summaryOf(['stem', 'head']);
    const [stem, head] = summary.layers as [LayerSummary, LayerSummary];
    expect(formatLayers(summary)).not.toContain('encoding');
    const chosen: LayerSummary = {
      ...stem,
      encoding: 'offset',
      encodingChoice: { reason: '51 % of the cells', estimates: {} },
    };
    const text = formatLayers({ ...summary, layers: [chosen, head] });
    expect(text).toMatch(/^layer .* encoding$/m);
    expect(text).toMatch(/^stem .* offset \(51 % of the cells\)$/m);
    expect(text).toMatch(/^head .* differential$/m);
  });

  test('tells slices, copies and whether they compensate each other', () => {
    const parts = (changes: Partial<LayerSummary>) => {
      const summary = { ...summaryOf([]), layers: [{ ...layer('stem', ''), ...changes }] };
      return /stem +960 x 9x1 +(.*?) +1,306/.exec(formatLayers(summary))![1];
    };
    expect(parts({})).toBe('2');
    expect(parts({ copies: 3 })).toBe('2 x3');
    expect(parts({ copies: 3, residual: true })).toBe('2 x3 r');
    expect(parts({ slices: 1, copies: 3, digitsPerOne: 2 })).toBe('1 +3');
    expect(parts({ copies: 3, repeats: 7, residual: true })).toBe('2 x3 /7 r');
    expect(parts({ slices: 2, residual: true })).toBe('2 r');
  });

  test('never shortens below what tells layers apart', () => {
    const text = formatLayers(summaryOf([long(1), '']), 40);
    expect(text.split('\n')[2]!.split(' ')[0]).toHaveLength(16);
    expect(text).toContain('Conv_7 ');
  });

  test.each([
    ['Conv with constant weights: 1-D, 5', 'Conv 1-D 5'],
    ['Gemm with constant weights: 1280 rows, 10 columns', 'Gemm'],
    ['MatMul with a constant right side: 64 rows, 12 columns', 'MatMul'],
  ])('%s is shown as %s', (rule, brief) => {
    const summary = { ...summaryOf([]), layers: [layer('x', rule)] };
    expect(formatLayers(summary)).toMatch(new RegExp(`960 x 9x1 +${brief} +2`));
  });
});

test('the weights that stay digital, those of most first, and the rest as a number', () => {
  expect(formatDigital(summaryOf([]), 'crossloom ops net.onnx')).toBe('');
  const held = (index: number) => ({
    origin: { name: '', op: 'MatMul', index },
    weights: 100 * (index + 1),
    reason: 'of that',
  });
  expect(formatDigital({ ...summaryOf([]), weights: 20, digital: [held(9)] }, 'crossloom ops net.onnx')).toBe(
    '1,000 of 1,020 weights stay digital, in 1 node:\n  MatMul_9 (MatMul): 1,000 weights, because of that\n',
  );
  const many = formatDigital(
    { ...summaryOf([]), digital: Array.from({ length: 10 }, (_, i) => held(i)) },
    'crossloom ops net.onnx',
  );
  expect(many.split('\n')).toHaveLength(11);
  expect(many).toContain('  and 2 nodes more, as `crossloom ops net.onnx` lists them\n');
});

test.each([
  ['leti-fecap-130nm', '174 arrays of 128x16 cells on 174 chips of 1,024 synapses; '],
  ['tetramem-256', '174 arrays of 256x256 cells on 174 chips; '],
])('the totals for %s', async (target, line) => {
  // 177,800 weights of 1,024 to a chip.
  const summary = { ...summaryOf([]), weights: 177_800, arrays: 174, chips: 174 };
  expect(formatTotals(summary, await loadTarget(target), 'crossloom targets show x')).toContain(line);
});
