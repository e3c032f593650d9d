/** Chips without one error: everything that the error has no part in is the same, bit by bit. */
import { beforeAll, describe, expect, test } from 'vitest';
import { compile } from '../../src/compile/compile.ts';
import { parseOptions } from '../../src/ir/options.ts';
import { tilesOf } from '../../src/ir/tiles.ts';
import { packageOf } from '../../src/package/package-of.ts';
import { fedInputs, spreadSamples } from '../../src/record/samples.ts';
import { loadTarget } from '../../src/target/load.ts';
import { type Chips, type Mapped, openChips, type Programmed, withoutUnused } from '../../src/tune/chips.ts';
import { openClock } from '../../src/tune/clock.ts';
import { inputs, memoryData, tinyModel } from '../verify/tiny.ts';

const set = [
  ...['array.rows=16', 'array.columns=20', 'driver.rowsAtOnce=16', 'cell.unused=reset'],
  ...['programming.unresponsive=0.1', 'faults.stuckLow=0.05', 'faults.stuckHigh=0.05'],
  ...['faults.endurance=1e9', 'faults.spent=0'],
  ...['rowSegment', 'columnSegment', 'driver', 'sense'].map((part) => `wires.${part}=1 ohm`),
  ...['wires.sides=one', 'wires.idleRows=gated'],
  ...['driverErrors.gainSpread=0.02', 'driverErrors.nonlinearity=[0, 0]'],
  ...['adcErrors.gainSpread=0.02', 'adcErrors.offsetSpread=0.5', 'adcErrors.nonlinearity=[0, 0]'],
  'readNoise.sigma=[1]',
];
const seed = 7;
const silent = () => () => undefined;

let chips: Chips;
let mapped: Mapped;
let whole: Programmed;
const without = (error: string) => chips.programWithout(mapped, error, seed, silent);
const cellsOf = ({ chip }: Programmed) => chip.conductances.flatMap((cells) => [...cells]);
/** Numbers of the cells in which two chips differ. */
function differences(a: Programmed, b: Programmed): number[] {
  const [one, other] = [cellsOf(a), cellsOf(b)];
  return one.flatMap((g, cell) => (Object.is(g, other[cell]) ? [] : [cell]));
}

beforeAll(async () => {
  const model = tinyModel();
  const options = parseOptions({ set, copies: 1 });
  const loaded = await loadTarget(options.target, set);
  const samples = spreadSamples(
    memoryData(inputs(68).slice(60), undefined),
    fedInputs(model.graph, model.file),
    8,
  );
  const compiled = await compile(model, loaded, options, { kind: 'samples', samples });
  const clock = openClock(900);
  chips = openChips({ model, loaded, threads: 1, calibratedAt: 0, sequential: true, clock }, 1, {
    compiled,
    pkg: await packageOf(compiled),
  });
  mapped = await chips.map(options, silent);
  whole = await chips.program(mapped, seed, silent);
});

describe('a chip without', () => {
  test.each([
    'wire resistance',
    'driver errors',
    'converter errors',
    'read noise',
    'converter quantization and saturation',
  ])('%s has the same cells', async (error) => {
    const { chip, pkg } = await without(error);
    expect(differences(whole, { chip, pkg })).toEqual([]);
    expect(pkg.layers.map(({ tiles }) => tiles)).toEqual(mapped.pkg.layers.map(({ tiles }) => tiles));
    expect(chip.calibration).toBeDefined();
    // Calibration averages read noise away.
    const same = error === 'read noise';
    if (same) expect(chip.calibration).toEqual(whole.chip.calibration);
    else expect(chip.calibration).not.toEqual(whole.chip.calibration);
  });

  test('stuck cells has the others as they were', async () => {
    const { gMin, gMax } = mapped.pkg.loaded.target.cell;
    const changed = differences(whole, await without('stuck cells'));
    const stuck = cellsOf(whole).flatMap((g, cell) =>
      g === Math.fround(gMin) || g === Math.fround(gMax) ? [cell] : [],
    );
    expect(changed.length).toBeGreaterThan(10);
    expect(changed.filter((cell) => !stuck.includes(cell))).toEqual([]);
  });

  test('unresponsive cells has those as they were that a pulse moves, and without write error those that none does', async () => {
    const all = cellsOf(whole).length;
    const responding = differences(whole, await without('unresponsive cells'));
    const exact = differences(whole, await without('write-verify error'));
    expect(responding.length).toBeGreaterThan(0.03 * all);
    expect(responding.length).toBeLessThan(0.15 * all);
    expect(exact.length).toBeGreaterThan(0.2 * all);
    expect(responding.filter((cell) => exact.includes(cell))).toEqual([]);
  });

  test('cells that no weight uses conducts where weights are, and nowhere else', async () => {
    const { chip } = await without('cells that no weight uses');
    const left = chip.conductances.flatMap((cells) => [...cells]).filter((g) => g > 0).length;
    const weights = mapped.pkg.layers.reduce((sum, { rows, columns }) => sum + 2 * rows * columns, 0);
    expect(left).toBe(weights);
    const kept = withoutUnused(whole.chip, mapped.pkg.layers).conductances;
    expect(chip.conductances).toEqual(kept);
  });

  test('cells that no weight uses keeps all repeats of grouped weights', () => {
    // Two groups of one row and one column, each digit in two rows, block-diagonally.
    const block = { array: 0, row: 0, column: 0, slice: 0, copy: 0, repeats: 2 };
    const spans = { groups: { start: 0, end: 2 }, rows: { start: 0, end: 1 }, columns: { start: 0, end: 1 } };
    const { rowPlaces: _, ...layer } = mapped.pkg.layers[0]!;
    const how = { encoding: 'differential', repeats: 2 } as const;
    const grouped = { ...layer, ...how, ...tilesOf([[0, { ...block, ...spans }]]) };
    const { header } = whole.chip;
    const all = new Float32Array(16).fill(1);
    const chip = { ...whole.chip, header: { ...header, rows: 4, columns: 4 }, conductances: [all] };
    const [kept] = withoutUnused(chip, [grouped]).conductances;
    expect([...kept!]).toEqual([...[1, 1, 0, 0], ...[1, 1, 0, 0], ...[0, 0, 1, 1], ...[0, 0, 1, 1]]);
  });

  test('converter quantization converts to 16 bits', async () => {
    const { chip } = await without('converter quantization and saturation');
    expect([...chip.converters.values()].map(({ bits }) => bits)).toEqual(
      [...whole.chip.converters.values()].map(() => 16),
    );
  });
});
