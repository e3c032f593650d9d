/**
 * Maximum likelihood where every device has numbers of its own that are spread over devices (a nonlinear mixed model): normal around
 * a mean, with a covariance, both by parameters. The own numbers are integrated out by Laplace's method around what is most probable for
 * each device (Lindstrom and Bates, Biometrics 46, 673 (1990); Pinheiro and Bates, J. Comput. Graph. Stat. 4, 12 (1995)), so that
 * all parameters are found together, and their covariance is that of all of them. A device that tells little of a number of its own,
 * such as a bound that it has not met, counts for little.
 *
 * What means take from noise and spreads is given back by one step towards the maximum of the adjusted likelihood (Cox and Reid 1987).
 */
import { Matrix } from 'ml-matrix';
import { modeOf, type Over } from './mode.ts';
import { type Innovations, informationOf } from './scores.ts';
import { columnOf, dot, inverted, logDeterminant, matrixOf } from './small-matrices.ts';

export interface Mixed {
  /** Of every device, what its readings are beside what was expected. */
  readonly devices: readonly ((shared: readonly number[], own: readonly number[]) => Innovations)[];
  /** Start of the own numbers of every device. */
  readonly own: readonly (readonly number[])[];
  /** Start of what all devices share: first `noises` logarithms of noise, then others. */
  readonly shared: readonly number[];
  readonly noises: number;
  /** Start of what says how own numbers are spread: first `means` numbers by which means change, then logarithms of spreads. */
  readonly population: readonly number[];
  readonly means: number;
  readonly over: (population: readonly number[]) => Over;
}

export interface FittedMixed {
  readonly shared: readonly number[];
  readonly population: readonly number[];
  /** What is most probable for every device. */
  readonly own: readonly (readonly number[])[];
  /** Of shared and population, one after the other. */
  readonly covariance: Matrix;
  readonly logLikelihood: number;
}

interface State {
  readonly at: readonly number[];
  readonly own: readonly (readonly number[])[];
  readonly value: number;
}

/** Steps at most; what one has to gain for another to follow; the longest of one parameter. */
const most = 60;
const least = 1e-2;
/** What steps gain as long as the fast gradient does for them. */
const enough = 0.3;
const longest = 0.7;

export function fitMixed(mixed: Mixed): FittedMixed {
  const count = mixed.shared.length;
  const split = (at: readonly number[]) => ({
    shared: at.slice(0, count),
    over: mixed.over(at.slice(count)),
  });
  const stateAt = (at: readonly number[], from: readonly (readonly number[])[]): State => {
    const { shared, over } = split(at);
    const modes = mixed.devices.map((device, d) => modeOf((own) => device(shared, own), over, from[d]!));
    return {
      at,
      own: modes.map(({ own }) => own),
      value: modes.reduce((sum, { logLikelihood }) => sum + logLikelihood, 0),
    };
  };
  const start = [...mixed.shared, ...mixed.population];
  let state = stateAt(start, mixed.own);
  let how: 'fast' | 'whole' = 'fast';
  if (!Number.isFinite(state.value)) return unfound(mixed);
  let slope = slopeAt(mixed, state, how);
  let damping = 1e-2;
  for (let i = 0; i < most && damping < 1e6; i++) {
    const step = inverted(damped(slope.information, damping)).mmul(slope.gradient).to1DArray();
    const part = Math.min(1, longest / step.reduce((a, b) => Math.max(a, Math.abs(b)), 0));
    const next = stateAt(
      state.at.map((value, j) => value + part * step[j]!),
      state.own,
    );
    const gained = next.value - state.value;
    if (how === 'fast' && !(gained > enough)) {
      if (gained >= 0) state = next;
      how = 'whole';
      damping = 1e-2;
      slope = slopeAt(mixed, state, how);
      continue;
    }
    if (!(gained >= 0)) {
      damping *= 8;
      continue;
    }
    state = next;
    if (gained < least && damping <= 1e-2) break;
    slope = slopeAt(mixed, state, how);
    damping = Math.max(1e-6, damping / 8);
  }
  const at = withoutBias(mixed, state, inverted(damped(slope.information, 0)));
  const end = stateAt(at, state.own);
  return {
    shared: at.slice(0, count),
    population: at.slice(count),
    own: end.own,
    covariance: inverted(damped(slopeAt(mixed, end, 'fast').information, 0)),
    logLikelihood: state.value,
  };
}

/** Where the start is no law, there is nothing to go on from. */
function unfound({ shared, population, own }: Mixed): FittedMixed {
  const nowhere = (values: readonly number[]) => values.map(() => Number.NaN);
  const size = shared.length + population.length;
  return {
    shared: nowhere(shared),
    population: nowhere(population),
    own,
    covariance: Matrix.zeros(size, size),
    logLikelihood: Number.NEGATIVE_INFINITY,
  };
}

/** Keeps what the data do not tell from dividing by zero. */
const ridge = 1e-10;

function damped(information: Matrix, damping: number): Matrix {
  const made = information.clone();
  for (let i = 0; i < made.rows; i++) made.set(i, i, made.get(i, i) * (1 + damping) + ridge);
  return made;
}

/** By which parameters are moved to see what follows. */
const shift = 1e-4;

