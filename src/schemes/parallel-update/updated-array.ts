/**
 * The cells of one array under parallel updates: every meeting of a row's pulse and a column's is one step of a soft-bounds
 * device (Choi et al., Advanced Science 2025, e04578, eq. 5), and with half bias every pulse that meets none is a step of
 * `disturbUp` or `disturbDown` of that.
 *
 *   step up      (upper - w) / upper up + cycleToCycle up xi        step down likewise towards the lower bound
 *   voltage      times 10^(steepness (v - vSet))
 *
 * Half-select pulses are counted by row and column, and reach cells together once they could come to an eighth of a step, or
 * somebody looks. Draws of an update depend on its number and on the cell alone.
 */
import { openSoftSteps, type Sense, type SoftSteps } from '../../kernels/soft-steps.ts';
import { openStream } from '../../math/random.ts';
import type { Window } from '../../target/cell.ts';
import {
  drawPulseCell,
  newPulseCell,
  openPulseVerifyDraws,
  pulseVerifyLaw,
} from '../pulse-verify/pulse-verify.ts';
import type { UpdateCounts } from '../scheme.ts';
import { countPulses } from './count-pulses.ts';
import type { ParallelUpdateProgramming, UpdateParameters } from './parameters.ts';
import type { ArrayUpdate } from './trains.ts';

export interface UpdatedArray {
  readonly cells: SoftSteps;
  /** Half-select pulses of either sense that have not reached cells: by row and by column. */
  readonly pending: Readonly<Record<Sense, HalfPulses>>;
  /** @param number of the update, which keys its draws */
  readonly update: (update: ArrayUpdate, number: number) => UpdateCounts;
  /** All that updates change, by name. */
  readonly memory: Readonly<Record<string, Float32Array | Float64Array | Uint32Array>>;
  /** Lets all pulses so far reach the cells. */
  readonly settle: () => void;
}

interface HalfPulses {
  readonly rows: Float64Array;
  readonly columns: Float64Array;
}

/** Steps that half-select pulses may come to before they reach cells. */
const delayed = 1 / 8;
/** More than what adding up to it can be wrong by. */
const rounding = 1e-9;

const senses: readonly Sense[] = ['up', 'down'];

/** What a voltage makes of a step. */
export function gainsAt(
  { vSet, vReset, steepness }: UpdateParameters,
  at: Pick<ArrayUpdate, 'vSet' | 'vReset'>,
): Record<Sense, number> {
  return { up: 10 ** (steepness * (at.vSet - vSet)), down: 10 ** (steepness * (at.vReset - vReset)) };
}

