/** The models that mutations start from, each of a few dozen weights, with dims of the samples that it takes. */
import { folded, forms, nested, packed, quantized } from './forms.ts';
import { attention, convolution, dense, embedding, recurrent, small, transposed } from './layers.ts';

export interface CorpusModel {
  readonly name: string;
  readonly model: Uint8Array;
  /** Of one sample. */
  readonly sample: readonly number[];
}

export const corpusModels: readonly CorpusModel[] = [
  { name: 'small', model: small, sample: [4] },
  { name: 'dense', model: dense, sample: [6] },
  { name: 'convolution', model: convolution, sample: [2, 6, 6] },
  { name: 'transposed', model: transposed, sample: [2, 3, 5] },
  { name: 'recurrent', model: recurrent, sample: [3, 4] },
  { name: 'quantized', model: quantized, sample: [2, 4, 5] },
  { name: 'folded', model: folded, sample: [6] },
  { name: 'attention', model: attention, sample: [3, 4] },
  { name: 'embedding', model: embedding, sample: [3] },
  { name: 'nested', model: nested, sample: [4] },
  { name: 'packed', model: packed, sample: [4] },
  { name: 'forms', model: forms, sample: [4] },
];
