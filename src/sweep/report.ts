/** What a sweep found, as plain data: a point after the other. Shares are in percent, the rest in SI units. */
import type { Compensation } from '../correct/compensate.ts';
import type { AxisValue } from './axes.ts';
import type { SweepFigure } from './figures.ts';
import type { DesignCost } from './prepare.ts';
import type { MetricName, Study } from './study.ts';

export interface PointReport {
  readonly model: string;
  readonly target: string;
  /** By axis. */
  readonly values: Readonly<Record<string, AxisValue>>;
  /** Seconds after programming. */
  readonly at: number;
  readonly wires: boolean;
  readonly compensate: Compensation;
  readonly images: number;
  /** Absent where the design cannot be compiled. */
  readonly measured?: {
    readonly chips: number;
    readonly figures: Readonly<Partial<Record<MetricName, SweepFigure>>>;
    /** Top-1 of each chip, or without labels how often it agrees with floating point; absent where outputs are no classes. */
    readonly shares?: readonly number[];
    /** Top-1 of the model in floating point, and of the integer reference; absent without labels. */
    readonly float?: number;
    readonly ideal?: number;
    readonly cost: DesignCost;
  };
  /** Why it cannot be compiled. */
  readonly problem?: string;
}

export interface SweepReport {
  readonly crossloom: string;
  /** SHA-256 of the plan. */
  readonly study: string;
  readonly title: string;
  readonly axes: readonly string[];
  readonly metrics: readonly MetricName[];
  /** What the shares of chips are of. */
  readonly share: 'top1' | 'agreement';
  readonly stop?: NonNullable<Study['stop']>;
  /** Chips of a point at most. */
  readonly mostChips: number;
  readonly points: readonly PointReport[];
}
