/**
 * `copies: auto` -> how often the digits of every layer are stored. Errors of layers add up on the way to the output, each in shares of
 * its layer's signal; digits are stored so often that what is expected of all layers comes to `mostError`, when the chip is read a day
 * after programming, or a second where that is out of reach, and on to `smallError` as far as cells are cheap. A copy more goes to the layer whose error falls most per cell that it takes. Where a layer of one group leaves rows
 * of its arrays empty, a repeat in these takes as many cells, and no conversions. Where copies hold finer integers together than each
 * alone, what rounding to these is expected to cost counts too.
 */
import { denseRepeats } from '../../passes/map/free-repeats.ts';
import { weightMax } from '../../passes/map/slice-weights.ts';
import { errorsOf, multiplicationsOf, solveSampled } from '../../passes/program/expect-signals.ts';
import type { ExpectedError } from '../../passes/program/expected-signal.ts';
import { layerTimes } from '../../passes/program/layer-times.ts';
import { sampleLayers } from '../../passes/program/sample-layers.ts';
import { changesWithTime } from '../conditions/models.ts';
import { isMadeUp } from '../ir/calibration-record.ts';
import { blockCells, blocksByLayer, type Mapping, type SlicedLayer } from '../ir/mapping.ts';
import { choiceFor, mostCopies } from '../ir/options.ts';
import type { CopiesChoice, Stored } from '../ir/stored.ts';
import { sumOf } from '../math/sum.ts';
import type { Target } from '../target/target.ts';
import type { Integers } from './artefacts.ts';
import { hasExactCells } from './exact-cells.ts';
import { integerShares } from './integer-shares.ts';
import { sampledConverters } from './sampled-converters.ts';
import { map } from './stages.ts';
import { correctedReadings, nextDay, usualReadTime } from './usual-readings.ts';

/** Of all layers together, in shares of their signals: what has to be reached, and what is worth reaching where it is cheap. */
const [mostError, smallError] = [0.05, 0.02];

/** How many times the cells of every digit once are cheap. */
const cheapGrowth = 3;

const mostRepeats = 8;

/** A layer while it is decided how often it is stored. */
interface Open {
  readonly error: ExpectedError;
  /** Of so many copies, what integers round off, in shares of the signal; 0 where none have finer ones. */
  readonly rounded: (copies: number) => number;
  /** Cells of its blocks with every digit once, in arrays. */
  readonly area: number;
  /** As often as it may be; 1 and 1 where the options say it. */
  readonly most: Required<Stored>;
  readonly now: Required<Stored>;
}

export async function chooseCopies(quantized: Integers): Promise<CopiesChoice> {
  const { target, options, record } = quantized;
  const isOpen = ({ node }: Mapping['layers'][number]) => choiceFor(options, node.origin, target).copiesOpen;
  const { faults, ...sound } = quantized;
  if (isMadeUp(record) || hasExactCells({ ...target, wires: undefined })) return { stored: new Map() };
  const once = map({ ...sound, options: { ...options, arrays: Number.POSITIVE_INFINITY } }).mapping;
  if (!once.layers.some(isOpen)) return { stored: new Map() };
  const areas = areasOf(once, target);
  const open = once.layers.map((layer, i): Omit<Open, 'error'> => {
    const { repeats } = choiceFor(options, layer.node.origin, target);
    const free = repeats === 'auto' && layer.node.groups === 1 ? denseRepeats(layer, target) : 1;
    const most = isOpen(layer)
      ? { copies: mostCopies, repeats: Math.min(mostRepeats, free) }
      : { copies: 1, repeats: 1 };
    const rounded = roundedBy(layer, most.copies, quantized);
    return { rounded, area: areas[i]!, most, now: { copies: 1, repeats: 1 } };
  });
  const errorsAt = await errorsOnce(once, quantized);
  const layersAt = (time: number): readonly Open[] => {
    const errors = errorsAt(time);
    return open.map((layer, i) => ({ ...layer, error: errors[i]! }));
  };
  const late = changesWithTime(target) ? layersAt(nextDay) : undefined;
  const isReached = late && errorOf(enough(late, options.arrays)) <= mostError;
  const layers = isReached ? late : layersAt(usualReadTime(target));
  for (let room = options.arrays; ; ) {
    const chosen = enough(layers, room);
    const stored = storedOf(once, chosen);
    const { mapping } = map({
      ...sound,
      stored,
      options: { ...options, arrays: Number.POSITIVE_INFINITY },
    });
    if (mapping.arrays > options.arrays && stored.size > 0) {
      // Blocks do not fill arrays to the last cell.
      room = Math.min(room, mapping.arrays) * (options.arrays / mapping.arrays) * 0.95;
      continue;
    }
    if (stored.size === 0) return { stored };
    const worth = {
      ...{ error: errorOf(chosen), once: errorOf(layers) },
      ...{ arrays: mapping.arrays, arraysOnce: once.arrays },
    };
    return { stored, worth };
  }
}

