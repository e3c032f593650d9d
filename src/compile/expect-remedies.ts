/**
 * What may be done about wires -> what each remedy is expected to leave of the signal, before anything is programmed. Some layers
 * are looked at, evenly spread, on the arrays where the whole mapping has them.
 */
import { squeezeLoss } from '../../passes/integers/squeeze-loss.ts';
import { expectedOf, multiplicationsOf, solveSampled } from '../../passes/program/expect-signals.ts';
import { layerTimes } from '../../passes/program/layer-times.ts';
import { lineLoads, overLoaded } from '../../passes/program/line-loads.ts';
import { type LayerSample, sampleLayers } from '../../passes/program/sample-layers.ts';
import type { CalibrationRecord } from '../ir/calibration-record.ts';
import type { Compiled } from '../ir/compiled.ts';
import { conversionsPerDrive, drivesOf } from '../ir/conversions.ts';
import type { Remedy, RemedyEstimate, RemedyPrice } from '../ir/expected-signal.ts';
import type { Mapping } from '../ir/mapping.ts';
import { decibels } from '../math/decibels.ts';
import { evenlySpread } from '../math/evenly-spread.ts';
import { sumOf } from '../math/sum.ts';
import type { LoadedTarget, Target } from '../target/target.ts';
import { alone, type Pool } from '../threads/pool.ts';
import { narrowTarget } from './narrow-target.ts';
import { sampledConverters } from './sampled-converters.ts';
import { squeezed } from './squeezed.ts';
import { map } from './stages.ts';
import { usualReadings } from './usual-readings.ts';

/** Layers that are looked at: each costs about an array and a half for every window. */
const layersUsed = 5;

/** What remedies are tried on: quantized layers, and the encodings that a mapping of them has. */
export type RemedySubject = Pick<Compiled, 'graph' | 'record' | 'options' | 'mapping'>;

/**
 * Estimates several remedies.
 * @param subject its places on arrays are found anew for every order of rows, and number of them
 * @param whole target with wires, not narrowed by any remedy
 * @param remedies what the target cannot do is an error as in a compilation
 * @returns in the order of the remedies
 */
export async function expectRemedies(
  subject: RemedySubject,
  whole: LoadedTarget,
  remedies: readonly Remedy[],
  pool: Pool = alone,
): Promise<readonly RemedyEstimate[]> {
  const { estimate } = remedyEstimates(subject, whole, pool);
  const estimates: RemedyEstimate[] = [];
  for (const remedy of remedies) estimates.push(await estimate(remedy));
  return estimates;
}

/** What can be asked about a remedy before it is taken. */
interface RemedyEstimates {
  readonly estimate: (remedy: Remedy) => Promise<RemedyEstimate>;
  /** What is known without solving any array. */
  readonly price: (remedy: Remedy) => Promise<RemedyPrice>;
}

/** The same one remedy after the other: what some have in common is done once. */
export function remedyEstimates(subject: RemedySubject, whole: LoadedTarget, pool: Pool): RemedyEstimates {
  const { record } = subject;
  const places = remember(async (remedy) => {
    const placed = place(subject, whole, remedy, pool);
    const { target } = narrowTarget(whole, remedy);
    const { mapping } = placed;
    return { ...placed, lines: lineLoads(mapping, target), ...conversionsOf(mapping, record, target) };
  });
  const fits = remember(async (remedy) => {
    const { target } = narrowTarget(whole, remedy);
    const placed = await places(remedy, layoutOf(remedy));
    if (overLoaded(placed.lines, target) === 0) return { ...placed, over: 0 };
    const mapping = squeezed(placed.mapping, target);
    return { ...placed, mapping, over: overLoaded(lineLoads(mapping, target), target) };
  });
  const solves = remember(async (remedy) => {
    const { target } = narrowTarget(whole, remedy);
    const { mapping, samples } = await fits(remedy, windowOf(remedy));
    const converters = await sampledConverters(mapping, samples, { ...subject, target, pool });
    const levels = remedy.wireCorrection === 'levels';
    const solved = await solveSampled(mapping, samples, { target, levels, pool });
    const times = layerTimes(mapping, { target, record });
    return { target, mapping, samples, converters, solved, times };
  });
  const price = async (remedy: Remedy): Promise<RemedyPrice> => {
    const { mapping, conversions, over } = await fits(remedy, windowOf(remedy));
    return { arrays: mapping.arrays, conversions, over };
  };
  const estimate = async (remedy: Remedy): Promise<RemedyEstimate> => {
    const key = [...windowOf(remedy), remedy.wireCorrection === 'levels'];
    const { mapping, samples, solved, ...have } = await solves(remedy, key);
    const corrected = remedy.wireCorrection !== 'none';
    const multiplications = multiplicationsOf(mapping, record);
    const readings = usualReadings(have.target);
    const context = { ...have, record, readings, corrected, multiplications };
    const { layers } = expectedOf(mapping, samples, solved, context);
    const { mapping: loose } = await places(remedy, layoutOf(remedy));
    const errors = layers.map((expected): ErrorShares => {
      const layer = mapping.layers[expected.layer]!;
      const records = layer.uses.map(({ output }) => record.layers.get(output)!);
      const lost = squeezeLoss(loose.layers[expected.layer]!, layer, records);
      return { wired: ratioOf(expected.snr) + lost, unwired: ratioOf(expected.unwired) };
    });
    return { remedy, ...together(errors), ...(await price(remedy)) };
  };
  return { estimate, price };
}

