/**
 * What one of many identical pulses does, as a target describes it: a step model with its parameters, or a preset, which has
 * its own (presets.ts). Steps and bounds are in units of the state w, which runs from boundMin at gMin to boundMax at gMax,
 * as in the IBM Analog Hardware Acceleration Kit (aihwkit), whose equations the step models follow (steps/).
 */
import { z } from 'zod';
import { targetMissing } from '../../diagnostics/all.ts';
import { above0, choice, leaf, type Read, relative, spread } from '../../target/leaf.ts';
import { type Problem, pathOf } from '../../target/problem.ts';

const plain = (description: string) => leaf(z.number(), '', description);

const fields = {
  stepSize: leaf(above0, '', 'Mean step at w = 0, where w runs from boundMin to boundMax'),
  stepSpread: spread('Spread of the step from device to device'),
  stepLaw: choice(
    ['normal', 'log-normal'],
    'That spread is relative (`normal`), or of the logarithm (`log-normal`)',
  ),
  upDown: plain(
    'Asymmetry: steps up are smaller by this share where it is negative, steps down where positive',
  ),
  upDownSpread: spread('Spread of the asymmetry from device to device'),
  boundMax: leaf(above0, '', 'w at gMax'),
  boundMin: leaf(z.number().max(0), '', 'w at gMin'),
  boundMaxSpread: relative('Relative spread of the upper bound from device to device'),
  boundMinSpread: relative('Relative spread of the lower bound from device to device'),
  cycleToCycle: spread('Spread of a step from pulse to pulse, in steps'),
  writeNoise: spread('Noise that every pulse draws anew, in steps, above a state that it leaves alone'),
  noise: choice(
    ['multiplicative', 'additive'],
    'cycleToCycle is a share of the step at w (`multiplicative`) or at w = 0 (`additive`)',
  ),
  gammaUp: plain('Share of the step up that is lost at the bound; in `exponential-step` its steepness'),
  gammaDown: plain('The same for steps down'),
  gammaUpSpread: spread('Spread of gammaUp from device to device'),
  gammaDownSpread: spread('Spread of gammaDown from device to device'),
  slopeBound: choice(['mean', 'own'], "The slope refers to the `mean` bound, or to the device's `own`"),
  aUp: plain('Weight of the exponential in a step up'),
  aDown: plain('Weight of the exponential in a step down'),
  scale: plain('Factor on w in the exponent'),
  offset: plain('Offset of the exponent'),
  noiseFloor: spread('Constant that is added to the step of which cycleToCycle is a share'),
  noiseSlope: spread('The same per unit of w'),
};
type Field = keyof typeof fields;

const spreads = ['stepSpread', 'stepLaw', 'cycleToCycle'] as const satisfies readonly Field[];
const step = [
  'stepSize',
  ...spreads,
  'upDown',
  'upDownSpread',
  'boundMax',
  'boundMin',
  'boundMaxSpread',
  'boundMinSpread',
  'writeNoise',
] as const satisfies readonly Field[];

/** The parameters of every step model. */
const models = {
  'constant-step': step,
  'linear-step': [...step, 'noise', 'gammaUp', 'gammaDown', 'gammaUpSpread', 'gammaDownSpread', 'slopeBound'],
  'soft-bounds': [...step, 'noise'],
  'exponential-step': [
    ...step,
    'aUp',
    'aDown',
    'gammaUp',
    'gammaDown',
    'scale',
    'offset',
    'noiseFloor',
    'noiseSlope',
  ],
  'cmo-hfox': spreads,
} as const satisfies Readonly<Record<string, readonly Field[]>>;

/** Published parameters of such models. */
const presetNames = [
  'ReRamArrayOM',
  'ReRamArrayHfO2',
  'ReRamES',
  'ReRamSB',
  'EcRamMO',
  'PCM',
  'GokmenVlasov',
  'Idealized',
] as const;

export type StepModel = keyof typeof models;
export type Preset = (typeof presetNames)[number];

type Fields = { readonly [F in Field]: Read<(typeof fields)[F]> };
/** A step model with its parameters. */
export type Modelled<M extends StepModel> = { readonly model: M } & Pick<Fields, (typeof models)[M][number]>;
/** What all step models but the compact one have. */
export type StepLaw = Pick<Fields, (typeof step)[number]>;
export type Pulse = { readonly [M in StepModel]: Modelled<M> }[StepModel] | { readonly model: Preset };

type Name = StepModel | Preset;
const names = [...Object.keys(models), ...presetNames];

const optional = Object.fromEntries(
  Object.entries(fields).map(([field, read]) => [field, read.optional()]),
) as unknown as { readonly [F in Field]: z.ZodOptional<(typeof fields)[F]> };

export const pulse = z
  .strictObject({
    model: choice(
      names as [Name, ...Name[]],
      'A step model, whose parameters follow, or the name of a preset, which has its own',
    ),
    ...optional,
  })
  .transform((given) => given as Pulse);

/** Every model has its own parameters: those, and no others. */
export function pulseProblems(given: Pulse): readonly Problem[] {
  const { model } = given;
  const fieldsGiven = Object.keys(given).filter((field) => field !== 'model');
  const step = model in models;
  const needed: readonly string[] = step ? models[model as StepModel] : [];
  const reason = step
    ? `the model ${model} has no such parameter, and nothing would use it`
    : `the preset ${model} has all parameters, and nothing would use this one`;
  const problem = (field: string) => ({ path: pathOf(`programming.pulse.${field}`), reason });
  const missing = needed.filter((field) => !(field in given));
  const useless = fieldsGiven.filter((field) => !needed.includes(field));
  return [
    ...missing.map((field) => ({ ...problem(field), diagnose: targetMissing })),
    ...useless.map(problem),
  ];
}
