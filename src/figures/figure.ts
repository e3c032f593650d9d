/**
 * Figures as plain data: what an experiment measured, its axes with their units, and the fields of the target that it rests
 * on. Values are in the units of their axes, SI without prefixes where those have any: whoever draws chooses a prefix.
 */

export interface Axis {
  /** Such as `conductance`. */
  readonly name: string;
  /** An SI unit as in target files, another such as `%`, or nothing for counts and levels. */
  readonly unit: string;
  /** `whole` is linear and labelled at whole numbers. Default: linear. */
  readonly scale?: 'linear' | 'log' | 'whole';
  /** Its ends. Default: those of the data along the first axis, round numbers around them along the second. */
  readonly range?: readonly [from: number, to: number];
}

/** Points of a chart: `x` and `y` are equally long, and so are `low` and `high`, between which a band is drawn. */
export interface Series {
  readonly name: string;
  readonly drawn: 'line' | 'steps' | 'dots' | 'bars';
  /** `law` is a closed form beside what was measured. */
  readonly kind: 'measured' | 'law';
  /** Series of one number have one colour. Default: their place among the series. */
  readonly colour?: number;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly low?: readonly number[];
  readonly high?: readonly number[];
}

export interface Chart {
  readonly form: 'chart';
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

/** One value for every place of a grid: `rows[i][j]` lies at `y[i]` and `x[j]`, y from the top down. */
export interface Grid {
  readonly form: 'grid';
  readonly x: Axis;
  readonly y: Axis;
  readonly value: Axis;
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly rows: readonly (readonly number[])[];
}

/** What is to be drawn, and what is said of it. */
export interface Drawing<Plot extends Chart | Grid = Chart | Grid> {
  /** Of its files: small letters, digits and hyphens. */
  readonly name: string;
  readonly title: string;
  /** What was done, and how often. */
  readonly about: string;
  readonly plot: Plot;
}

export interface Figure extends Drawing {
  /** Fields of the target that it rests on, or sections for all of their fields. */
  readonly uses: readonly string[];
}

export interface ExperimentSettings {
  /** Decides all randomness of the devices. */
  readonly seed: number;
}

/** One experiment on a bench, given what its room knows of the target. It yields no figure where there is nothing to see. */
export type Experiment<Subject> = (subject: Subject, settings: ExperimentSettings) => readonly Figure[];
