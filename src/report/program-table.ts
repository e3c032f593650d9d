/** A programmed chip -> what programming it took, one fact a line. */
import { type Chip, countsSince, totalCounts } from '../chip/chip.ts';
import type { CorrectionCost } from '../column-correction.ts';
import type { Target } from '../target/target.ts';
import { formatQuantity } from '../text/units.ts';
import { formatCorrections } from './corrections.ts';
import { counted, formatCount, formatShare } from './number.ts';
import { formatRewriting, rewrittenLayers } from './rewriting.ts';
import { type Fact, formatFacts } from './table.ts';

/** Failed cells that are listed one by one. */
const cellsListed = 5;

/** Pulses of a programmed cell on average; 0 on a chip that is set without pulses. */
export function pulsesPerCell(chip: Chip): number {
  const { setPulses, resetPulses, formed } = totalCounts(chip.counters);
  return formed === 0 ? 0 : (setPulses + resetPulses) / formed;
}

/** Share of what a memristor and a FeCAP endure that the most used ones have had; undefined where a target does not say. */
export function enduranceUsed(
  { wear }: Pick<Chip, 'wear'>,
  { faults, hidden }: Pick<Target, 'faults' | 'hidden'>,
): { readonly memristor: number | undefined; readonly fecap: number | undefined } {
  const ageing = hidden?.ageing;
  return {
    memristor: faults && (faults.spent + wear.memristor) / faults.endurance,
    fecap: ageing && (ageing.spent + wear.fecap) / ageing.endurance,
  };
}

const ofEndurance = (share: number | undefined) =>
  share === undefined ? '' : `, ${formatShare(share)} of its endurance`;

interface Programming {
  readonly before?: Chip | undefined;
  readonly seconds: number;
  readonly corrections: CorrectionCost;
}

/**
 * Labels stand in one column, values in the next.
 * @param target that the chip was programmed for
 * @param before the chip as it was before a delta: what that took is then told besides what all programs took
 * @param seconds that the simulator programmed for
 * @param corrections what the chip's corrections cost
 */
export function formatProgramming(
  chip: Chip,
  target: Target,
  { before, seconds, corrections }: Programming,
): string {
  const used = enduranceUsed(chip, target);
  return formatFacts([
    ...arrayFacts(chip, used.memristor),
    ...(chip.hidden.length > 0 ? hiddenFacts(chip, used.fecap) : []),
    ...endFacts(chip, corrections),
    ...(before ? [deltaFact(chip, before)] : []),
    simulatedFact(before ? countsSince(chip, before) : chip.counters, seconds),
  ]);
}

/** What a saved chip tells of itself, without its package. */
export function formatChipFacts(chip: Chip): string {
  return formatFacts([
    ...arrayFacts(chip, undefined),
    ...(chip.hidden.length > 0 ? hiddenFacts(chip, undefined) : []),
    ...endFacts(chip, { layers: 0, multiplications: 0, share: 0 }),
  ]);
}

function arrayFacts(chip: Chip, used: number | undefined): readonly Fact[] {
  const { header, wear, failed } = chip;
  const total = totalCounts(chip.counters);
  const pulses = formatCount(total.setPulses + total.resetPulses);
  const kinds = `${formatCount(total.setPulses)} SET, ${formatCount(total.resetPulses)} RESET`;
  const share = total.formed === 0 ? 0 : total.cellsGivenUp / total.formed;
  return [
    ['arrays', `${formatCount(header.arrays)} of ${header.rows}x${header.columns} cells`],
    ['cells formed', formatCount(total.formed)],
    ['pulses', `${pulses} (${kinds}), ${pulsesPerCell(chip).toFixed(2)} per cell`],
    ['verify reads', formatCount(total.verifyReads)],
    ['cells given up', `${formatCount(total.cellsGivenUp)} (${formatShare(share)})`],
    ...failed.slice(0, cellsListed).map(({ array, row, column, target, reached }): Fact => {
      const place = `array ${array}, row ${row}, column ${column}`;
      return ['', `${place}: wanted ${formatQuantity(target, 'S')}, reached ${formatQuantity(reached, 'S')}`];
    }),
    ...(total.cellsGivenUp > cellsListed
      ? [['', `and ${formatCount(total.cellsGivenUp - cellsListed)} more`] as const]
      : []),
    ['verify misses', formatCount(total.verifyMisses)],
    ['wear', `${counted(wear.memristor, 'cycle')} of the memristor with the most${ofEndurance(used)}`],
  ];
}

