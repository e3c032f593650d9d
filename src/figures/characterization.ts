/** What characterizing a target gives: figures, and for each the assumed values that it rests on. */
import type { Figure } from './figure.ts';

export interface AssumedValue {
  /** Path of the field, and its value as it was written. */
  readonly field: string;
  readonly text: string;
  /** `override` where a flag set it. */
  readonly from: 'assumed' | 'override';
}

export interface CharacterizedFigure extends Figure {
  readonly assumed: readonly AssumedValue[];
}

export interface Characterization {
  readonly name: string;
  readonly title: string;
  readonly fingerprint: string;
  readonly overrides: readonly string[];
  readonly seed: number;
  readonly figures: readonly CharacterizedFigure[];
}
