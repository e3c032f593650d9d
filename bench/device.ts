/**
 * `npm run bench -- device [webgpu or cuda]`: images per second of a simulated chip on a GPU, by how many it is given at once, against the
 * processor; with the check that comes before. It ends within eight minutes: what there is no time for is left out, and said.
 */
import type { Chip } from '../src/chip/chip.ts';
import { readArrays } from '../src/chip/read.ts';
import type { ValueInfo } from '../src/ir/graph.ts';
import { encodeModel } from '../src/onnx/encode.ts';
import type { Package } from '../src/package/open.ts';
import { packageOf } from '../src/package/package-of.ts';
import { programChip } from '../src/program.ts';
import { deviceText } from '../src/report/device-text.ts';
import { type Accelerator, devices, isAccelerator } from '../src/runtime/device.ts';
import { openSession } from '../src/runtime/session.ts';
import { openDevice } from '../src/simulate/check-device.ts';
import { lowerChip } from '../src/simulate/simulate.ts';
import { availableThreads } from '../src/threads/pool.ts';
import { time } from './clock.ts';
import { noise } from './images.ts';
import { markdownHeader, markdownRow } from './markdown.ts';
import { compileModel, findModel } from './model.ts';
import { describeProcessor } from './processor.ts';

/** Images at once. */
const batches = [1, 2, 4, 8, 16, 32, 64];
const batchesHere = [1, 4];
const runs = 3;
/** Seconds after which nothing more is begun that would take as long as what is left. */
const budget = 460;

export async function benchDevice([name = 'webgpu']: readonly string[]): Promise<void> {
  const device = devices.find((known) => known === name);
  if (!isAccelerator(device)) throw new Error(`no device '${name}'; there are webgpu and cuda`);
  const print = (text: string) => void process.stdout.write(text);
  const start = performance.now();
  const left = () => budget - (performance.now() - start) / 1000;
  const bench = findModel();
  const { imported, compiled } = await compileModel(bench, 16);
  const pkg = await packageOf(compiled);
  const chip = await programChip(pkg, { seed: 1, calibrate: false });
  print(`${bench.label} on ${pkg.loaded.target.name}, unused cells unformed; ${describeProcessor()}\n\n`);
  await measureDevice(pkg, chip, imported.graph.inputs[0]!, { device, left, print });
}

/** Where, and for how long it may go on. */
interface Measured {
  readonly device: Accelerator;
  /** Seconds. */
  readonly left: () => number;
  readonly print: (text: string) => void;
}

/** Prints the table row by row, and the check after it. @param input of the model */
export async function measureDevice(
  pkg: Package,
  chip: Chip,
  { name, dims }: ValueInfo,
  { device, left, print }: Measured,
): Promise<void> {
  const opened = (await openDevice(device))!;
  const arrays = await readArrays(chip, pkg.loaded.target, { wires: false, noise: false });
  const corrections = { calibration: undefined, gain: 1 };
  const checking = performance.now();
  await opened.prove(pkg, chip, arrays, corrections);
  const checked = (performance.now() - checking) / 1000;
  print(markdownHeader(['a simulated chip on', 'images at once', 'images/s', 'times the processor']));
  let here = 0;
  let longest = 0;
  const measure = async (where: string, on: Accelerator | undefined, sizes: readonly number[]) => {
    const lowered = await lowerChip(pkg, chip, { arrays, corrections, ...(on && { device: on }) });
    const session = await openSession(
      encodeModel(lowered),
      on ? { device: on } : { threads: availableThreads() },
    );
    const fixed = typeof dims?.[0] === 'number';
    for (const size of fixed ? sizes.slice(0, 1) : sizes) {
      // A batch twice as large takes about twice as long.
      if (left() < 2 * longest) {
        print(markdownRow([where, `${size}`, 'no time was left', '']));
        break;
      }
      const begun = performance.now();
      const feed = noise([fixed ? Number(dims![0]) : size, ...dims!.slice(1).map(Number)]);
      const failed = await time(runs, () => session.run({ [name]: feed })).then(
        ({ median }) => {
          const rate = size / median;
          if (!on) here = Math.max(here, rate);
          print(markdownRow([where, `${size}`, rate.toPrecision(3), (rate / here).toFixed(2)]));
          return undefined;
        },
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      if (failed !== undefined) {
        print(markdownRow([where, `${size}`, `failed: ${failed.split('\n')[0]}`, '']));
        break;
      }
      longest = (performance.now() - begun) / 1000;
    }
    await session.release();
    longest = 0;
  };
  await measure(`the processor, ${availableThreads()} threads`, undefined, batchesHere);
  await measure(device, device, batches);
  print(
    `\nThe best of the processor is 1. ${deviceText(opened.report())}; the check took ${checked.toFixed(1)} s.\n`,
  );
}
