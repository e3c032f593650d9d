/** A chain of five small layers that takes passes over a chip, on cells of exact digits and on pulsed ones. */
import type { Graph } from '../../src/ir/graph.ts';
import { openStream } from '../../src/math/random.ts';
import { float32 } from '../../src/math/tensor.ts';
import type { Package } from '../../src/package/open.ts';
import { packageOf } from '../../src/package/package-of.ts';
import { loadTarget } from '../../src/target/load.ts';
import { compileModel, drawFeeds, modelOf } from './build.ts';
import { model, node } from './onnx-model.ts';

export const pulsed = new URL('./pulse-verify.yaml', import.meta.url).pathname;
const layers = 5;
export const width = 16;

/** Five matrices of 16 x 16, one array of 16 x 32 cells each in pairs; the input of the second is added to what the fourth gives. */
function chain(): Graph {
  return model({
    inputs: { x: ['N', width] },
    outputs: { y: ['N', width] },
    constants: constants(),
    nodes: [
      node('MatMul', ['x', 'w0'], ['a'], {}, 'first'),
      node('MatMul', ['a', 'w1'], ['b'], {}, 'second'),
      node('Relu', ['b'], ['c']),
      node('MatMul', ['c', 'w2'], ['d'], {}, 'third'),
      node('MatMul', ['d', 'w3'], ['e'], {}, 'fourth'),
      node('Add', ['e', 'a'], ['f']),
      node('MatMul', ['f', 'w4'], ['y'], {}, 'fifth'),
    ],
  });
}

/** Two matrices that take turns: what the second gives goes through the first once more. */
export function loop(): Graph {
  return model({
    inputs: { x: ['N', width] },
    outputs: { y: ['N', width] },
    constants: constants(),
    nodes: [
      node('MatMul', ['x', 'w0'], ['a'], {}, 'first'),
      node('MatMul', ['a', 'w1'], ['b'], {}, 'second'),
      node('MatMul', ['b', 'w0'], ['y'], {}, 'again'),
    ],
  });
}

function constants() {
  const names = Array.from({ length: layers }, (_, i) => `w${i}`);
  return Object.fromEntries(
    names.map((name, i) => {
      const stream = openStream(3, 'passes-test', i);
      const draw = () => stream.uniform() - 0.5;
      return [name, float32([width, width], Float32Array.from({ length: width * width }, draw))];
    }),
  );
}

export const feeds = Array.from({ length: 8 }, (_, i) => drawFeeds(chain().inputs, i, -1, 1, 3));
const shape = [`array.rows=${width}`, `array.columns=${2 * width}`, `driver.rowsAtOnce=${width}`];

export async function compiled(
  name: string,
  perChip: number,
  chips?: number,
  set: readonly string[] = [],
  graph = chain(),
): Promise<Package> {
  const loaded = await loadTarget(name, [...shape, `array.arraysPerChip=${perChip}`, ...set]);
  const options = {
    encoding: 'differential',
    slices: 1,
    copies: 1,
    ...(chips !== undefined && { chips }),
  } as const;
  return packageOf(await compileModel(modelOf(graph), loaded, feeds, options));
}
