/**
 * A rule of learning, as commands and runs see it. A rule is a folder with
 *
 *   rule.ts      a LearningRule: which targets can do it, and how a run is opened (rules.ts lists them)
 *   learner.ts   a Learner: what it does with the inputs x and gradients d of a batch
 */
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { CompileOptions } from '../../ir/options.ts';
import type { Target } from '../../target/target.ts';
import type { Basis } from '../basis.ts';
import type { TrainOptions } from '../trainer.ts';
import type { Learner, OpenLearner } from './learner.ts';

/** @template O what the rule takes besides */
export interface LearningRule<O> {
  /** A target that can do it, for who names none. */
  readonly target: string;
  /** How the weights of a network are compiled to lie in cells that it updates; undefined where the target says. */
  readonly encoding?: CompileOptions['encoding'];
  /** Why a target cannot do it: nothing where it can. */
  refuse(target: Target): readonly Diagnostic[];
  /**
   * @param start `weights`: from those that the layers have; `random`: from new ones
   * @throws DiagnosticError train/not-trainable for a layer whose cells it cannot update
   */
  open(basis: Basis, options: Omit<TrainOptions, 'initial'> & O, start: Start): Promise<OpenedRule>;
}

export type Start = 'weights' | 'random';

export interface OpenedRule {
  readonly learner: OpenLearner<Learner>;
  /** First weights of every layer, [input][output], that a run in floating point begins with too; undefined where it draws them. */
  readonly initial: readonly Float32Array[] | undefined;
}
