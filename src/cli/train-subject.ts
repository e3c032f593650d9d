/** What the command line of `train` trains: a perceptron, a model as a whole, or layers of a package. */
import { stat } from 'node:fs/promises';
import type { CompileHooks } from '../compile/compiled.ts';
import type { Dataset } from '../data/dataset.ts';
import { defined } from '../defined.ts';
import { optionInvalid } from '../diagnostics/all.ts';
import { type Diagnostic, raise } from '../diagnostics/diagnostic.ts';
import type { CompileOptions } from '../ir/options.ts';
import { readModel } from '../onnx/decode.ts';
import { openPackage, type Package } from '../package/open.ts';
import { largestHidden } from '../schemes/transfer/plane.ts';
import { loadTarget } from '../target/load.ts';
import type { Target } from '../target/target.ts';
import { type Basis, basisOfModel, basisOfPackage, modelOf } from '../train/basis.ts';
import { type LayerWeights, perceptron, type TrainableNetwork, type TrainedLayer } from '../train/network.ts';
import type { EnduranceLimits } from '../train/rules/hidden/wear.ts';
import type { LearningRule } from '../train/rules/rule.ts';
import type { TrainRequest } from '../train/train.ts';
import type { ModelFile } from '../verify/options.ts';
import type { TrainDataFlags } from './train-data.ts';

export interface TrainCommandLine extends TrainDataFlags {
  readonly mlp?: readonly number[];
  readonly normalization?: TrainedLayer['normalization'];
  readonly target: string;
  readonly set: readonly string[];
  readonly layers: string;
  readonly start?: TrainRequest['start'];
  readonly transferEvery: number;
  readonly epochs: number;
  readonly batch: number;
  readonly maskProbability: number;
  readonly maskReach?: NonNullable<TrainRequest['maskReach']>;
  readonly stepSize?: number;
  readonly rounding: TrainRequest['rounding'];
  readonly learningRate: number;
  readonly biasRate: number;
  readonly rate: number;
  readonly gain: number;
  readonly lastGain: number;
  readonly range: number;
  readonly seed: number;
  readonly checkpointEvery?: number;
  readonly resume?: true;
  readonly beyondEndurance?: true;
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
  const { transferEvery: every, maskProbability: mask, epochs, holdOut } = args;
  const rules = [
    [
      every >= 1,
      '--transfer-every',
      every,
      'hidden weights are transferred after every 1 input at the soonest',
    ],
    [mask > 0 && mask <= 1, '--mask-probability', mask, 'it lies above 0 and at most at 1'],
    [epochs >= 1, '--epochs', epochs, 'there is at least 1'],
    [holdOut >= 2, '--hold-out', holdOut, 'nothing would be left to learn from'],
  ] as const;
  return rules.flatMap(([met, flag, value, reason]) =>
    met ? [] : [optionInvalid(`${flag} ${value}`, reason)],
  );
}

export async function basisFor(
  subject: Subject,
  rule: Pick<LearningRule<never>, 'refuse'>,
  data: Dataset,
  { target, set, layers }: TrainCommandLine,
  options: CompileOptions,
  onProgress: CompileHooks['onProgress'],
): Promise<Basis> {
  const loaded = subject.kind === 'package' ? subject.pkg.loaded : await loadTarget(target, set);
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

export function requestOf(args: TrainCommandLine, { kind }: Subject, target: Target): TrainRequest {
  const { seed, epochs, batch, rate, gain, lastGain, range } = args;
  const { maskProbability, maskReach, stepSize, rounding, learningRate, biasRate, transferEvery } = args;
  const limit = target.hidden ? largestHidden(target.hidden.bits) : range;
  if (range > limit)
    raise([optionInvalid(`--range ${range}`, `hidden integers of this target are ${limit} at most`)]);
  if (stepSize !== undefined && stepSize > limit)
    raise([optionInvalid(`--step-size ${stepSize}`, `hidden integers of this target are ${limit} at most`)]);
  return {
    ...{ seed, epochs, batch, rate, gain, lastGain, range },
    ...{ maskProbability, rounding, learningRate, biasRate, transferEvery },
    ...defined({ maskReach, stepSize }),
    start: args.start ?? (kind === 'network' ? 'random' : 'weights'),
    endurance: args.beyondEndurance ? undefined : limitsOf(target),
  };
}

function limitsOf({ faults, hidden }: Target): EnduranceLimits {
  const ageing = hidden?.ageing;
  return {
    memristor: faults ? faults.endurance - faults.spent : Number.POSITIVE_INFINITY,
    fecap: ageing ? ageing.endurance - ageing.spent : Number.POSITIVE_INFINITY,
  };
}