/** What is expected to err in every layer with every digit once, by time of reading, without what copies do not help against. */
async function errorsOnce(
  mapping: Mapping,
  { options, record, pool, ...have }: Integers,
): Promise<(time: number) => readonly ExpectedError[]> {
  const target: Target = { ...have.target, wires: undefined };
  const samples = sampleLayers(mapping, true);
  const solved = await solveSampled(mapping, samples, { target, levels: false });
  const context = {
    target,
    record,
    converters: await sampledConverters(mapping, samples, { record, options, target, pool }),
    corrected: false,
    times: layerTimes(mapping, { target, record }),
    multiplications: multiplicationsOf(mapping, record),
  };
  return (time) => {
    const readings = correctedReadings(target, options, time);
    return errorsOf(mapping, samples, solved, { ...context, readings });
  };
}

/** What rounding weights costs a layer, by its copies. */
function roundedBy(
  layer: SlicedLayer,
  most: number,
  { target, options, record }: Integers,
): (copies: number) => number {
  const largest = (copies: number) => weightMax(target.cell, { ...layer, copies }, options.weightBits);
  if (largest(most) === layer.node.weightMax) return () => 0;
  const { weights } = integerShares(layer, record);
  return (copies) => weights * (layer.node.weightMax / largest(copies)) ** 2;
}

function areasOf({ layers, blocks, ...mapping }: Mapping, { array }: Target): number[] {
  return blocksByLayer({ layers, blocks, ...mapping }).map((own, layer) =>
    sumOf(
      own.map((block) => blockCells(blocks[block]!, layers[layer]!.encoding) / array.rows / array.columns),
    ),
  );
}

/** Error of a layer in shares of its signal. */
function shareOf({ error: { signal, parts }, rounded }: Open, { copies, repeats }: Required<Stored>): number {
  const ofCells = (parts.lasting + parts.anew) / copies / repeats;
  return signal > 0 ? (parts.bent + ofCells + parts.converters / copies) / signal + rounded(copies) : 0;
}

const errorOf = (layers: readonly Open[]): number => sumOf(layers.map((layer) => shareOf(layer, layer.now)));

/**
 * Stores more, one step after the other, until that is enough or all room is used; only what is cheap, once `mostError` is reached.
 * @param room in arrays
 */
function enough(given: readonly Open[], room: number): readonly Open[] {
  const layers = [...given];
  const areaOf = ({ area, now }: Open) => area * now.copies * now.repeats;
  let area = sumOf(layers.map(areaOf));
  let error = errorOf(layers);
  const cheap = Math.min(room, cheapGrowth * area);
  while (error > smallError) {
    const fits = error > mostError ? room : cheap;
    let best: { index: number; layer: Open; gain: number; more: number } | undefined;
    for (const [index, layer] of layers.entries()) {
      const next = stepFrom(layer);
      if (!next) continue;
      const gain = shareOf(layer, layer.now) - shareOf(layer, next.now);
      const more = areaOf(next) - areaOf(layer);
      if (area + more > fits || (best && gain * best.more <= best.gain * more)) continue;
      best = { index, layer: next, gain, more };
    }
    if (!best || best.gain <= 0) break;
    layers[best.index] = best.layer;
    area += best.more;
    error -= best.gain;
  }
  return layers;
}

/**
 * A copy more, or a repeat where that brings half as much at least: it takes no conversions. Two copies more where that is better for
 * each: three can hold coarser integers than two.
 */
function stepFrom(layer: Open): Open | undefined {
  const { now, most } = layer;
  const more = (count: number) => ({ ...now, copies: now.copies + count });
  const [one, two] = [more(1), more(2)];
  const repeated = { ...now, repeats: now.repeats + 1 };
  const gain = (then: Required<Stored>) => shareOf(layer, now) - shareOf(layer, then);
  const copied = two.copies <= most.copies && gain(two) > 2 * gain(one) ? two : one;
  if (repeated.repeats <= most.repeats && 2 * gain(repeated) >= gain(copied) / (copied.copies - now.copies))
    return { ...layer, now: repeated };
  return copied.copies <= most.copies ? { ...layer, now: copied } : undefined;
}

/** What is stored more than once, by the outputs of its uses. */
function storedOf({ layers }: Mapping, chosen: readonly Open[]): Map<string, Stored> {
  return new Map(
    layers.flatMap(({ uses }, i) => {
      const { copies, repeats } = chosen[i]!.now;
      if (copies * repeats === 1) return [];
      return uses.map(({ output }) => [output, { copies, ...(repeats > 1 && { repeats }) }] as const);
    }),
  );
}
