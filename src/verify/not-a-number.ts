/** Outputs that hold NaN -> an error that says what computed them and for which images: they are given no score. */
import type { Dataset } from '../data/dataset.ts';
import { resultNotANumber } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import type { Plan } from './plan.ts';

/** Numbers of the images, within a plan, of which a model's output holds NaN. */
export type NaNImages = number[];

/** @param outputs [image][value], of the images from number `first` on */
export function addNaNImages(
  images: NaNImages,
  { values }: Plan,
  first: number,
  outputs: ArrayLike<number>,
): void {
  let last = -1;
  for (let i = 0; i < outputs.length; i++) {
    const image = Math.floor(i / values);
    if (image === last || !Number.isNaN(outputs[i]!)) continue;
    images.push(first + image);
    last = image;
  }
}

/** Raises resultNotANumber for every model that has such images. @param byModel what the models are called */
export function raiseNaNImages(
  byModel: Readonly<Record<string, NaNImages>>,
  { indices, output }: Plan,
  dataset: Dataset,
): void {
  raise(
    Object.entries(byModel)
      .filter(([, images]) => images.length > 0)
      .map(([model, images]) => {
        const first = dataset.idOf(indices[Math.min(...images)]!);
        const which = `${images.length} of ${indices.length} samples, the first of which is ${first}`;
        return resultNotANumber(model, `its output '${output}' holds NaN for ${which}`);
      }),
  );
}
