/** A verification -> its error budget: what integers take of the score and of the signal, and what the chips take besides. */
import { defined } from '../../defined.ts';
import type { ReadingReport, Snr, VerifyReport } from '../../verify/report.ts';
import { scoreOf } from './score.ts';

export interface BudgetStep {
  /** `floating point`, `integers`, or a reading of the chips. */
  readonly stage: 'float' | 'integers' | 'chips';
  readonly reading?: Pick<ReadingReport, 'at' | 'wires'>;
  /** In the unit of the score; absent without one. */
  readonly score?: number;
  /** What this stage changes in it against the one before: floating point, then integers. */
  readonly change?: number;
  /** Of the outputs, against floating point. */
  readonly snrToFloat?: Snr;
  /** Error energy of the outputs that it adds, as a share of the energy of floating point's. */
  readonly noise?: number;
}

/** Errors of integers and of chips are taken as independent: their energies add up, and the chips' part is the rest. */
export function errorBudget(report: VerifyReport): readonly BudgetStep[] {
  const score = scoreOf(report);
  const { float, ideal, readings } = report;
  const [ofFloat, ofIntegers] = [score?.of(float), score?.of(ideal)];
  const integers = noiseOf(ideal.snrToFloat);
  return [
    defined({ stage: 'float' as const, score: ofFloat }),
    defined({
      stage: 'integers' as const,
      score: ofIntegers,
      change: changed(ofIntegers, ofFloat),
      snrToFloat: ideal.snrToFloat,
      noise: integers,
    }),
    ...readings.map(({ at, wires, snrToFloat, ...reading }) => {
      const mean = score?.spread(reading)?.mean;
      const whole = noiseOf(snrToFloat);
      return defined({
        ...{
          stage: 'chips' as const,
          reading: { at, wires },
          score: mean,
          change: changed(mean, ofIntegers),
        },
        snrToFloat,
        noise: whole === undefined || integers === undefined ? undefined : Math.max(0, whole - integers),
      });
    }),
  ];
}

const changed = (now: number | undefined, before: number | undefined) =>
  now === undefined || before === undefined ? undefined : now - before;

function noiseOf(snr: Snr): number | undefined {
  if (snr === 'equal') return 0;
  return typeof snr === 'number' ? 10 ** (-snr / 10) : undefined;
}
