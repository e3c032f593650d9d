/**
 * Published parameters of pulse models, as plain data: the presets of the IBM Analog Hardware Acceleration Kit (aihwkit,
 * src/aihwkit/simulator/presets/devices.py), with its names in comments where ours differ. Each entry names the
 * measurement behind it. Where a preset leaves a parameter to the kit's defaults, the default is written out.
 *
 * Not taken over: the reference device that the ReRamArray presets subtract when they are read (reference_std 0.05), and
 * the corrupt devices of those arrays (13.48 % and 9.77 % measured, 0 in the presets): a target says how many of its
 * cells do not respond.
 */
import type { Modelled, Preset } from './pulse.ts';
import type { PulseLaw } from './steps/law.ts';

/** Gong, Rasch et al., IEDM 2022: arrays of ReRAM cells, fitted with soft bounds. */
const reRamArray = {
  model: 'soft-bounds',
  stepLaw: 'log-normal', // dw_min_dtod_log_normal
  upDown: 0,
  upDownSpread: 0.01, // up_down_dtod
  boundMax: 1, // w_max
  boundMin: -1, // w_min
  noise: 'additive', // mult_noise False
} as const;

/** Gong et al., Nature Communications 2018: one ReRAM cell. */
const reRam = { upDownSpread: 0.05, stepLaw: 'normal' } as const;

/** Gokmen and Vlasov, Frontiers in Neuroscience 2016: specification of a resistive processing unit. */
const processingUnit = {
  model: 'constant-step',
  stepLaw: 'normal',
  stepSpread: 0.3,
  upDown: 0,
  boundMax: 1,
  boundMin: -1,
  boundMaxSpread: 0.3,
  boundMinSpread: 0.3,
  cycleToCycle: 0.3,
  writeNoise: 0,
} as const;

export const presets: Readonly<Record<Preset, PulseLaw>> = {
  /** The optimized material. */
  ReRamArrayOM: {
    ...reRamArray,
    stepSize: 0.0949, // dw_min
    stepSpread: 0.7829, // dw_min_dtod
    boundMaxSpread: 0.3499, // w_max_dtod
    boundMinSpread: 0.5695, // w_min_dtod
    cycleToCycle: 0.4158, // dw_min_std
    writeNoise: 1.4113, // write_noise_std
  } satisfies Modelled<'soft-bounds'>,
  /** The baseline HfO2. */
  ReRamArrayHfO2: {
    ...reRamArray,
    stepSize: 0.4622,
    stepSpread: 0.7125,
    boundMaxSpread: 0.4295,
    boundMinSpread: 0.599,
    cycleToCycle: 0.2174,
    writeNoise: 0.5841,
  } satisfies Modelled<'soft-bounds'>,
  ReRamES: {
    ...reRam,
    model: 'exponential-step',
    stepSize: 0.00135,
    stepSpread: 0.2,
    upDown: 0.259359,
    boundMax: 1,
    boundMin: -1,
    boundMaxSpread: 0.3,
    boundMinSpread: 0.3,
    cycleToCycle: 5,
    writeNoise: 75,
    scale: -0.5, // a
    offset: -0.5, // b
    gammaUp: 5,
    gammaDown: 5,
    aUp: -1.18445, // A_up
    aDown: -0.081404, // A_down
    noiseFloor: 0,
    noiseSlope: 0,
  },
  /** The same data, fitted loosely around the symmetry point. */
  ReRamSB: {
    ...reRam,
    model: 'soft-bounds',
    stepSize: 0.002,
    stepSpread: 0.3,
    upDown: 0,
    upDownSpread: 0.01,
    boundMax: 1.25,
    boundMin: -0.75,
    boundMaxSpread: 0.3 / 1.25,
    boundMinSpread: 0.3 / 0.75,
    cycleToCycle: 3.75,
    writeNoise: 56,
    noise: 'additive',
  },
  /** Kim et al., IEDM 2019: metal-oxide ECRAM. */
  EcRamMO: {
    model: 'linear-step',
    stepSize: 2.8214e-4,
    stepSpread: 0.1,
    stepLaw: 'normal',
    upDown: 0,
    upDownSpread: 0.01,
    boundMax: 1.1714,
    boundMin: -0.8286,
    boundMaxSpread: 0.05,
    boundMinSpread: 0.05,
    cycleToCycle: 2,
    writeNoise: 0,
    noise: 'multiplicative',
    gammaUp: 0.4152,
    gammaDown: 0.7342,
    gammaUpSpread: 0.05,
    gammaDownSpread: 0.05,
    slopeBound: 'mean', // mean_bound_reference
  },
  /** Nandakumar et al., Frontiers in Neuroscience 2020: phase change; a pulse down is a RESET. */
  PCM: {
    model: 'exponential-step',
    stepSize: 0.01,
    stepSpread: 0.2,
    stepLaw: 'normal',
    upDown: 0,
    upDownSpread: 0.05,
    boundMax: 2,
    boundMin: 0,
    boundMaxSpread: 0.1,
    boundMinSpread: 0,
    cycleToCycle: 0.6,
    writeNoise: 0,
    scale: -1,
    offset: 0,
    gammaUp: 2.5,
    gammaDown: 2.5,
    aUp: -27.235,
    aDown: -2.235,
    noiseFloor: 0.042, // dw_min_std_add
    noiseSlope: 0.108, // dw_min_std_slope
    oneSided: { state: 0.01, spread: 0.02 }, // reset, reset_dtod
  },
  /** 1,200 states. */
  GokmenVlasov: { ...processingUnit, stepSize: 0.0016, upDownSpread: 0.01 },
  /** 10,000 states, without asymmetry. */
  Idealized: { ...processingUnit, stepSize: 0.0002, upDownSpread: 0 },
};
