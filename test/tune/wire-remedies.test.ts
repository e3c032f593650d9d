import { describe, expect, test } from 'vitest';
import { parseOptions } from '../../src/ir/options.ts';
import { remedyName } from '../../src/ir/remedy-name.ts';
import { loadTarget } from '../../src/target/load.ts';
import { remediesFor } from '../../src/tune/wire-remedies.ts';
import { ohmWires } from '../support/reading-laws.ts';

const wires = { ...ohmWires, idleRows: 'gated' } as const;
const { target } = await loadTarget('tetramem-256-6bit');
const given = parseOptions({ wireCorrection: 'none' });

describe('remedies for wires', () => {
  test('are none for a target without wires', () => {
    expect(remediesFor({ ...target, wires: undefined }, given)).toEqual([
      { wireCorrection: 'none', rowOrder: 'given' },
    ]);
  });

  test('start with the mapping as given and go on from the cheapest', () => {
    const names = remediesFor({ ...target, wires }, given).map(remedyName);
    expect(names).toEqual([
      '',
      'levels corrected, rows by magnitude',
      'levels corrected, rows by magnitude, 10 % of the window',
      'levels corrected, rows by magnitude, 64 rows at once',
      'levels corrected, rows by magnitude, 64 rows at once, 10 % of the window',
      'levels corrected, rows by magnitude, 32 rows at once, 10 % of the window',
      'levels corrected, rows by magnitude, 32 rows at once, 128 columns filled, 10 % of the window',
    ]);
  });

  test('add to what is given, and leave the levels of a transfer alone', async () => {
    const leti = await loadTarget('leti-fecap-130nm');
    const names = remediesFor(
      { ...leti.target, wires },
      parseOptions({ wireCorrection: 'levels', rowOrder: 'magnitude', rowsAtOnce: 16 }),
    ).map(remedyName);
    expect(names).toEqual([
      'levels corrected, rows by magnitude, 16 rows at once',
      'levels corrected, rows by magnitude, 4 rows at once',
      'levels corrected, rows by magnitude, 2 rows at once',
      'levels corrected, rows by magnitude, 2 rows at once, 8 columns filled',
    ]);
  });
});