/** How mean and covariance of own numbers change with the parameters of the population. */
function slopesOver({ over }: Mixed, population: readonly number[]) {
  return population.map((_, k) => {
    const moved = (by: number) => over(population.map((value, j) => (j === k ? value + by : value)));
    const [high, low] = [moved(shift), moved(-shift)];
    return {
      mean: columnOf(high.mean.map((value, i) => (value - low.mean[i]!) / (2 * shift))),
      covariance: Matrix.sub(matrixOf(high.covariance), matrixOf(low.covariance)).div(2 * shift),
    };
  });
}

/**
 * Gradient of the likelihood by all parameters, and their information.
 * @param how `fast` leaves out that what a device tells of its own numbers changes with all others, which costs most
 */
function slopeAt(mixed: Mixed, { at, own }: State, how: 'fast' | 'whole') {
  const { shared: sharedStart, devices, over } = mixed;
  const count = sharedStart.length;
  const [shared, population] = [at.slice(0, count), at.slice(count)];
  const { mean, covariance } = over(population);
  const prior = inverted(matrixOf(covariance));
  const by = slopesOver(mixed, population);
  const size = mean.length;
  const gradient = Matrix.zeros(at.length, 1);
  const information = Matrix.zeros(at.length, at.length);
  const add = (i: number, j: number, value: number) => {
    information.set(i, j, information.get(i, j) + value);
    if (i !== j) information.set(j, i, information.get(j, i) + value);
  };
  for (const [d, device] of devices.entries()) {
    const here = own[d]!;
    const of = (all: readonly number[]) => device(all.slice(size), all.slice(0, size));
    const all = [...here, ...shared];
    const ownAxes = here.map((_, i) => i);
    const score = informationOf(of, all, [...all.keys()]);
    const a = block(score.information, 0, size, 0, size);
    const b = block(score.information, 0, size, size, count);
    const c = block(score.information, size, count, size, count);
    const left = inverted(Matrix.add(a, prior));
    const leftPrior = left.mmul(prior);
    const whole = Matrix.sub(prior, prior.mmul(leftPrior));
    const q = columnOf(here.map((value, i) => value - mean[i]!));
    const pull = prior.mmul(q);
    const follow = left.mmul(b).mul(-1);
    // How what devices tell of their own numbers changes along every axis.
    const changes = all.map((value, j) => {
      if (how === 'fast') return Matrix.zeros(size, size);
      const moved = informationOf(of, all.with(j, value + shift), ownAxes).information;
      return Matrix.sub(moved, a).div(shift);
    });
    const traces = changes.map((change) => 0.5 * dot(left, change));
    const ownTraces = columnOf(traces.slice(0, size));
    const told = c.clone().sub(b.transpose().mmul(left).mmul(b));
    for (let i = 0; i < count; i++) {
      const turned = dot(follow.getColumnVector(i), ownTraces);
      gradient.set(i, 0, gradient.get(i, 0) + score.gradient[size + i]! - traces[size + i]! - turned);
      for (let j = 0; j <= i; j++) add(i, j, told.get(i, j));
    }
    const priorFollow = leftPrior.transpose().mmul(b);
    for (const [k, one] of by.entries()) {
      const pushed = one.covariance.mmul(pull);
      const moved = leftPrior.mmul(Matrix.add(one.mean, pushed));
      const value =
        dot(one.mean, pull) +
        0.5 * dot(pull, pushed) -
        0.5 * dot(whole, one.covariance) -
        dot(moved, ownTraces);
      gradient.set(count + k, 0, gradient.get(count + k, 0) + value);
      for (let i = 0; i < count; i++) add(count + k, i, dot(priorFollow.getColumnVector(i), one.mean));
      const seen = whole.mmul(one.covariance).mmul(whole);
      const wholeMean = whole.mmul(one.mean);
      for (let l = 0; l <= k; l++)
        add(count + k, count + l, dot(wholeMean, by[l]!.mean) + 0.5 * dot(seen, by[l]!.covariance));
    }
  }
  return { gradient, information };
}

function block(matrix: Matrix, row: number, rows: number, column: number, columns: number): Matrix {
  const made = Matrix.zeros(rows, columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) made.set(i, j, matrix.get(row + i, column + j));
  return made;
}

/** One step towards the maximum of the likelihood that is adjusted for what means and other shared numbers take from noise and spreads. */
function withoutBias(mixed: Mixed, state: State, covariance: Matrix): readonly number[] {
  const { at } = state;
  const spreads = mixed.shared.length + mixed.means;
  const isNoise = (i: number) => i < mixed.noises || i >= spreads;
  const others = at.flatMap((_, i) => (isNoise(i) ? [] : [i]));
  if (others.length === 0) return at;
  const told = (moved: readonly number[]) => {
    const { information } = slopeAt(mixed, { ...state, at: moved }, 'fast');
    return logDeterminant(damped(information.selection(others, others), 0));
  };
  const here = told(at);
  const h = 1e-3;
  const slopes = at.map((value, i) => (isNoise(i) ? (told(at.with(i, value + h)) - here) / h : 0));
  const step = covariance.mmul(columnOf(slopes)).mul(-0.5).to1DArray();
  // Where the data say next to nothing, a step by what they say leads anywhere.
  return at.map((value, i) => value + Math.min(0.5, Math.max(-0.5, step[i]!)));
}
