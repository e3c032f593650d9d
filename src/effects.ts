/**
 * What a simulation of a target contains: every effect with its parameters and its law as one line, and plainly what is
 * not modelled. Every report shows both, so that an accuracy is never read as more than it is.
 */
import type { HiddenPlane, Target, TransferProgramming, WriteVerifyProgramming } from './target.ts';
import { levelStepOf } from './target.ts';
import { formatQuantity } from './units.ts';

export interface Effect {
  readonly name: string;
  /** False where the target or the options switch it off. */
  readonly applied: boolean;
  /** By field of the target, with units. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly law: string;
}

/** What no field of a target switches on: an ideal world in these respects. */
export const notModelled: readonly string[] = [
  'wire resistance (IR drop along wordlines and bitlines)',
  'noise of reading during a product (thermal, 1/f, random telegraph)',
  'drift and retention loss after programming',
  'stuck cells, beyond those that write-verify finds unresponsive',
  'nonlinear current-voltage curves of the cells',
  'errors of the input drivers, and noise, offset and nonlinearity of the converters',
  'temperature, endurance and disturbance of neighbouring cells',
];

const siemens = (value: number) => formatQuantity(value, 'S');
const volts = (value: number) => formatQuantity(value, 'V');
const percent = (share: number) => `${Number((100 * share).toPrecision(3))} %`;

/** How a layer's digits are stored. */
export interface StoredLayer {
  readonly copies: number;
  readonly residual: boolean;
}

/**
 * The effects of a target, in the order in which they act.
 * @param calibrated whether digital gain and bias were re-estimated on the programmed chip
 * @param layers how the layers of a package are stored: what makes their weights more exact is listed where it is used
 */
export function effectsOf(
  target: Target,
  calibrated: boolean,
  layers: readonly StoredLayer[] = [],
): Effect[] {
  return [
    levels(target),
    ...programmingEffects(target),
    ...storing(layers),
    unused(target),
    inputs(target),
    converter(target),
    calibration(calibrated),
  ];
}

function levels({ cell, slices }: Target): Effect {
  return {
    name: 'level quantization',
    applied: true,
    parameters: {
      'cell.levels': String(cell.levels),
      'cell.gUseMin': siemens(cell.gUseMin),
      'cell.gUseMax': siemens(cell.gUseMax),
      'level step': siemens(levelStepOf(cell)),
      'cell.encoding': cell.encoding,
      slices: `${slices}, unless the options say otherwise`,
    },
    law: 'G(code) = gUseMin + code (gUseMax - gUseMin) / (levels - 1)',
  };
}

function programmingEffects({ cell, programming, hidden }: Target): Effect[] {
  const window = { 'cell.gMin': siemens(cell.gMin), 'cell.gMax': siemens(cell.gMax) };
  switch (programming.scheme) {
    case 'exact':
      return [{ name: 'programming error', applied: false, parameters: window, law: 'G = G(code)' }];
    case 'write-verify':
      return writeVerifyEffects(programming, window);
    case 'transfer':
      return hidden ? transferEffects(programming, hidden, window) : [];
  }
}

function writeVerifyEffects(law: WriteVerifyProgramming, window: Effect['parameters']): Effect[] {
  return [
    {
      name: 'write-verify error',
      applied: true,
      parameters: {
        ...window,
        tolerance: siemens(law.tolerance),
        maxPulses: String(law.maxPulses),
        stepGain: String(law.stepGain),
        minStep: siemens(law.minStep),
        cycleToCycle: percent(law.cycleToCycle),
        deviceToDevice: percent(law.deviceToDevice),
        readNoise: siemens(law.readNoise),
      },
      law: 'pulse max(minStep, stepGain |G(code) - reading|) (1 + d2d xi) (1 + c2c xi) until |reading - G(code)| <= tolerance; reading = G + readNoise xi',
    },
    {
      name: 'unresponsive cells',
      applied: law.unresponsive > 0,
      parameters: { unresponsive: percent(law.unresponsive) },
      law: 'this share of the cells keeps its conductance after RESET',
    },
    {
      name: 'spread after RESET',
      applied: law.resetSpread > 0,
      parameters: { resetSpread: siemens(law.resetSpread) },
      law: 'G = gMin + |resetSpread xi|',
    },
  ];
}

function transferEffects(
  law: TransferProgramming,
  hidden: HiddenPlane,
  window: Effect['parameters'],
): Effect[] {
  return [
    {
      name: 'hidden weight truncation',
      applied: true,
      parameters: { 'hidden.bits': String(hidden.bits), 'hidden.transferBits': String(hidden.transferBits) },
      law: 'digit = |hidden| >> (bits - 1 - transferBits), sign apart',
    },
    {
      name: 'sign sensing',
      applied: hidden.windowSpread > 0 || hidden.senseOffset > 0,
      parameters: {
        'hidden.window': volts(hidden.window),
        'hidden.windowSpread': volts(hidden.windowSpread),
        'hidden.senseOffset': volts(hidden.senseOffset),
      },
      law: 'the sign flips where (window + windowSpread xi) / 2 +- senseOffset xi < 0',
    },
    {
      name: 'FeCAP charge',
      applied: hidden.chargeSpread > 0,
      parameters: { 'hidden.chargeSpread': percent(hidden.chargeSpread) },
      law: 'digit = sum b_i 2^i (1 + chargeSpread xi)',
    },
    {
      name: 'transfer line noise',
      applied: hidden.lineNoise > 0,
      parameters: { 'hidden.lineNoise': `${hidden.lineNoise} steps` },
      law: 'digit + lineNoise xi at every transfer',
    },
    {
      name: 'access transistor threshold',
      applied: hidden.thresholdSpread > 0,
      parameters: { 'hidden.thresholdSpread': `${hidden.thresholdSpread} steps` },
      law: 'digit - thresholdSpread xi, fixed per memristor',
    },
    {
      name: 'SET spread',
      applied: law.cycleToCycle > 0,
      parameters: { ...window, cycleToCycle: percent(law.cycleToCycle) },
      law: 'G = clip(G(digit), gMin, gMax) (1 + cycleToCycle xi): single shot, open loop',
    },
    {
      name: 'spread after RESET',
      applied: law.resetSpread > 0,
      parameters: { resetSpread: siemens(law.resetSpread) },
      law: 'G = gMin + |resetSpread xi| on the side that is not SET',
    },
  ];
}

function storing(layers: readonly StoredLayer[]): Effect[] {
  const copied = layers.filter(({ copies }) => copies > 1);
  const residual = layers.filter((layer) => layer.residual);
  const on = (some: readonly StoredLayer[]) => ({ layers: `${some.length} of ${layers.length}` });
  const copies: Effect = {
    name: 'averaged copies',
    applied: true,
    parameters: { ...on(copied), copies: [...new Set(copied.map((layer) => layer.copies))].join(', ') },
    law: 'weight = sum over slices and copies of radix^slice / copies * digit; each has its own cells and conversions',
  };
  const slicing: Effect = {
    name: 'residual slicing',
    applied: true,
    parameters: on(residual),
    law: 'level code of a part = round(its own + what the others lack, as they are read), two rounds over all parts',
  };
  return [...(copied.length > 0 ? [copies] : []), ...(residual.length > 0 ? [slicing] : [])];
}

function unused({ cell }: Target): Effect {
  const reset = cell.unused === 'reset';
  return {
    name: 'cells that no weight uses',
    applied: reset || cell.gUnformed > 0,
    parameters: { 'cell.unused': cell.unused, 'cell.gUnformed': siemens(cell.gUnformed) },
    law: reset ? 'they conduct as after RESET' : 'they conduct gUnformed',
  };
}

function inputs({ driver }: Target): Effect {
  return {
    name: 'bit-serial inputs',
    applied: true,
    parameters: {
      'driver.bits': String(driver.bits),
      'driver.vRead': volts(driver.vRead),
      'driver.rowsAtOnce': String(driver.rowsAtOnce),
    },
    law: `one product and one conversion per bit of the 8-bit input, added with weights 2^bit; rows beyond rowsAtOnce are another tile${driver.bits > 1 ? '; the other bits of the drivers stay unused' : ''}`,
  };
}

function converter({ adc }: Target): Effect {
  return {
    name: 'converter quantization and saturation',
    applied: true,
    parameters: { 'adc.bits': String(adc.bits), 'adc.convert': adc.convert },
    law: 'code = clip(round(sum G / step) + zero, -2^(bits-1), 2^(bits-1) - 1); step and zero per column',
  };
}

function calibration(calibrated: boolean): Effect {
  return {
    name: 'calibration on the programmed chip',
    applied: calibrated,
    parameters: {},
    law: 'y = gain y + bias per column, fitted by least squares to the integer reference on calibration inputs',
  };
}
