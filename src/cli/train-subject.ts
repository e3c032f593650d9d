/** What the command line of `train` trains: a perceptron, a model as a whole, or layers of a package. */
import { stat } from 'node:fs/promises';
import type { CompileHooks } from '../compile/compiled.ts';
import type { Dataset } from '../data/dataset.ts';
import { optionInvalid } from '../diagnostics/all.ts';
import { type Diagnostic, raise } from '../diagnostics/diagnostic.ts';
import type { CompileOptions } from '../ir/options.ts';
import { longestTrain } from '../ir/schedule.ts';
import { readModel } from '../onnx/decode.ts';
import { openPackage, type Package } from '../package/open.ts';
import { loadTarget } from '../target/load.ts';
import type { Target } from '../target/target.ts';
import { type Basis, basisOfModel, basisOfPackage, modelOf } from '../train/basis.ts';
import { type LayerWeights, perceptron, type TrainableNetwork, type TrainedLayer } from '../train/network.ts';
import { rules } from '../train/rules/rules.ts';
import type { TrainRequest } from '../train/train.ts';
import type { ModelFile } from '../verify/options.ts';
import type { TrainDataFlags } from './train-data.ts';
import { type RuleFlags, ruleOptions, strangersIn } from './train-rule.ts';

export interface TrainCommandLine extends TrainDataFlags, RuleFlags {
  readonly mlp?: readonly number[];
  readonly normalization?: TrainedLayer['normalization'];
  readonly target?: string;
  readonly set: readonly string[];
  readonly layers: string;
  readonly start?: TrainRequest['start'];
  readonly epochs: number;
  readonly batch: number;
  readonly gain: number;
  readonly lastGain: number;
  readonly seed: number;
  readonly checkpointEvery?: number;
  readonly resume?: true;
  readonly output: string;
  readonly force?: true;
  readonly json?: true;
}

/** What is trained, as the command line names it. */
type Subject =
  | { readonly kind: 'network'; readonly network: TrainableNetwork }
  | { readonly kind: 'model'; readonly model: ModelFile }
  | { readonly kind: 'package'; readonly pkg: Package };

export async function subjectOf(place: string | undefined, args: TrainCommandLine): Promise<Subject> {
  const { mlp, batch, normalization = batch > 1 ? 'batch' : 'layer' } = args;
  if ((mlp === undefined) === (place === undefined))
    raise([optionInvalid('train', 'name a package or a model, or give --mlp')]);
  if (mlp) return { kind: 'network', network: perceptron(mlp, normalization) };
  const entry = await stat(place!).catch(() => undefined);
  return entry?.isDirectory() || !place!.endsWith('.onnx')
    ? { kind: 'package', pkg: await openPackage(place!) }
    : { kind: 'model', model: { ...(await readModel(place!)), file: place! } };
}

/** All that is wrong with the flags by themselves. */
export function problemsIn(args: TrainCommandLine): Diagnostic[] {
  const {
    transferEvery: every = 1,
    maskProbability: mask = 1,
    longestTrain: slots = 1,
    epochs,
    holdOut,
  } = args;
  const rules = [
    [every >= 1, '--transfer-every', every, 'something is transferred after every 1 input at the soonest'],
    [mask > 0 && mask <= 1, '--mask-probability', mask, 'it lies above 0 and at most at 1'],
    [slots <= longestTrain, '--longest-train', slots, `a train has ${longestTrain} slots at most`],
    [args.fastSteps !== 0, '--fast-steps', 0, 'fast cells would never step'],
    [args.weightRange !== 0, '--weight-range', 0, 'half of the window stands for more than no weight'],
    [epochs >= 1, '--epochs', epochs, 'there is at least 1'],
    [holdOut >= 2, '--hold-out', holdOut, 'nothing would be left to learn from'],
  ] as const;
  const wrong = rules.flatMap(([met, flag, value, reason]) =>
    met ? [] : [optionInvalid(`${flag} ${value}`, reason)],
  );
  return [...wrong, ...strangersIn(args)];
}

export async function basisFor(
  subject: Subject,
  data: Dataset,
  { rule: name, target, set, layers }: TrainCommandLine,
  options: CompileOptions,
  onProgress: CompileHooks['onProgress'],
): Promise<Basis> {
  const rule = rules[name];
  const loaded =
    subject.kind === 'package' ? subject.pkg.loaded : await loadTarget(target ?? rule.target, set);
  raise(rule.refuse(loaded.target));
  if (subject.kind === 'package') return basisOfPackage(subject.pkg, layers);
  if (subject.kind === 'model')
    return basisOfModel(subject.model, undefined, data, loaded, options, onProgress);
  const { network } = subject;
  const model = modelOf(network, network.layers.map(anyWeights));
  return basisOfModel(model, network, data, loaded, options, onProgress);
}

/** Where the weights of a network lie does not depend on them. */
function anyWeights({ inputs, outputs }: TrainedLayer): LayerWeights {
  return {
    matrix: Float32Array.from({ length: inputs * outputs }, (_, i) => Math.sin(i)),
    scale: 1 / Math.sqrt(inputs),
    bias: new Float32Array(outputs),
    runningMean: new Float32Array(outputs),
    runningVariance: new Float32Array(outputs).fill(1),
  };
}

/**
 * All that a run takes.
 * @throws DiagnosticError options/invalid
 */
export function requestOf(args: TrainCommandLine, { kind }: Subject, target: Target): TrainRequest {
  const { seed, epochs, batch, gain, lastGain } = args;
  const { rate, ...options } = ruleOptions(args, target);
  return {
    ...{ seed, epochs, batch, rate, gain, lastGain },
    ...options,
    start: args.start ?? (kind === 'network' ? 'random' : 'weights'),
  };
}
