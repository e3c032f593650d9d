/**
 * Which error costs the accuracy of a mapping: it is measured again with one error taken away at a time, and without any chip
 * with one rounding alone.
 */

import type { CompileOptions } from '../ir/options.ts';
import { encodeModel } from '../onnx/encode.ts';
import { schemeOf, withExactCells } from '../schemes/models.ts';
import type { Target } from '../target/target.ts';
import { runChip } from '../verify/run-images.ts';
import { type LossReport, lossOf } from './loss.ts';
import { measureMapping, withTarget } from './measure.ts';
import { roundedInputs, roundedWeights } from './rounded.ts';
import type { Setup } from './setup.ts';

interface BlameEntry extends LossReport {
  /** What was measured, such as `without write error`. */
  readonly what: string;
  /** The error that it tells about. */
  readonly error: string;
  /** Chips that were programmed for it; absent where none was needed. */
  readonly chips?: number;
  /** Part of the output's error energy that this error makes up, as a share of the output's energy. */
  readonly share: number;
}

export interface Blame {
  readonly entries: readonly BlameEntry[];
  /** The error with the largest share. */
  readonly largest: string;
}

/** Errors of the chip: the target without each. */
function idealizations(target: Target): readonly (readonly [error: string, ideal: Target])[] {
  const { adc, wires, faults, programming } = target;
  const stuck = faults && faults.stuckLow + faults.stuckHigh > 0;
  const unmoved = 'unresponsive' in programming && programming.unresponsive > 0;
  const all: readonly (readonly [string, Target | false | undefined])[] = [
    ['the converter', { ...target, adc: { ...adc, bits: 16 } }],
    ['the wires', wires && { ...target, wires: undefined }],
    ['the write error', !schemeOf(target).exact && withExactCells(target)],
    ['stuck cells', stuck && { ...target, faults: { ...faults, stuckLow: 0, stuckHigh: 0 } }],
    ['cells that no pulse moves', unmoved && { ...target, programming: { ...programming, unresponsive: 0 } }],
  ];
  return all.flatMap(([error, ideal]) => (ideal ? [[error, ideal] as const] : []));
}

/**
 * @param options the mapping
 * @param total its own measurement on the tuning images
 */
export async function blame(setup: Setup, options: CompileOptions, total: LossReport): Promise<Blame> {
  const { target } = setup.loaded;
  const entries: BlameEntry[] = [];
  const ideals = idealizations(target);
  for (const [number, [error, ideal]] of ideals.entries()) {
    setup.report('looking for the largest error', number, ideals.length + 2);
    const measured = await measureMapping(setup, schemeOf(ideal).exact ? withoutResidual(options) : options, {
      part: setup.tuning,
      seed: setup.seed,
      loaded: withTarget(setup.loaded, ideal),
    });
    const { loss, snrToFloat, noise } = measured;
    const share = total.noise - noise;
    entries.push({ what: `without ${error}`, error, loss, snrToFloat, noise, chips: setup.trials, share });
  }
  const roundings = [
    ['weight rounding', roundedWeights],
    ['input rounding', roundedInputs],
  ] as const;
  for (const [error, lower] of roundings) {
    const { images, references } = setup.tuning;
    const bytes = encodeModel(lower(setup.real, setup.compiled.graph));
    const measured = lossOf([await runChip(images, { bytes }, references)], references);
    entries.push({ what: `only ${error}, no chip`, error, ...measured, share: measured.noise });
  }
  const largest = entries.reduce((a, b) => (b.share > a.share ? b : a));
  return { entries, largest: largest.error };
}

/** Cells that take exactly what they are told leave nothing to make up for. */
function withoutResidual(options: CompileOptions): CompileOptions {
  return {
    ...options,
    residual: false,
    layers: options.layers.map((layer) => (layer.residual ? { ...layer, residual: false } : layer)),
  };
}