/** The cells of an array, each with its own device; their states are 0. */
export function openUpdatedArray(
  programming: ParallelUpdateProgramming,
  window: Window,
  { rows, columns }: { readonly rows: number; readonly columns: number },
  seed: number,
  array: number,
): UpdatedArray {
  const { update: parameters } = programming;
  const law = pulseVerifyLaw(programming, window);
  const cells = openSoftSteps(rows, columns);
  const cellDraws = openPulseVerifyDraws(seed, array);
  const drawn = newPulseCell();
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      drawPulseCell(law, cellDraws, row * columns + column, drawn);
      const { device, gain } = drawn;
      const at = row * cells.stride + column;
      cells.bounds.up[at] = device.upper;
      cells.bounds.down[at] = device.lower;
      cells.shares.up[at] = (gain * device.up) / device.upper;
      cells.shares.down[at] = (gain * device.down) / -device.lower;
    }
  const { cycleToCycle } = law.pulse;
  const ratio = { up: parameters.disturbUp, down: parameters.disturbDown };
  const noPulses = (): HalfPulses => ({ rows: new Float64Array(rows), columns: new Float64Array(columns) });
  const pending = { up: noPulses(), down: noPulses() };
  // What is pending, and how many updates there were with the last of it: 0 where nothing is.
  let [bias, vSet, vReset] = ['half', parameters.vSet, parameters.vReset];
  const since = new Uint32Array(1);
  /** Steps that half-select pulses may still come to before they are looked at: at most what is true. */
  const room = new Float64Array(2);
  const most = (sense: Sense) => largest(pending[sense].rows) + largest(pending[sense].columns);

  /** Half-select pulses of one sense reach the cells; steps are moved to the cycles. */
  function reach(sense: Sense): void {
    const { rows: ofRows, columns: ofColumns } = pending[sense];
    const gain = gainsAt(parameters, { vSet, vReset })[sense] * ratio[sense];
    const moves = gain > 0 && most(sense) > 0;
    const noise = moves ? parameters.disturbSpread / ratio[sense] : 0;
    const scale = { up: moves ? gain : 0, down: moves ? gain : 0, noise };
    const key = openStream(seed, `update-disturb-${sense} ${array}`, Math.max(0, since[0]! - 1));
    const step = cells.stepper('halves', moves ? bitsOf(most(sense)) : 1, noise > 0);
    cells.columns.fill(0).set(ofColumns);
    for (let row = 0; row < rows; row++) step(row, ofRows[row]!, sense, scale, key);
    ofRows.fill(0);
    ofColumns.fill(0);
  }

  function settle(): void {
    for (const sense of senses) reach(sense);
    since[0] = 0;
  }

  return {
    cells,
    pending,
    settle,
    memory: {
      ...{
        w: cells.w,
        stepsUp: cells.steps.up,
        stepsDown: cells.steps.down,
        cycles: cells.cycles,
        since,
        room,
      },
      ...{ rowsUp: pending.up.rows, columnsUp: pending.up.columns },
      ...{ rowsDown: pending.down.rows, columnsDown: pending.down.columns },
    },
    update(given, number) {
      const changed = given.bias !== bias || given.vSet !== vSet || given.vReset !== vReset;
      if (changed && since[0]! > 0) settle();
      [bias, vSet, vReset] = [given.bias, given.vSet, given.vReset];
      if (bias === 'half') since[0] = number + 1;
      meet(cells, given, { ...gainsAt(parameters, given), noise: cycleToCycle }, seed, array, number);
      const counts = countPulses(given.rows, given.columns, given.length);
      if (given.bias === 'gate') return { ...counts, everywhere: false };
      for (const sense of senses) {
        addAt(pending[sense].rows, counts.rows[sense], given.row);
        addAt(pending[sense].columns, counts.columns[sense], given.column);
      }
      let everywhere = false;
      for (const [which, sense] of senses.entries()) {
        // A line has a pulse per slot at most: what pends is looked at once that many could be due.
        room[which]! -= 2 * given.length * ratio[sense];
        if (room[which]! > rounding) continue;
        if (most(sense) * ratio[sense] >= delayed) {
          reach(sense);
          everywhere = true;
        }
        room[which] = delayed - most(sense) * ratio[sense];
      }
      return { ...counts, everywhere };
    },
  };
}

/** Steps every cell where pulses meet. */
function meet(
  cells: SoftSteps,
  { length, row: first, column, rows, columns }: ArrayUpdate,
  scale: Record<Sense | 'noise', number>,
  seed: number,
  array: number,
  number: number,
): void {
  cells.columns.fill(0).set(columns.words, column);
  cells.turned.fill(0);
  for (let j = 0; j < columns.signs.length; j++) if (columns.signs[j]! < 0) cells.turned[column + j] = -1;
  const key = openStream(seed, `update ${array}`, number);
  const step = cells.stepper('trains', bitsOf(length), scale.noise > 0);
  for (let i = 0; i < rows.words.length; i++) {
    const word = rows.words[i]!;
    if (word !== 0) step(first + i, word, rows.signs[i]! > 0 ? 'up' : 'down', scale, key);
  }
}

/** Bits of an integer. */
const bitsOf = (value: number) => 32 - Math.clz32(value);

function largest(values: Float64Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i]!);
  return most;
}

function addAt(sum: Float64Array, values: Float64Array, from: number): void {
  for (let i = 0; i < values.length; i++) sum[from + i]! += values[i]!;
}
