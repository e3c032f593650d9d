/** Published laws of drift and read noise, in SI units. */
import type { Drift } from '../../src/conditions/drift/model.ts';
import type { LogNoise } from '../../src/conditions/log-noise/model.ts';
import type { PowerNoise } from '../../src/conditions/power-noise/model.ts';
import type { Relaxation } from '../../src/conditions/relaxation/model.ts';
import type { WireResistance } from '../../src/target/wires.ts';

/** Wires of which every part has an ohm, and limits that nothing reaches. */
export const ohmWires: WireResistance = {
  rowSegment: 1,
  columnSegment: 1,
  driver: 1,
  sense: 1,
  sides: 'one',
  idleRows: 'grounded',
  maxDriverCurrent: 1,
  maxColumnCurrent: 1,
};

/** Falcone et al. 2025, as fitted in aihwkit. */
export const cmoRelaxation: Relaxation = {
  slope: 0.08900206e-6,
  spread: 0.41183342e-6,
  spreadSlope: 0.04201137e-6,
  t0: 1,
  validFrom: 1,
  validTo: 604_800,
  validGMin: 9e-6,
  validGMax: 90e-6,
};

export const cmoNoise: LogNoise = { amplitude: 0.0277316e-6, gReference: 1e-6, readTime: 1e-6 };

/** Nandakumar et al. 2019, as in aihwkit. */
export const pcmDrift: Drift = {
  exponent: 0.0244,
  exponentSlope: -0.0155,
  exponentMin: 0.049,
  exponentMax: 0.1,
  spread: -0.0059,
  spreadSlope: -0.0125,
  spreadMin: 0.008,
  spreadMax: 0.045,
  gReference: 25e-6,
  t0: 20,
  validFrom: 0,
  validTo: 31_557_600,
  validGMin: 0,
  validGMax: 25e-6,
};

export const pcmNoise: PowerNoise = {
  amplitude: 0.0088,
  exponent: 0.65,
  limit: 0.2,
  gReference: 25e-6,
  t0: 20,
  readTime: 250e-9,
};

/** Overrides that give a target a whole section, such as `wires.driver=1 ohm`. */
export function sectionOf(name: string, fields: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(fields).map(([field, value]) => `${name}.${field}=${value}`);
}

export const relaxationFields = {
  slope: '0.08900206 uS',
  spread: '0.41183342 uS',
  spreadSlope: '0.04201137 uS',
  t0: '1 s',
  validFrom: '1 s',
  validTo: '604.8 ks',
  validGMin: '9 uS',
  validGMax: '90 uS',
};

export const driftFields = {
  exponent: 0.05,
  exponentSlope: 0,
  exponentMin: 0,
  exponentMax: 1,
  spread: 0.002,
  spreadSlope: 0,
  spreadMin: 0,
  spreadMax: 1,
  gReference: '90 uS',
  t0: '1 s',
  validFrom: '0 s',
  validTo: '1 Ms',
  validGMin: '0 S',
  validGMax: '90 uS',
};

export const wireFields = {
  rowSegment: '1 ohm',
  columnSegment: '1 ohm',
  driver: '1 ohm',
  sense: '1 ohm',
  sides: 'one',
  idleRows: 'grounded',
  maxDriverCurrent: '1 A',
  maxColumnCurrent: '1 A',
};

/** Cells of 9 to 90 uS that hardly err when they are programmed, as overrides of a target. */
export const preciseCells: readonly string[] = [
  'cell.gMin=9 uS',
  'cell.gMax=90 uS',
  'cell.gUseMin=9 uS',
  'cell.gUseMax=90 uS',
  'programming.tolerance=0.3 uS',
  'programming.minStep=0.1 uS',
  'programming.readNoise=0.05 uS',
  'programming.resetSpread=0.1 uS',
  'programming.unresponsive=0',
];
