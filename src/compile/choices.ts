/** How layers go onto cells: what the options say, and the encodings that were chosen where they leave it open. */
import { type SliceChoice, weightMax } from '../../passes/map/slice-weights.ts';
import { InternalError } from '../diagnostics/diagnostic.ts';
import type { MvmNode, QuantizedMvmNode } from '../ir/graph.ts';
import { type Choice, choiceFor } from '../ir/options.ts';
import type { Given, Integers } from './artefacts.ts';

type Layer = MvmNode | QuantizedMvmNode;

export function choiceOf({ options, target }: Given): (layer: Layer) => Choice {
  return ({ origin }) => choiceFor(options, origin, target);
}

export function settledChoiceOf(
  have: Given & Pick<Integers, 'encodings' | 'stored'>,
): (layer: Layer) => SliceChoice {
  const open = choiceOf(have);
  return (layer) => {
    const choice = open(layer);
    const encoding =
      choice.encoding === 'auto' ? have.encodings.get(layer.output)?.encoding : choice.encoding;
    if (!encoding) throw new InternalError('compile', 'a layer without an encoding');
    const stored = choice.copiesOpen ? have.stored?.get(layer.output) : undefined;
    return { ...choice, encoding, ...stored };
  };
}

/** Largest integer weight of a layer. */
export function weightMaxOf(have: Given & Pick<Integers, 'encodings' | 'stored'>): (layer: Layer) => number {
  const choice = settledChoiceOf(have);
  return (layer) => weightMax(have.target.cell, choice(layer), have.options.weightBits);
}
