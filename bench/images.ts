/** Milliseconds per image on one session: floating point, the integer reference, and simulated chips beside them. */
import type { Chip } from '../src/chip/chip.ts';
import type { Graph, ValueInfo } from '../src/ir/graph.ts';
import { withFloatSums } from '../src/lower/float-sums.ts';
import { float32, type Tensor } from '../src/math/tensor.ts';
import { encodeModel } from '../src/onnx/encode.ts';
import type { Package } from '../src/package/open.ts';
import { openSession, type Session } from '../src/runtime/session.ts';
import { simulate } from '../src/simulate/simulate.ts';
import { time } from './clock.ts';
import type { OnRow } from './speed.ts';

const turns = 2;
const batches = [1, 4];
const runs = 3;

/** @param model in floating point */
export async function measureImages(model: Graph, pkg: Package, chip: Chip, onRow: OnRow): Promise<void> {
  const { target } = pkg.loaded;
  const noisy = { ...pkg, loaded: { ...pkg.loaded, target: { ...target, readNoise: { sigma: [0, 0.02] } } } };
  const conducting = withUnusedCells(chip, target.cell.gMin);
  const on = (of: Package, programmed: Chip, wires: boolean) => () =>
    simulate(of, programmed, { conditions: { wires } });
  const [float, integers, reference, plain, withNoise, whole, wired] = await timeInTurns(model.inputs[0]!, [
    () => openSession(encodeModel(model)),
    () => openSession(encodeModel(pkg.reference)),
    () => openSession(encodeModel(withFloatSums(pkg.reference))),
    on(pkg, chip, false),
    on(noisy, chip, false),
    on(pkg, conducting, false),
    on(pkg, conducting, true),
  ] as const);
  const row = (what: string, seconds: number, beside: string) =>
    onRow({ what, value: 1e3 * seconds, unit: 'ms/image', beside });
  const timesFloat = (seconds: number) => `${(seconds / float).toFixed(1)} times floating point`;
  const times = (seconds: number, others: number) => `${(seconds / others).toFixed(2)} times without`;
  row('floating point, onnxruntime', float, `best of batch ${batches.join(' and ')}`);
  row('integer reference, float sums', reference, timesFloat(reference));
  row('integer reference, integer operators', integers, timesFloat(integers));
  row('simulated chip, unused cells unformed', plain, timesFloat(plain));
  row('the same with white read noise', withNoise, times(withNoise, plain));
  row('simulated chip, whole blocks: unused cells conduct', whole, timesFloat(whole));
  row('the same through wires', wired, times(wired, whole));
}

/**
 * Seconds per image of several models, one after the other and that several times, because a machine's speed changes: the
 * best median of some runs, over batch sizes.
 */
async function timeInTurns<Openers extends readonly (() => Promise<Session>)[]>(
  input: ValueInfo,
  openers: Openers,
): Promise<{ [K in keyof Openers]: number }> {
  const best = openers.map(() => Number.POSITIVE_INFINITY);
  for (let turn = 0; turn < turns; turn++) {
    for (const [own, open] of openers.entries()) {
      const session = await open();
      for (const batch of typeof input.dims?.[0] === 'number' ? [1] : batches) {
        const feed = noise([batch, ...input.dims!.slice(1).map(Number)]);
        const { median } = await time(runs, () => session.run({ [input.name]: feed }));
        best[own] = Math.min(best[own]!, median / batch);
      }
      await session.release();
    }
  }
  return best as { [K in keyof Openers]: number };
}

/** The chip, but for cells that were never formed, which conduct about the least. */
function withUnusedCells(chip: Chip, least: number): Chip {
  const conductances = chip.conductances.map((array) =>
    array.map((g, cell) => (g === 0 ? least * (1 + 0.02 * jitter(cell)) : g)),
  );
  return { ...chip, conductances };
}

/** A batch without a pattern. */
export function noise(dims: readonly number[]): Tensor {
  const length = dims.reduce((a, b) => a * b, 1);
  return float32(
    dims,
    Float32Array.from({ length }, (_, i) => jitter(i)),
  );
}

/** Fixed pseudo-random values between -1 and 1. */
function jitter(i: number): number {
  return Math.sin(i * 12.9898);
}
