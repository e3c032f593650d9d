/**
 * What may be done about wires -> what each remedy is expected to leave of the signal, before anything is programmed. Some layers
 * are looked at, evenly spread, on the arrays where the whole mapping has them.
 */
import { expectedOf, multiplicationsOf, solveSampled } from '../../passes/program/expect-signals.ts';
import { layerTimes } from '../../passes/program/layer-times.ts';
import { lineLoads, overLoaded } from '../../passes/program/line-loads.ts';
import { arraysOf, type LayerSample, sampleLayers } from '../../passes/program/sample-layers.ts';
import type { CalibrationRecord } from '../ir/calibration-record.ts';
import type { Compiled } from '../ir/compiled.ts';
import { conversionsPerDrive, drivesOf } from '../ir/conversions.ts';
import type { Expected, ExpectedSignal, Remedy, RemedyEstimate, RemedyPrice } from '../ir/expected-signal.ts';
import type { Mapping } from '../ir/mapping.ts';
import { decibels } from '../math/decibels.ts';
import { evenlySpread } from '../math/evenly-spread.ts';
import { sumOf } from '../math/sum.ts';
import type { LoadedTarget, Target } from '../target/target.ts';
import { alone, type Pool } from '../threads/pool.ts';
import { narrowTarget } from './narrow-target.ts';
import { sampledConverters } from './sampled-converters.ts';
import { map } from './stages.ts';
import { shareOf } from './useless-layers.ts';
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
  const places = remember((remedy) => place(subject, whole, remedy, pool));
  const solves = remember(async (remedy) => {
    const { target } = narrowTarget(whole, remedy);
    const { mapping, samples } = await places(remedy, layoutOf(remedy));
    const arrays = [...new Set(samples.flatMap((sample) => arraysOf(sample, mapping)))];
    const converters = await sampledConverters(mapping, samples, { ...subject, target, pool });
    const levels = remedy.wireCorrection === 'levels';
    const solved = await solveSampled(mapping, arrays, { target, levels, pool });
    const times = layerTimes(mapping, { target, record });
    return { target, mapping, samples, converters, solved, times };
  });
  const loads = remember(async (remedy) => {
    const { target } = narrowTarget(whole, remedy);
    const { mapping } = await places(remedy, layoutOf(remedy));
    return { lines: lineLoads(mapping, target), ...conversionsOf(mapping, record, target) };
  });
  const price = async (remedy: Remedy): Promise<RemedyPrice> => {
    const { lines, conversions } = await loads(remedy, layoutOf(remedy));
    const { target } = narrowTarget(whole, remedy);
    return { arrays: lines.arrays.length, conversions, over: overLoaded(lines, target) };
  };
  const estimate = async (remedy: Remedy): Promise<RemedyEstimate> => {
    const key = [...layoutOf(remedy), remedy.window, remedy.wireCorrection === 'levels'];
    const { mapping, samples, solved, ...have } = await solves(remedy, key);
    const corrected = remedy.wireCorrection !== 'none';
    const multiplications = multiplicationsOf(mapping, record);
    const readings = usualReadings(have.target);
    const context = { ...have, record, readings, corrected, multiplications };
    const expected = expectedOf(mapping, samples, solved, context);
    return { remedy, ...together(expected), ...(await price(remedy)) };
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

/** One figure for several layers. */
function together({ layers }: Pick<Expected, 'layers'>): Pick<RemedyEstimate, 'snr' | 'unwired' | 'least'> {
  const ratioOf = (of: (layer: ExpectedSignal) => number) => {
    const errs = sumOf(layers.map((layer) => shareOf(of(layer)))) / layers.length;
    return decibels((1 - errs) / errs);
  };
  return {
    snr: ratioOf(({ snr }) => snr),
    unwired: ratioOf(({ unwired }) => unwired),
    least: Math.min(...layers.map(({ snr }) => snr)),
  };
}

async function place(
  { graph, record, options, mapping }: RemedySubject,
  whole: LoadedTarget,
  remedy: Remedy,
  pool: Pool,
): Promise<{ readonly mapping: Mapping; readonly samples: readonly LayerSample[] }> {
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
