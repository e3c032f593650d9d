/**
 * Corrections of layers that were each fitted alone -> such as bring every layer, on what the corrected layers before it give, to what
 * the integer reference gives of the same samples. The samples go through both layer by layer: once all are through a layer, it is
 * corrected, and only what later layers read is kept.
 */
import type { ReadArrays } from '../chip/read.ts';
import type { ColumnCorrection } from '../column-correction.ts';
import { type Graph, inputsOf } from '../ir/graph.ts';
import { lowerCrossbar } from '../lower/crossbar.ts';
import { withFloatSums } from '../lower/float-sums.ts';
import { foldLayer } from '../lower/fold.ts';
import { lowerGraph } from '../lower/graph.ts';
import { cutAfter, type Piece } from '../lower/pieces.ts';
import { float32 } from '../math/tensor.ts';
import { encodeModel } from '../onnx/encode.ts';
import { crossbarDomain } from '../package/crossbar-node.ts';
import type { Package } from '../package/open.ts';
import { pieceGraph } from '../record/piece-graph.ts';
import { runTasks, withWorkers } from '../threads/pool.ts';
import { type Match, matchOutputs } from './match-outputs.ts';
import { scaleOutputs } from './output-sums.ts';
import { type Both, job, type Values } from './piece-job.ts';

/** What following the layers needs of a package. */
export type FollowedPackage = Pick<Package, 'layers' | 'host' | 'reference' | 'record'>;

type Columns = ReadonlyMap<string, ColumnCorrection>;

interface FollowOptions {
  readonly threads: number;
  /** Called after every layer. */
  readonly onLayer?: ((done: number) => void) | undefined;
}

/** Samples that tell how far a layer's gains can be trusted, at least. */
const fewestSamples = 4;

/** Whether there are samples to go through the layers. */
export function canFollow({ record }: Pick<Package, 'record'>): boolean {
  return record.inputs.length >= fewestSamples;
}

/**
 * @param arrays without noise that is faster than an image
 * @param alone by the layer's output; a layer that has none stays as it is
 * @returns the same layers' corrections; whatever number of threads, the same
 */
export async function followLayers(
  pkg: FollowedPackage,
  arrays: ReadArrays,
  alone: Columns,
  { threads, onLayer }: FollowOptions,
): Promise<Columns> {
  const { layers, host, record } = pkg;
  const outputs = layers.map(({ output }) => output);
  const reference = withFloatSums(pkg.reference, outputs);
  const pieces = { chip: cutAfter(host, outputs), reference: cutAfter(reference, outputs) };
  const followed = new Map<string, ColumnCorrection>();
  let held = record.inputs.map((sample): Both<Values> => {
    const fed = Object.entries(sample).map(([name, { dims, data }]) => [name, float32(dims, data)]);
    const values: Values = Object.fromEntries(fed);
    return { chip: values, reference: values };
  });
  await withWorkers(Math.min(threads, held.length), async (pool) => {
    for (const [i, layer] of layers.entries()) {
      const known = held[0]!;
      const models = {
        chip: encodeModel(lowerPiece(pkg, pieces.chip[i]!, known.chip, arrays, alone)),
        reference: encodeModel(pieceGraph(reference, pieces.reference[i]!, known.reference)),
      };
      const { output, groups, columns, geometry } = layer;
      const layout = { groups, columns, geometry: { kind: geometry.kind } };
      const results = await runTasks(pool, job, { models, output, layout }, held);
      const own = alone.get(output);
      const sums = results.flatMap((result) => result.sums ?? []);
      const match = own && sums.length >= fewestSamples ? matchOutputs(sums) : undefined;
      if (own) followed.set(output, match ? matched(own, match) : own);
      held = held.map((before, s) => {
        const { chip, reference } = results[s]!.made;
        const better = match && { [output]: scaleOutputs(layout, chip[output]!, match) };
        return {
          chip: readLater({ ...before.chip, ...chip, ...better }, pieces.chip.slice(i + 1)),
          reference: readLater({ ...before.reference, ...reference }, pieces.reference.slice(i + 1)),
        };
      });
      onLayer?.(i + 1);
    }
  });
  return followed;
}

function lowerPiece(
  { host, layers }: FollowedPackage,
  piece: Piece,
  known: Values,
  arrays: ReadArrays,
  alone: Columns,
): Graph {
  const { [crossbarDomain]: _, ...opsets } = host.opsets;
  const lowered = lowerGraph({ ...pieceGraph(host, piece, known), opsets }, (node) => {
    if (node.kind !== 'onnx' || node.domain !== crossbarDomain) return undefined;
    const layer = layers.find(({ output }) => output === node.outputs[0])!;
    const calibration = alone.get(layer.output);
    return (emit) => lowerCrossbar(emit, layer, foldLayer(layer, arrays), { calibration });
  });
  // The tables of the layer have served their purpose.
  const used = new Set(lowered.nodes.flatMap(inputsOf));
  return { ...lowered, constants: new Map([...lowered.constants].filter(([name]) => used.has(name))) };
}

/** A correction, and one of what it gives, in one. */
function matched(own: ColumnCorrection, { gain, bias }: Match): ColumnCorrection {
  const { terms } = own;
  const coefficients = terms?.coefficients.map((c, i) => c * gain[Math.floor(i / terms.rank)]!);
  return {
    gain: own.gain.map((g, o) => g * gain[o]!),
    bias: own.bias.map((b, o) => gain[o]! * b + bias[o]!),
    ...(terms && coefficients && { terms: { ...terms, coefficients } }),
  };
}

function readLater(values: Values, later: readonly Piece[]): Values {
  const read = new Set(later.flatMap(({ inputs }) => inputs));
  return Object.fromEntries(Object.entries(values).filter(([name]) => read.has(name)));
}