function hiddenFacts(chip: Chip, used: number | undefined): readonly Fact[] {
  const total = totalCounts(chip.counters);
  return [
    ['wake-up cycles', `${formatCount(total.wakeUpCycles)} over all FeCAPs`],
    ['FeCAP writes', formatCount(total.fecapWrites)],
    ['FeCAP reads', formatCount(total.fecapReads)],
    ['transfers', `${formatCount(total.transfers)}, ${counted(total.signErrors, 'sign error')}`],
    ['FeCAP wear', `${counted(chip.wear.fecap, 'cycle')} of the FeCAP with the most${ofEndurance(used)}`],
  ];
}

function endFacts(chip: Chip, corrections: CorrectionCost): readonly Fact[] {
  const { time, energy } = totalCounts(chip.counters);
  const layers = counted(chip.calibration?.columns.size ?? 0, 'layer');
  const order = chip.calibration?.sequential ? ', one after the other' : '';
  return [
    ['time', `${formatQuantity(time, 's')}, one array after the other`],
    ['energy', formatQuantity(energy, 'J')],
    [
      'calibration',
      chip.calibration?.columns.size
        ? `gain and bias of every column of ${layers}${order}, in the digital part`
        : 'none',
    ],
    ...(corrections.layers > 0 ? [['', formatCorrections(corrections)] as const] : []),
    ...(chip.rewritten ? [['rewriting', formatRewriting(chip.rewritten)] as const] : []),
    ...(chip.rewritten ? rewrittenLayers(chip.rewritten) : []),
  ];
}

/** How fast this machine went through it, without the calibration. */
function simulatedFact(counters: Chip['counters'], seconds: number): Fact {
  const { setPulses, resetPulses } = totalCounts(counters);
  const rate = formatCount(Math.round((setPulses + resetPulses) / Math.max(seconds, 1e-3)));
  return ['simulated in', `${formatQuantity(seconds, 's')}, ${rate} pulses/s`];
}

/** What changed since `before`, and what that took. */
function deltaFact(chip: Chip, before: Chip): Fact {
  const { fecapWrites, transfers, time, energy } = totalCounts(countsSince(chip, before));
  const arrays = chip.conductances.filter((g, array) => g !== before.conductances[array]).length;
  const cost = `${formatQuantity(time, 's')}, ${formatQuantity(energy, 'J')}`;
  const work = `${counted(transfers, 'transfer')} and ${counted(fecapWrites, 'FeCAP write')}`;
  return ['delta', `${work} on ${counted(arrays, 'array')} of these: ${cost}`];
}

/** The same in one or two sentences, one a line. */
export function formatProgrammingBriefly(chip: Chip): string {
  const total = totalCounts(chip.counters);
  const { time, energy, cellsGivenUp } = total;
  const pulses = `${counted(total.setPulses + total.resetPulses, 'pulse')} (${pulsesPerCell(chip).toFixed(2)} per cell)`;
  const cost = `${formatQuantity(time, 's')} one array after the other, ${formatQuantity(energy, 'J')}`;
  const hidden = `${counted(total.fecapWrites, 'FeCAP write')}, ${counted(total.transfers, 'transfer')}, ${counted(total.signErrors, 'sign error')}`;
  const lines = [
    ...(chip.hidden.length > 0 ? [hidden] : []),
    `${pulses}, ${cost}, ${counted(cellsGivenUp, 'cell')} given up`,
    `gain and bias re-estimated on ${counted(chip.calibration?.columns.size ?? 0, 'layer')}`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}
