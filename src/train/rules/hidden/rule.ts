/** The rule of hidden weights, as a run is opened with it: a compiled network on a chip with hidden planes. */
import { notTrainable, trainNoHiddenPlanes } from '../../../diagnostics/all.ts';
import { raise } from '../../../diagnostics/diagnostic.ts';
import type { Compiled } from '../../../ir/compiled.ts';
import { describeOrigin, type QuantizedMvmNode } from '../../../ir/graph.ts';
import { layerIndexOf } from '../../../ir/mapping.ts';
import { weightPlacesOf } from '../../../ir/weight-places.ts';
import type { SynapsePlaces } from '../../../schemes/transfer/layer.ts';
import { largestHidden } from '../../../schemes/transfer/plane.ts';
import { trainingChip } from '../../../schemes/transfer/synapses.ts';
import { stepsPerLevel } from '../../../target/hidden-plane.ts';
import type { LearningRule } from '../rule.ts';
import { type FirstHidden, realWeights } from './initial.ts';
import { type HiddenOptions, openHiddenLearner } from './learner.ts';

export const hiddenRule: LearningRule<HiddenOptions> = {
  target: 'leti-fecap-130nm',
  refuse: ({ name, hidden }) => (hidden ? [] : [trainNoHiddenPlanes(name)]),
  async open({ compiled, chain }, options, start) {
    const { nodes, network } = chain;
    const chip = trainingChip(compiled.loaded.target, options.seed);
    const places = nodes.map((node) => placesOf(compiled, node));
    const first = start === 'weights' ? nodes.map((node) => firstOf(compiled, node)) : undefined;
    return {
      initial: first?.map(realWeights),
      learner: openHiddenLearner(network, options, { ...options, chip, places, first }),
    };
  },
};

/** @throws DiagnosticError train/not-trainable where plus and minus are exchanged around faulty cells */
function placesOf({ mapping }: Compiled, node: QuantizedMvmNode): SynapsePlaces {
  const { sign, ...places } = weightPlacesOf(mapping, layerIndexOf(mapping, node.output));
  const reason = 'some of its columns are exchanged around faulty cells';
  if (sign.includes(-1))
    raise([notTrainable(describeOrigin(node.origin), reason, 'Compile it without a fault map.')]);
  return places;
}

/** The weights that a layer has, as hidden integers with one step for all of them: learning goes on from there. */
function firstOf({ mapping, loaded }: Compiled, { output }: QuantizedMvmNode): FirstHidden {
  const { node, hidden } = mapping.layers[layerIndexOf(mapping, output)]!;
  const plane = loaded.target.hidden!;
  if (hidden) return { hidden: hidden.slice(), step: node.scales[0]! / stepsPerLevel(plane) };
  const real = Float64Array.from(node.integers, (w, i) => w * node.scales[i % node.columns]!);
  return hiddenFrom(real, largestHidden(plane.bits));
}

/** The largest weight becomes the largest hidden integer, `limit`. */
function hiddenFrom(real: ArrayLike<number>, limit: number): FirstHidden {
  let largest = 0;
  for (let i = 0; i < real.length; i++) largest = Math.max(largest, Math.abs(real[i]!));
  return {
    hidden: Int16Array.from(real, (w) => (largest === 0 ? 0 : Math.round((w / largest) * limit))),
    step: (largest || 1) / limit,
  };
}