/** What decides where blocks lie. */
const layoutOf = ({ rowOrder, rowsAtOnce, rowsUsed, columnsUsed }: Remedy) => [
  rowOrder,
  rowsAtOnce,
  rowsUsed,
  columnsUsed,
];

const windowOf = (remedy: Remedy) => [...layoutOf(remedy), remedy.window];

function conversionsOf({ layers, blocks }: Mapping, record: CalibrationRecord, { driver, adc }: Target) {
  const perDrive = layers.map(() => 0);
  for (const block of blocks)
    perDrive[block.layer]! += conversionsPerDrive(layers[block.layer]!, [block], adc);
  const drives = layers.map((layer) => drivesOf(layer, record, driver));
  return { conversions: sumOf(perDrive.map((count, layer) => count * drives[layer]!)) };
}

/** Results by what they depend on. */
function remember<Result>(make: (remedy: Remedy) => Promise<Result>) {
  const known = new Map<string, Promise<Result>>();
  return (remedy: Remedy, key: readonly unknown[]): Promise<Result> => {
    const name = key.join();
    const made = known.get(name) ?? make(remedy);
    known.set(name, made);
    return made;
  };
}

/** What errs in a layer's outputs, of the energy of its signal: through the wires and within their limits, and without them. */
interface ErrorShares {
  readonly wired: number;
  readonly unwired: number;
}

const ratioOf = (snr: number) => 10 ** (-snr / 10);

/** One figure for several layers. */
function together(layers: readonly ErrorShares[]): Pick<RemedyEstimate, 'snr' | 'unwired' | 'least'> {
  const snrOf = (of: keyof ErrorShares) => {
    const errs = sumOf(layers.map((layer) => layer[of] / (1 + layer[of]))) / layers.length;
    return decibels((1 - errs) / errs);
  };
  return {
    snr: snrOf('wired'),
    unwired: snrOf('unwired'),
    least: decibels(1 / Math.max(...layers.map(({ wired }) => wired))),
  };
}

function place(
  { graph, record, options, mapping }: RemedySubject,
  whole: LoadedTarget,
  remedy: Remedy,
  pool: Pool,
): { readonly mapping: Mapping; readonly samples: readonly LayerSample[] } {
  const encodings = new Map(
    mapping.layers.flatMap(({ uses, encoding }) =>
      uses.map(({ output }) => [output, { encoding, reason: '', estimates: {} }] as const),
    ),
  );
  const stored = new Map(
    mapping.layers.flatMap(({ uses, copies, repeats, node }) =>
      uses.map(({ output }) => [output, { copies, ...(node.groups === 1 && { repeats }) }] as const),
    ),
  );
  const { target } = narrowTarget(whole, remedy);
  const given = { graph, record, target, pool, encodings, stored, options: { ...options, ...remedy } };
  const { mapping: own } = map(given);
  return { mapping: own, samples: sampleLayers(own, true, evenlySpread(own.layers.length, layersUsed)) };
}
