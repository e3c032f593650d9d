/**
 * Fits every law of a form, and chooses the one with the lowest Bayesian information criterion (Schwarz 1978),
 * parameters ln readings - 2 ln likelihood. Kass and Raftery (1995) call a difference of 6 strong evidence: laws that lie nearer
 * are not told apart. Every fifth device is left out of the fits, and scored.
 */
import { fitAmbiguous, fitTooFew } from '../diagnostics/all.ts';
import { DiagnosticError, raise } from '../diagnostics/diagnostic.ts';
import type { Fit, Score } from './law.ts';
import type { Form } from './laws.ts';
import type { Measurements } from './measurements.ts';

/** Difference of the criterion below which laws are not told apart. */
export const margin = 6;

export interface Candidate {
  readonly law: string;
  readonly variant: string;
  /** Absent where the law is none of these devices. */
  readonly criterion?: number;
  readonly parameters?: number;
  /** Logarithm of the likelihood per reading, of devices that were not fitted. */
  readonly heldOut?: number;
  readonly reason?: string;
}

export interface Choice {
  readonly form: Form;
  readonly measurements: Measurements;
  readonly law: string;
  readonly variant: string;
  /** The other variants of the law that the data do not tell from it. */
  readonly alike: readonly string[];
  readonly fit: Fit;
  readonly heldOut: Score | undefined;
  /** Best first. */
  readonly candidates: readonly Candidate[];
}

/** Devices from which a fifth is left out. */
const enoughToHold = 5;

/**
 * @param chosen name of a law of the form, where the user chose one
 * @throws DiagnosticError with all that is wrong with the rows; fit/too-few, fit/ambiguous
 */
export function chooseLaw(form: Form, measurements: Measurements, chosen: string | undefined): Choice {
  const { path } = measurements;
  const { devices, problems, variants } = form.open(measurements);
  raise(problems);
  const isHeld = (i: number) => devices.length >= enoughToHold && i % 5 === 4;
  const held = devices.filter((_, i) => isHeld(i));
  const seen = devices.filter((_, i) => !isHeld(i));
  const tried = variants
    .filter(({ law }) => chosen === undefined || law === chosen)
    .map(({ law, variant, fit }) => ({ law, variant, made: fit(seen, held) }));
  const fitted = tried
    .flatMap(({ law, variant, made }) =>
      typeof made === 'string' ? [] : [{ law, variant, fit: made, criterion: criterionOf(made) }],
    )
    .filter(({ criterion }) => Number.isFinite(criterion))
    .sort((a, b) => a.criterion - b.criterion);
  const refused = tried.flatMap(({ law, variant, made }) =>
    typeof made === 'string' ? [{ law, variant, reason: made }] : [],
  );
  const [best] = fitted;
  if (!best) {
    const reasons = refused.map(({ law, reason }) => `${law}: ${reason}`);
    throw new DiagnosticError([fitTooFew(path, `no law fits: ${[...new Set(reasons)].join('; ')}`)]);
  }
  const near = fitted.filter(({ criterion }) => criterion < best.criterion + margin);
  const others = near.filter(
    ({ law }, i) => law !== best.law && near.findIndex((one) => one.law === law) === i,
  );
  if (others.length > 0)
    throw new DiagnosticError([
      fitAmbiguous(
        path,
        [
          best.law,
          ...others.map(({ law, criterion }) => `${law} (${(criterion - best.criterion).toFixed(1)} behind)`),
        ],
        `Laws are told apart from a difference of ${margin} in the Bayesian information criterion.`,
      ),
    ]);
  const scores = new Map(fitted.map((one) => [one, one.fit.score()]));
  return {
    form,
    measurements,
    law: best.law,
    variant: best.variant,
    alike: near
      .filter(({ law, variant }) => law === best.law && variant !== best.variant)
      .map(({ variant }) => variant),
    fit: best.fit,
    heldOut: scores.get(best),
    candidates: [
      ...fitted.map((one): Candidate => {
        const score = scores.get(one);
        return {
          law: one.law,
          variant: one.variant,
          criterion: one.criterion,
          parameters: one.fit.parameters,
          ...(score ? { heldOut: score.logLikelihood / score.readings } : {}),
        };
      }),
      ...refused,
    ],
  };
}

const criterionOf = ({ parameters, fitted }: Fit): number =>
  parameters * Math.log(fitted.readings) - 2 * fitted.logLikelihood;
