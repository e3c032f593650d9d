/**
 * Maximum likelihood by Fisher scoring, damped as Levenberg and Marquardt damp least squares. Units such as devices share some
 * parameters and have others of their own, so that the information is a matrix in the shape of an arrow: the own parameters
 * are eliminated unit by unit, and the work grows with the number of units, not with its cube.
 */
import { CholeskyDecomposition, inverse, Matrix } from 'ml-matrix';

/** At some parameters: logarithm of the likelihood, its gradient, and the expected information. */
export interface Score {
  readonly logLikelihood: number;
  readonly gradient: readonly number[];
  readonly information: readonly (readonly number[])[];
}

/** @param parameters those that all share, then its own */
export type Unit = (parameters: readonly number[]) => Score;

export interface Maximum {
  readonly shared: readonly number[];
  readonly own: readonly (readonly number[])[];
  readonly logLikelihood: number;
  /** Of the shared parameters, whatever the own ones are. */
  readonly covariance: Matrix;
  /** Of the own parameters of every unit, where the shared ones are as they are. */
  readonly ownCovariance: readonly Matrix[];
  /** How the own parameters of every unit follow the shared ones. */
  readonly follow: readonly Matrix[];
}

/** Steps at most, and what one has to gain for another to follow. */
const most = 80;
/** No parameter moves by more at once: far from the maximum the information says little of what lies there. */
const longest = 0.7;
const least = 1e-5;

export function maximize(
  units: readonly Unit[],
  sharedStart: readonly number[],
  ownStart: readonly (readonly number[])[],
): Maximum {
  const at = (shared: readonly number[], own: readonly (readonly number[])[]) =>
    units.map((unit, i) => unit([...shared, ...own[i]!]));
  let [shared, own] = [sharedStart, ownStart];
  let scores = at(shared, own);
  let best = total(scores);
  let damping = 1e-2;
  for (let i = 0; i < most && damping < 1e8; i++) {
    const { step, ownSteps } = eliminate(scores, shared.length, damping);
    const part = Math.min(
      1,
      longest / [...step, ...ownSteps.flat()].reduce((a, b) => Math.max(a, Math.abs(b)), 0),
    );
    const nextShared = shared.map((value, j) => value + part * step[j]!);
    const nextOwn = own.map((values, u) => values.map((value, j) => value + part * ownSteps[u]![j]!));
    const next = at(nextShared, nextOwn);
    const sum = total(next);
    if (!(sum >= best)) {
      damping *= 8;
      continue;
    }
    const gained = sum - best;
    [shared, own, scores, best] = [nextShared, nextOwn, next, sum];
    // Short steps gain little anywhere.
    if (gained < least && damping <= 1e-2) break;
    damping = Math.max(1e-9, damping / 8);
  }
  const { covariance, ownCovariance, follow } = eliminate(scores, shared.length, 0);
  return { shared, own, logLikelihood: best, covariance, ownCovariance, follow };
}

const total = (scores: readonly Score[]): number => scores.reduce((sum, one) => sum + one.logLikelihood, 0);

/** Keeps what the data do not tell from dividing by zero: a standard error of 10^5. */
const ridge = 1e-10;

/** Of a symmetric matrix, without what rounding makes of its symmetry. */
function symmetricInverse(block: Matrix): Matrix {
  const made = inverse(block);
  return Matrix.add(made, made.transpose()).mul(0.5);
}

function damped(block: Matrix, damping: number): Matrix {
  // Rounding leaves information a little askew.
  const made = Matrix.add(block, block.transpose()).mul(0.5);
  for (let i = 0; i < made.rows; i++) made.set(i, i, made.get(i, i) * (1 + damping) + ridge);
  return made;
}

