/**
 * What wires leave of the read voltage, cell by cell: turns the wires of a target into a map of an array in which every cell
 * has the highest level and every row is driven, the pattern that asks most of them.
 */
import type { Figure } from '../figures/figure.ts';
import type { Target } from '../target/target.ts';
import { solveLinear } from '../wires/linear.ts';
import type { Wires } from '../wires/network.ts';

/** Most places of the map along a side; each is the mean of a block of cells. */
const side = 32;
/** Missing current at which the solve ends, as a share of what ideal wires would carry. */
const precision = 1e-9;

/** Share of the read voltage that each cell does not see, [row][column]. @param g of every cell (S) */
export function voltageLost(rows: number, columns: number, g: number, wires: Wires): Float64Array {
  const cells = rows * columns;
  const conductances = new Float64Array(cells).fill(g);
  const nodes = { wordlines: new Float64Array(cells).fill(1), bitlines: new Float64Array(cells) };
  const array = { rows, columns, conductances, offsets: new Float64Array(cells) };
  solveLinear(array, wires, new Float64Array(rows).fill(1), nodes, precision * cells * g, 1000);
  return Float64Array.from(nodes.wordlines, (v, cell) => 1 - (v - nodes.bitlines[cell]!));
}

export function irDrop({ array, cell, wires }: Target): Figure[] {
  if (!wires) return [];
  const { rows, columns } = array;
  const lost = voltageLost(rows, columns, cell.gUseMax, wires);
  const [ys, xs] = [blocksOf(rows), blocksOf(columns)];
  const mean = ([top, bottom]: Block, [left, right]: Block) => {
    let sum = 0;
    for (let i = top; i < bottom; i++) for (let j = left; j < right; j++) sum += lost[i * columns + j]!;
    return (100 * sum) / ((bottom - top) * (right - left));
  };
  const most = lost.reduce((a, b) => Math.max(a, b));
  return [
    {
      name: 'ir-drop',
      title: 'IR drop of an array',
      about: `${rows} x ${columns} cells at the highest level, all rows driven from ${wires.sides === 'two' ? 'both sides' : 'the left'}, columns sensed at the bottom: share of the read voltage that a cell does not see, at most ${(100 * most).toPrecision(3)} %; a place is the mean of its block of cells`,
      uses: [
        'cell.gUseMax',
        'wires.rowSegment',
        'wires.columnSegment',
        'wires.driver',
        'wires.sense',
        'wires.sides',
      ],
      plot: {
        form: 'grid',
        x: { name: 'first column of the block', unit: '' },
        y: { name: 'first row of the block', unit: '' },
        value: { name: 'voltage lost', unit: '%' },
        xs: xs.map(([left]) => left),
        ys: ys.map(([top]) => top),
        rows: ys.map((y) => xs.map((x) => mean(y, x))),
      },
    },
  ];
}

type Block = readonly [from: number, to: number];

function blocksOf(count: number): Block[] {
  const size = Math.ceil(count / side);
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => [
    i * size,
    Math.min(count, (i + 1) * size),
  ]);
}
