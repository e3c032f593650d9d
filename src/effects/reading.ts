/** The effects between a programmed cell and what a converter reads, as lines of a report; off where a section is absent. */

import { type Effect, percent, siemens } from '../target/effect.ts';
import type { Drift, Reading, Relaxation, WireResistance } from '../target/reading.ts';
import type { Target } from '../target/target.ts';
import { formatTime } from '../time.ts';
import { formatQuantity } from '../units.ts';

/** In the order in which they act. */
export function readingEffects(target: Target): Effect[] {
  return [
    relaxation(target),
    drift(target),
    readDisturb(target),
    ...slowNoise(target),
    wires(target.wires),
    ...readNoise(target),
  ];
}

/** An effect of an optional section: off, and without parameters, where the target does not have it. */
function effect<Section>(
  name: string,
  field: string,
  section: Section | undefined,
  parametersOf: (section: Section) => Readonly<Record<string, string>>,
  law: string,
): Effect {
  const named = section
    ? Object.entries(parametersOf(section)).map(([key, text]) => [`${field}.${key}`, text])
    : [];
  return { name, applied: section !== undefined, parameters: Object.fromEntries(named), law };
}

const seconds = (value: number) => formatQuantity(value, 's');

function validity({ validFrom, validTo, validGMin, validGMax }: Relaxation | Drift) {
  return {
    validFrom: formatTime(validFrom),
    validTo: formatTime(validTo),
    validGMin: siemens(validGMin),
    validGMax: siemens(validGMax),
  };
}

function relaxation(target: Reading): Effect {
  return effect(
    'relaxation',
    'relaxation',
    target.relaxation,
    (law) => ({
      slope: siemens(law.slope),
      spread: siemens(law.spread),
      spreadSlope: siemens(law.spreadSlope),
      t0: seconds(law.t0),
      ...validity(law),
    }),
    'G(t) = G - slope ln(t / t0) + (spread + spreadSlope ln(t / t0)) xi, one xi per cell; none at t = 0',
  );
}

function drift(target: Reading): Effect {
  return effect(
    'drift',
    'drift',
    target.drift,
    (law) => ({
      exponent: String(law.exponent),
      exponentSlope: String(law.exponentSlope),
      exponentMin: String(law.exponentMin),
      exponentMax: String(law.exponentMax),
      spread: String(law.spread),
      spreadSlope: String(law.spreadSlope),
      spreadMin: String(law.spreadMin),
      spreadMax: String(law.spreadMax),
      gReference: siemens(law.gReference),
      t0: seconds(law.t0),
      ...validity(law),
    }),
    'G(t) = G (1 + t / t0)^-nu; nu = |clip(exponent + exponentSlope x) + clip(spread + spreadSlope x) xi|, x = ln(G / gReference), one xi per cell',
  );
}

function readDisturb(target: Reading): Effect {
  return effect(
    'read disturb',
    'readDisturb',
    target.readDisturb,
    ({ change, towards, interval }) => ({
      change: change.toPrecision(3),
      towards,
      interval: seconds(interval),
    }),
    'G(t) = G (1 + change)^n or G (1 - change)^n, n = t / interval read pulses, not beyond gMin and gMax; a law that no source states',
  );
}

function slowNoise({ telegraph, flicker }: Reading): Effect[] {
  return [
    effect(
      'random telegraph noise',
      'telegraph',
      telegraph,
      (law) => ({
        share: percent(law.share),
        amplitude: percent(law.amplitude),
        dwellHigh: seconds(law.dwellHigh),
        dwellLow: seconds(law.dwellLow),
      }),
      'this share of the cells is at G (1 +- amplitude / 2), two-state Markov; frozen while a batch of images is computed',
    ),
    effect(
      '1/f noise',
      'flicker',
      flicker,
      (law) => ({
        amplitude: percent(law.amplitude),
        shortest: seconds(law.shortest),
        longest: seconds(law.longest),
      }),
      'G times 1 + amplitude times a sum of two-state fluctuators, one per decade of correlation times; frozen while a batch of images is computed',
    ),
  ];
}

function wires(section: WireResistance | undefined): Effect {
  const ohm = (value: number) => formatQuantity(value, 'ohm');
  return effect(
    'wire resistance',
    'wires',
    section,
    (wire) => ({
      rowSegment: ohm(wire.rowSegment),
      columnSegment: ohm(wire.columnSegment),
      driver: ohm(wire.driver),
      sense: ohm(wire.sense),
      sides: wire.sides,
      idleRows: wire.idleRows,
      maxDriverCurrent: formatQuantity(wire.maxDriverCurrent, 'A'),
      maxColumnCurrent: formatQuantity(wire.maxColumnCurrent, 'A'),
    }),
    'I = Geff^T V, the exact effective conductances of every array; ohmic cells, undriven rows at 0 V, all gates on',
  );
}

function readNoise({ readNoise: white, logNoise, powerNoise }: Reading): Effect[] {
  return [
    effect(
      'read noise',
      'readNoise',
      white,
      ({ sigma }) => ({ sigma: sigma.map((c) => c.toPrecision(3)).join(', ') }),
      'every conversion: variance sum over driven rows of sigma(G)^2, sigma(G) = sum c_k G^k in SI units; white',
    ),
    effect(
      'read noise that grows with time',
      'logNoise',
      logNoise,
      (law) => ({
        amplitude: siemens(law.amplitude),
        gReference: siemens(law.gReference),
        readTime: seconds(law.readTime),
      }),
      'sigma = amplitude log10(G / gReference) sqrt(ln((t + readTime) / (2 readTime))) per reading; white',
    ),
    effect(
      'relative read noise that grows with time',
      'powerNoise',
      powerNoise,
      (law) => ({
        amplitude: percent(law.amplitude),
        exponent: String(law.exponent),
        limit: percent(law.limit),
        gReference: siemens(law.gReference),
        t0: seconds(law.t0),
        readTime: seconds(law.readTime),
      }),
      'sigma = G min(amplitude (G / gReference)^-exponent, limit) sqrt(ln((t + t0 + readTime) / (2 readTime))) per reading; white',
    ),
  ];
}