function eliminate(scores: readonly Score[], count: number, damping: number) {
  let information = Matrix.zeros(count, count);
  let gradient = Matrix.zeros(count, 1);
  const parts = scores.map((score) => {
    const whole = new Matrix(score.information.map((row) => [...row]));
    const slope = Matrix.columnVector([...score.gradient]);
    const size = whole.rows - count;
    const part = (r0: number, r1: number, c0: number, c1: number) =>
      r1 < r0 || c1 < c0 ? Matrix.zeros(r1 - r0 + 1, c1 - c0 + 1) : whole.subMatrix(r0, r1, c0, c1);
    const [last, end] = [count - 1, count + size - 1];
    const [ownSlope, cross] = [
      size === 0 ? Matrix.zeros(0, 1) : slope.subMatrix(count, end, 0, 0),
      part(count, end, 0, last),
    ];
    const ownInverse =
      size === 0 ? Matrix.zeros(0, 0) : symmetricInverse(damped(part(count, end, count, end), damping));
    const follow = size === 0 || count === 0 ? Matrix.zeros(size, count) : ownInverse.mmul(cross).mul(-1);
    if (count > 0) {
      information = Matrix.add(information, damped(part(0, last, 0, last), damping));
      gradient = Matrix.add(gradient, slope.subMatrix(0, last, 0, 0));
      if (size > 0) {
        information = Matrix.add(information, cross.transpose().mmul(follow));
        gradient = Matrix.add(gradient, follow.transpose().mmul(ownSlope));
      }
    }
    return { ownInverse, ownSlope, follow, size };
  });
  const covariance = count === 0 ? Matrix.zeros(0, 0) : symmetricInverse(information);
  const step = count === 0 ? [] : covariance.mmul(gradient).to1DArray();
  const ownSteps = parts.map(({ ownInverse, ownSlope, follow, size }) => {
    if (size === 0) return [];
    const alone = ownInverse.mmul(ownSlope);
    return (count === 0 ? alone : Matrix.add(alone, follow.mmul(Matrix.columnVector(step)))).to1DArray();
  });
  return {
    step,
    ownSteps,
    covariance,
    ownCovariance: parts.map(({ ownInverse }) => ownInverse),
    follow: parts.map(({ follow }) => follow),
  };
}

/** Of a matrix that is symmetric and positive definite but for rounding. */
export function logDeterminant(matrix: readonly (readonly number[])[]): number {
  if (matrix.length === 0) return 0;
  const lower = new CholeskyDecomposition(damped(new Matrix(matrix.map((row) => [...row])), 0))
    .lowerTriangularMatrix;
  let sum = 0;
  for (let i = 0; i < matrix.length; i++) sum += 2 * Math.log(lower.get(i, i));
  return sum;
}

/**
 * Takes away what a likelihood loses by other parameters being fitted to the same data, which makes noise and spreads come out
 * too small: one step towards the maximum of the adjusted profile likelihood (Cox and Reid 1987).
 * @param isSpread which of the shared parameters are noise and spreads
 * @param information logarithm of the determinant of the information about those others
 */
export function withoutBias(
  maximum: Maximum,
  isSpread: (i: number) => boolean,
  information: (shared: readonly number[]) => number,
): Maximum {
  const { shared, covariance, follow, own } = maximum;
  if (shared.length === 0) return maximum;
  const h = 1e-4;
  const slopes = shared.map((_, i) => {
    if (!isSpread(i)) return 0;
    const moved = (by: number) => information(shared.map((value, j) => (i === j ? value + by : value)));
    return (moved(h) - moved(-h)) / (2 * h);
  });
  const step = covariance.mmul(Matrix.columnVector(slopes)).mul(-0.5).to1DArray();
  // Where the data say next to nothing, a step by what they say leads anywhere.
  const by = step.map((value) => Math.min(0.5, Math.max(-0.5, value)));
  return {
    ...maximum,
    shared: shared.map((value, i) => value + by[i]!),
    own: own.map((values, d) => {
      if (values.length === 0) return values;
      const moved = follow[d]!.mmul(Matrix.columnVector(by)).to1DArray();
      return values.map((value, j) => value + moved[j]!);
    }),
  };
}
