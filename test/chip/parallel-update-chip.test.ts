import { expect, test } from 'vitest';
import { assemble } from '../../src/bitstream/assemble.ts';
import { decodeBytes } from '../../src/bitstream/decode.ts';
import { encodeHeader } from '../../src/bitstream/encode.ts';
import { executeBitstream } from '../../src/chip/execute.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { crc32c } from '../../src/files/crc32c.ts';
import { loadTarget } from '../../src/target/load.ts';

/** 5 x 5 cells in a corner, as the array of the paper has them; the others were never formed. */
const size = 5;
const lists = (values: readonly number[]) => values.join(',');
const formed = Array.from({ length: size }, (_, row) => [
  `form row=${row} mask=0-4`,
  `reset row=${row} mask=0-4`,
]).flat();
const common = 'bias=half length=32 direction=set voltage=1.4 row=0 column=0';
/** One train for all rows of a letter's column, and that column's alone. */
const pattern = [[0, 4], [1, 3], [2], [1, 3], [0, 4]];
const writes = pattern.map((marked, column) => {
  const rowTrains = Array.from({ length: size }, (_, row) => (marked.includes(row) ? 0x3ffff : 0));
  const columnTrains = Array.from({ length: size }, (_, own) => (own === column ? 0x3ffff : 0));
  return `update-bits ${common} rowTrains=${lists(rowTrains)} columnTrains=${lists(columnTrains)}`;
});

/** Executes the text of one array's program. */
async function executed(instructions: readonly string[], overrides: readonly string[] = []) {
  const loaded = await loadTarget('cmo-hfox-350nm', overrides);
  const text = `.format 3
.target "cmo-hfox-350nm"
.fingerprint ${loaded.fingerprint}
.geometry rows=64 columns=64 levels=27 hiddenBits=0 arrays=1
.array 0
${instructions.join('\n')}
end`;
  const { header, programs } = decodeBytes(assemble(text, 'x'), 'x');
  const chip = await executeBitstream(header, programs, loaded, { seed: 1, bitstream: '' });
  const cells = Array.from(
    { length: size ** 2 },
    (_, i) => chip.conductances[0]![64 * Math.floor(i / size) + (i % size)]!,
  );
  return { chip, cells };
}

const isMarked = (i: number) => pattern[i % size]!.includes(Math.floor(i / size));

test('a bitstream writes a pattern in parallel, and moves no neighbour', async () => {
  const before = (await executed(formed)).cells;
  const { cells, chip } = await executed([...formed, ...writes]);
  // The step of a cell is 2.4 uS at the middle of the window.
  for (const [i, g] of cells.entries())
    if (isMarked(i)) expect(g - before[i]!).toBeGreaterThan(15e-6);
    else expect(Math.abs(g - before[i]!)).toBeLessThan(0.005 * 2.4e-6);
  const { setPulses, resetPulses, time } = chip.counters[0]!;
  expect([setPulses, resetPulses]).toEqual([18 * 9, size ** 2]);
  const { pulse, halfSelect } = chip.spent!;
  expect([pulse!.operations, pulse!.devices]).toEqual([32 * size, 18 * 9]);
  // Each of the 9 cells' rows pulses 18 times, as does each of 5 columns, over 5 cells each.
  expect(halfSelect!.devices).toBe(18 * size * (9 + size) - 2 * 18 * 9);
  expect(time).toBeGreaterThan(32 * size * 2.5e-6);
  expect(chip.wear.memristor).toBe(19);
});

test('with the measured bound of the disturb neighbours do move', async () => {
  const overrides = ['programming.update.disturbUp=0.005'];
  const before = (await executed(formed, overrides)).cells;
  const { cells } = await executed([...formed, ...writes], overrides);
  const moved = cells.filter((g, i) => !isMarked(i) && g - before[i]! > 0.01 * 2.4e-6);
  expect(moved.length).toBeGreaterThan(10);
});

test.each([
  [
    'an array that was never formed',
    [`update-bits ${common} rowTrains=1 columnTrains=1`],
    '(row 0, column 0) was never formed',
  ],
  [
    'pulses that drivers cannot give',
    [...formed, 'update bias=half length=31 vSet=1.4 vReset=2.6 key=1 row=0 column=0 x=100 d=-100'],
    'a pulse of 2.6 V is outside of what drivers give, 1 V to 2.5 V',
  ],
])('refuses %s', async (_, instructions, reason) => {
  await expect(executed(instructions)).rejects.toThrow(reason);
});

test('a bitstream for a chip without parallel updates refuses them at their byte', () => {
  const text = `.format 3
.target "other"
.fingerprint ${'0'.repeat(64)}
.geometry rows=5 columns=5 levels=8 hiddenBits=0 arrays=1
.array 0
driver bits=1 vRead=0.2
update bias=gate length=4 vSet=1.4 vReset=1.9 key=1 row=0 column=0 x=1 d=1
end`;
  const bytes = assemble(text, 'x');
  const { header } = decodeBytes(bytes, 'x');
  expect(header.updates).toBe(true);
  // The same bytes as version 1, with the sum of the header that belongs to it.
  const old = Uint8Array.from(bytes);
  const length = encodeHeader(header).length;
  const view = new DataView(old.buffer);
  view.setUint16(8, 1, true);
  view.setUint32(length - 4, crc32c(old.subarray(0, length - 4)), true);
  // Behind the header come 12 bytes of the section, and 6 of the driver.
  expect(() => decodeBytes(old, 'x')).toThrow(`byte ${length + 12 + 6}: update: `);
  const mistakes = () => assemble(text.replace('.format 3', '.format 1'), 'x');
  expect(mistakes).toThrow(DiagnosticError);
  expect(mistakes).toThrow('needs a chip with parallel updates');
});
