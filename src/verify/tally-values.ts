/** What a model made of the images where its output is no list of classes: texts that are read, or errors of values. */
import { defined } from '../defined.ts';
import type { Metric } from './metric.ts';
import type { Scores } from './report.ts';
import { decodeGreedy, editDistance, symbolsIn } from './sequences.ts';

/** By image. */
export interface ReadTexts {
  readonly kind: 'ctc';
  readonly read: string[];
  /** Symbols that differ from what is written; undefined where nobody says what is. */
  readonly edits: Uint32Array | undefined;
  /** Of all that is written. */
  readonly symbols: number;
}

export interface ValueErrors {
  readonly kind: 'regression';
  /** Sum of the squares of all values' errors, by image. */
  readonly squares: Float64Array;
  /** Per image. */
  readonly values: number;
  /** Sum of the squares of what the right values differ by from their mean over the images, value by value. */
  readonly variation: number;
}

export type ValueTally = ReadTexts | ValueErrors;

export function createValueTally(metric: Metric, images: number, values: number): ValueTally {
  if (metric.kind === 'ctc') {
    const { texts } = metric;
    return {
      kind: 'ctc',
      read: Array<string>(images).fill(''),
      edits: texts && new Uint32Array(images),
      symbols: texts?.reduce((sum, text) => sum + symbolsIn(text), 0) ?? 0,
    };
  }
  return {
    kind: 'regression',
    squares: new Float64Array(images),
    values,
    variation: variationOf(metric.truth, values),
  };
}

function variationOf(truth: Float64Array, values: number): number {
  const images = truth.length / values;
  let variation = 0;
  for (let value = 0; value < values; value++) {
    let mean = 0;
    for (let at = value; at < truth.length; at += values) mean += truth[at]! / images;
    for (let at = value; at < truth.length; at += values) variation += (truth[at]! - mean) ** 2;
  }
  return variation;
}

/**
 * Scores the images from number `first` on.
 * @param outputs [image][value]
 * @returns 1 for every image whose text is read without a mistake; undefined where that is not known
 */
export function addToValueTally(
  tally: ValueTally,
  metric: Metric,
  first: number,
  outputs: ArrayLike<number>,
  values: number,
): Uint8Array | undefined {
  const count = outputs.length / values;
  if (tally.kind === 'regression' && metric.kind === 'regression') {
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let value = 0; value < values; value++)
        sum += (outputs[i * values + value]! - metric.truth[(first + i) * values + value]!) ** 2;
      tally.squares[first + i] = sum;
    }
    return undefined;
  }
  if (tally.kind !== 'ctc' || metric.kind !== 'ctc') return undefined;
  const { symbols, texts } = metric;
  const right = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const text = decodeGreedy(outputs, i * values, values / symbols.length, symbols);
    tally.read[first + i] = text;
    if (!texts) continue;
    tally.edits![first + i] = editDistance(text, texts[first + i]!);
    right[i] = text === texts[first + i] ? 1 : 0;
  }
  return texts && right;
}

/** @param float the tally of the floating-point model */
export function valueScores(tally: ValueTally, float: ValueTally): Scores {
  if (tally.kind === 'regression') {
    const sum = tally.squares.reduce((a, b) => a + b, 0);
    return defined({
      rmse: Math.sqrt(sum / (tally.squares.length * tally.values)),
      r2: tally.variation > 0 ? 1 - sum / tally.variation : undefined,
    });
  }
  const others = float.kind === 'ctc' ? float.read : [];
  const { read, edits } = tally;
  const wrong = edits ?? Uint32Array.from(read, (text, i) => editDistance(text, others[i]!));
  const symbols = edits ? tally.symbols : others.reduce((sum, text) => sum + symbolsIn(text), 0);
  const errors = wrong.reduce((a, b) => a + b, 0);
  const same = read.filter((text, i) => text === others[i]).length;
  return {
    ...(symbols > 0 ? { symbolErrors: (100 * errors) / symbols } : {}),
    agreement: (100 * same) / read.length,
  };
}
