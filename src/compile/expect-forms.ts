/**
 * Other ways of storing the layers of a compilation -> what each takes, and how much each layer alone is expected to err by itself on
 * a chip that is read, before anything is programmed.
 */
import { estimateEncoding, sampleMatrix } from '../../passes/integers/expected-noise.ts';
import { weightMax } from '../../passes/map/slice-weights.ts';
import { readingSigma } from '../chip/expected-reading.ts';
import type { Compiled } from '../ir/compiled.ts';
import { conversionsPerDrive, drivesOf } from '../ir/conversions.ts';
import type { Graph } from '../ir/graph.ts';
import { blockCells, blocksByLayer } from '../ir/mapping.ts';
import type { CompileOptions } from '../ir/options.ts';
import { sumOf } from '../math/sum.ts';
import type { LoadedTarget } from '../target/target.ts';
import { alone } from '../threads/pool.ts';
import { choiceOf } from './choices.ts';
import { narrowTarget } from './narrow-target.ts';
import { cut, map } from './stages.ts';

/** A layer in one form. */
export interface LayerForm {
  /** Output values of the nodes that use it. */
  readonly outputs: readonly string[];
  /** Energy of what errs in its outputs, as a share of theirs. */
  readonly noise: number;
  /** Cells of its blocks. */
  readonly cells: number;
  /** For one input of the model. */
  readonly conversions: number;
}

export interface FormSubject extends Pick<Compiled, 'graph' | 'record' | 'mapping'> {
  /** The graph before quantization, with `mvm` nodes. */
  readonly real: Graph;
}

/**
 * @param whole target, not narrowed by any options
 * @param at seconds after programming at which chips are read
 * @returns what options come to for every layer; encodings that they leave open stay as they were chosen
 */
export function openForms(
  { graph, real, record, mapping }: FormSubject,
  whole: LoadedTarget,
  at: number,
): (options: CompileOptions) => readonly LayerForm[] {
  const nodes = new Map(real.nodes.flatMap((n) => (n.kind === 'mvm' ? [[n.output, n] as const] : [])));
  const encodings = new Map(
    mapping.layers.flatMap(({ uses, encoding }) =>
      uses.map(({ output }) => [output, { encoding, reason: '', estimates: {} }] as const),
    ),
  );
  const samples = new Map<string, ReturnType<typeof sampleMatrix>>();
  const sampleOf = (outputs: readonly string[]) => {
    const known = samples.get(outputs[0]!);
    if (known) return known;
    const records = outputs.map((output) => record.layers.get(output)!);
    const sample = sampleMatrix(nodes.get(outputs[0]!)!, records);
    samples.set(outputs[0]!, sample);
    return sample;
  };
  return (options) => {
    const { target } = narrowTarget(whole, options);
    const { weightBits } = options;
    const sigmaOf = readingSigma(target, at);
    const widest = {
      ...graph,
      nodes: graph.nodes.map((node) => {
        if (node.kind !== 'quantized-mvm') return node;
        const open = choiceOf({ options, target })(node);
        const encoding = open.encoding === 'auto' ? encodings.get(node.output)!.encoding : open.encoding;
        return { ...node, weightMax: weightMax(target.cell, { ...open, encoding }, weightBits) };
      }),
    };
    const given = { graph: widest, record, target, options, encodings, pool: alone };
    const { mapping: own } = map(given);
    const blocks = blocksByLayer(own).map((numbers) => numbers.map((number) => own.blocks[number]!));
    return own.layers.map((layer, index): LayerForm => {
      const outputs = layer.uses.map(({ output }) => output);
      const { snr } = estimateEncoding(sampleOf(outputs), layer, { target, weightBits, cut, sigmaOf });
      return {
        outputs,
        noise: 10 ** (-snr / 10),
        cells: sumOf(blocks[index]!.map((block) => blockCells(block, layer.encoding))),
        conversions:
          conversionsPerDrive(layer, blocks[index]!, target.adc) * drivesOf(layer, record, target.driver),
      };
    });
  };
}
