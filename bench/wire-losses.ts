/**
 * What wires leave of random weights, and what gets it back: Gaussian weights on 128 pairs of columns of a 256 x 256
 * crossbar, every column rescaled as best it can be, in dB of the weights' energy over what is missing. Cells have 64 levels.
 */
import { formatTable } from '../src/report/table.ts';
import { effectiveBanks } from '../src/wires/banks.ts';
import type { Wires } from '../src/wires/network.ts';
import { type ColumnSum, predistort } from '../src/wires/predistort.ts';
import { gaussianCells, signalLeft } from './gaussian.ts';

const [rows, columns, levels] = [256, 128, 64];
/** Windows in siemens and resistance per segment in ohm: those of the design study, then TetraMem's and a tenth of it. */
const cases = [
  [50e-6, 4144e-6, 1],
  [50e-6, 459e-6, 1],
  [50e-6, 150e-6, 1],
  [9e-6, 88e-6, 0.35],
] as const;
/** Rows that conduct together. */
const banks = [256, 64, 32] as const;

/** Largest weight in standard deviations. */
const limits = [3, 4.5] as const;

export function wireLosses(): string {
  const lines = cases.flatMap(([gUseMin, gUseMax, ohm]) =>
    limits.map((limit) => {
      const wires: Wires = { rowSegment: ohm, columnSegment: ohm, driver: ohm, sense: ohm, sides: 'one' };
      const codes = Int16Array.from(gaussianCells(rows, columns, limit).pairs, (g) =>
        Math.round((levels - 1) * g),
      );
      const step = (gUseMax - gUseMin) / (levels - 1);
      const left = (own: Int16Array, bank: number) => {
        const cells = Float64Array.from(own, (code) => gUseMin + code * step);
        const seen = effectiveBanks(cells, rows, 2 * columns, wires, bank).conductances;
        return signalLeft(codes, seen, rows, columns, bank).toFixed(1);
      };
      const corrected = (bank: number) => {
        const cell = { levels, gMin: gUseMin, gMax: gUseMax, gUseMin, gUseMax, gUnformed: 0 };
        const { codes: own } = predistort(
          {
            array: { rows, columns: 2 * columns, arraysPerChip: 1 },
            cell: { ...cell, encoding: 'differential', unused: 'unformed' },
            wires,
            bank,
            rounds: 4,
          },
          { codes, sums: bankSums(bank) },
        );
        return left(own, bank);
      };
      return [
        `${gUseMin * 1e6} to ${(gUseMax * 1e6).toFixed(0)} uS, ${ohm} ohm, within ${limit} sigma`,
        ...banks.map((bank) => left(codes, bank)),
        ...banks.map(corrected),
      ];
    }),
  );
  const header = [
    { header: 'window, segment, weights' },
    ...banks.map((bank) => ({ header: `${bank} rows`, align: 'right' as const })),
    ...banks.map((bank) => ({ header: `levels corrected, ${bank}`, align: 'right' as const })),
  ];
  return formatTable(header, lines);
}

/** Every pair of every bank has a converter setting of its own. */
function bankSums(bank: number): ColumnSum[] {
  return Array.from({ length: rows / bank }, (_, block) =>
    Array.from({ length: columns }, (__, pair): ColumnSum => {
      const [startRow, endRow] = [block * bank, (block + 1) * bank];
      return { block, added: 2 * pair, subtracted: 2 * pair + 1, startRow, endRow, moves: 'both' };
    }),
  ).flat();
}
