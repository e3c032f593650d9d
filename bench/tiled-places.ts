/** Places of layers that nothing compiled: cut into tiles as the compiler does, one array each. */
import type { SynapsePlaces } from '../src/schemes/transfer/layer.ts';

/**
 * Places a layer as `tile` does where nothing else needs the arrays: in tiles of rows x pairs, one array each.
 * @param size rows and columns of every array
 * @param firstArray number of the first array
 */
export function tiledPlaces(
  size: { readonly rows: number; readonly columns: number },
  inputs: number,
  outputs: number,
  firstArray: number,
): SynapsePlaces {
  const { rows, columns } = size;
  const pairs = columns >> 1;
  const across = Math.ceil(outputs / pairs);
  const count = inputs * outputs;
  const places = {
    array: new Int32Array(count),
    row: new Int32Array(count),
    pair: new Int32Array(count),
  };
  for (let w = 0; w < count; w++) {
    const input = Math.floor(w / outputs);
    const output = w - input * outputs;
    places.array[w] = firstArray + Math.floor(input / rows) * across + Math.floor(output / pairs);
    places.row[w] = input % rows;
    places.pair[w] = output % pairs;
  }
  return places;
}

/** Places layers one after the other, each in arrays of its own. */
export function tiledLayers(
  size: { readonly rows: number; readonly columns: number },
  layers: readonly { readonly inputs: number; readonly outputs: number }[],
): SynapsePlaces[] {
  let arrays = 0;
  return layers.map(({ inputs, outputs }) => {
    const places = tiledPlaces(size, inputs, outputs, arrays);
    arrays += tiledArrays(size, inputs, outputs);
    return places;
  });
}

/** Arrays that `tiledPlaces` takes. */
export function tiledArrays(
  size: { readonly rows: number; readonly columns: number },
  inputs: number,
  outputs: number,
): number {
  return Math.ceil(inputs / size.rows) * Math.ceil(outputs / (size.columns >> 1));
}
