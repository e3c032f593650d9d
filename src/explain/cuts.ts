/**
 * A programmed chip and its integer reference, cut behind every crossbar layer: what a sample becomes when layers up to a cut are on
 * the chip, and those after it in integers, for every cut. The chip runs once, and the reference in pieces of which every cut takes the
 * last ones.
 */
import { readArrays } from '../chip/read.ts';
import { calibratedChip } from '../correct/compensate.ts';
import { InternalError } from '../diagnostics/diagnostic.ts';
import { layerName, outputsOf } from '../ir/graph.ts';
import { withFloatSums } from '../lower/float-sums.ts';
import { withReading } from '../lower/noise.ts';
import { cutAfter, type Piece } from '../lower/pieces.ts';
import type { Tensor } from '../math/tensor.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Package } from '../package/open.ts';
import { pieceGraph } from '../record/piece-graph.ts';
import { openSession, type Session } from '../runtime/session.ts';
import { givenAs, lowerLayersApart } from '../simulate/layers-apart.ts';
import { lowerChip } from '../simulate/simulate.ts';
import type { OnPart } from '../tune/chips.ts';
import { addSignal, type SignalAndNoise, silence } from '../verify/metrics.ts';
import type { ChipReading } from '../verify/read-chip.ts';

type Values = Readonly<Record<string, Tensor>>;

/** One sample. */
export interface Followed {
  /** The scored output by the number of layers on the chip, from none to all. */
  readonly outputs: readonly Float32Array[];
  /** By layer: its output on the chip against the reference, and where it is given what the reference gives it. */
  readonly whole: readonly SignalAndNoise[];
  readonly own: readonly SignalAndNoise[];
}

export interface Cuts {
  /** Names of the layers, in the order in which they run. */
  readonly layers: readonly string[];
  /** @param sample its number in the data, which keys its read noise */
  follow(feeds: Values, sample: number, size: number): Promise<Followed>;
  close(): Promise<void>;
}

/** @param output the scored output, of `values` values a sample */
export async function openCuts(
  pkg: Package,
  { chip, corrections, conditions }: Pick<ChipReading, 'chip' | 'corrections' | 'conditions'>,
  { output, values }: { readonly output: string; readonly values: number },
  { threads, on }: { readonly threads: number; readonly on: OnPart },
): Promise<Cuts> {
  const own = new Map(pkg.layers.map((layer) => [layer.output, layer]));
  const all = pkg.host.nodes.flatMap(outputsOf);
  // What comes after the scored output has no say in it.
  const before = all.slice(0, all.indexOf(output) + 1);
  const layers = before.filter((name) => own.has(name));
  const ends = own.has(output) ? layers : [...layers, output];
  const inputs = layers.map((name) => own.get(name)!.input);
  const reference = withFloatSums(pkg.reference, [...new Set([...ends, ...inputs])]);
  const pieces = cutAfter(reference, ends).map((piece): Piece => {
    const made = new Set(piece.nodes.flatMap(outputsOf));
    const given = inputs.filter((name) => made.has(name));
    return { ...piece, outputs: [...new Set([...piece.outputs, ...given])] };
  });
  const later = ends.map((_, cut) => new Set(pieces.slice(cut).flatMap(({ inputs }) => inputs)));
  const fed = new Set(reference.inputs.map(({ name }) => name));
  const taps = [...new Set([...layers, output, ...later.flatMap((names) => [...names])])].filter(
    (name) => !fed.has(name),
  );
  const how = { threads, onArray: on('read') };
  const arrays = await readArrays(calibratedChip(chip, corrections), pkg.loaded.target, conditions, how);
  const whole = await open(encodeModel(await lowerChip(pkg, chip, { taps, arrays, corrections })));
  const apart = await open(encodeModel(lowerLayersApart(pkg, chip, arrays, corrections)));
  const sessions: Session[] = [];
  /** One piece after the other; a piece is opened once there are values for it. */
  const runFrom = async (cut: number, given: Values): Promise<Values> => {
    let now = given;
    for (const [i, piece] of pieces.entries()) {
      if (i < cut) continue;
      sessions[i] ??= await open(encodeModel(pieceGraph(reference, piece, now)));
      now = { ...now, ...(await runOn(sessions[i], now)) };
    }
    return now;
  };
  const firstOf = ({ data }: Tensor) => Float32Array.from(data as Float32Array).subarray(0, values);
  return {
    layers: layers.map((name) => layerName(own.get(name)!.origin)),
    async follow(feeds, sample, size) {
      const wanted = await runFrom(0, feeds);
      const got = await whole.run(withReading(whole, feeds, [sample], size), taps);
      const given = Object.fromEntries(
        inputs.map((name) => [givenAs(name), valueIn({ ...feeds, ...wanted }, name)]),
      );
      const alone = await apart.run(withReading(apart, pick(given, apart.inputs), [sample], size), layers);
      const compare = (results: Values) =>
        layers.map((name) =>
          addSignal(silence, wanted[name]!.data as Float32Array, results[name]!.data as Float32Array),
        );
      const outputs = [firstOf(valueIn(wanted, output))];
      for (const [layer] of layers.entries()) {
        const cut = layer + 1;
        if (cut === pieces.length) {
          outputs.push(firstOf(valueIn(got, output)));
          continue;
        }
        const state = Object.fromEntries(
          [...later[cut]!].flatMap((name) => {
            const value = feeds[name] ?? got[name];
            return value ? [[name, value]] : [];
          }),
        );
        outputs.push(firstOf(valueIn(await runFrom(cut, state), output)));
      }
      return { outputs, whole: compare(got), own: compare(alone) };
    },
    async close() {
      for (const session of [whole, apart, ...sessions]) await session.release();
    },
  };
}

const open = (model: Uint8Array): Promise<Session> => openSession(model, { threads: 1 });

const pick = (values: Values, names: readonly string[]): Values =>
  Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));

const runOn = (session: Session, values: Values): Promise<Values> =>
  session.run(Object.fromEntries(session.inputs.map((name) => [name, valueIn(values, name)])));

function valueIn(values: Values, name: string): Tensor {
  const value = values[name];
  if (!value) throw new InternalError('explain', `no value ${name} at a cut`);
  return value;
}
