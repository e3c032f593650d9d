/**
 * `npm run bench`: the README's figures of speed. Ratios are taken between runs in the same process. `npm run bench --
 * NAME` runs one of the others instead.
 */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { type Chip, totalCounts } from '../src/chip/chip.ts';
import { compile } from '../src/compile/compile.ts';
import { openDataset } from '../src/data/open.ts';
import { float32, type Tensor } from '../src/math/tensor.ts';
import { encodeModel } from '../src/onnx/encode.ts';
import { upgradeOpset } from '../src/onnx/upgrade.ts';
import { openPackage, type Package } from '../src/package/open.ts';
import { writePackage } from '../src/package/write.ts';
import { programChip } from '../src/program.ts';
import { formatTable } from '../src/report/table.ts';
import { openSession, type Session } from '../src/runtime/session.ts';
import { simulate } from '../src/simulate/simulate.ts';
import { availableThreads } from '../src/threads/pool.ts';
import { verify } from '../src/verify/verify.ts';
import { benchBig } from './big.ts';
import { time } from './clock.ts';
import { benchConverters } from './converters.ts';
import { compileModel, findModel } from './model.ts';
import { withTemporaryFolder } from './temporary-folder.ts';
import { benchTrain } from './train.ts';
import { benchWires } from './wires.ts';

const others: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  big: benchBig,
  wires: benchWires,
  converters: benchConverters,
  train: benchTrain,
};
const other = others[process.argv[2] ?? ''];
if (other) {
  await other(process.argv.slice(3));
  process.exit();
}

/** Images of the verification that is timed. */
const images = 24;

const model = findModel();
const rows: string[][] = [];
const report = (what: string, value: string, beside: string) => rows.push([what, value, beside]);

await withTemporaryFolder(async (folder) => {
  const { imported, compiled } = await compileModel(model, 16);
  const again = { kind: 'record', record: compiled.record } as const;
  const compiling = await time(3, () =>
    compile({ ...imported, file: model.file }, compiled.loaded, compiled.options, again),
  );
  report(
    'compile, calibration record given',
    `${compiling.median.toFixed(2)} s`,
    `${compiled.summary.weights} weights`,
  );

  const peak = process.resourceUsage().maxRSS / 1024;
  report('peak memory, calibration included', `${peak.toFixed(0)} MiB`, '');

  const place = join(folder, 'model.xbar');
  const writing = await time(1, () => writePackage(compiled, place, { force: true }));
  report('write the package', `${writing.median.toFixed(2)} s`, `${compiled.mapping.arrays} arrays`);

  const pkg = await openPackage(place);
  const threads = availableThreads();
  const program = (count: number) => programChip(pkg, { seed: 1, calibrate: false, threads: count });
  const chip = await program(1);
  const counts = totalCounts(chip.counters);
  const pulses = counts.setPulses + counts.resetPulses;
  const perCell = `${(pulses / counts.formed).toFixed(1)} pulses per cell`;
  const rateOf = (seconds: number) => `${(pulses / seconds / 1e6).toFixed(1)} million pulses/s`;
  const alone = await time(2, () => program(1));
  report('program the chip, one core', `${alone.median.toFixed(2)} s`, `${rateOf(alone.median)}, ${perCell}`);
  const together = await time(2, () => program(threads));
  report(
    `program the chip, ${threads} threads`,
    `${together.median.toFixed(2)} s`,
    `${rateOf(together.median)}, ${(alone.median / together.median).toFixed(2)} times one core`,
  );

  const dataset = await openDataset(model.data, { flags: model.preprocessing });
  const verifying = (count: number) => () =>
    verify(pkg, { ...imported, file: model.file }, dataset, {
      chips: [chip],
      images,
      threads: count,
      wires: 'off',
    });
  const [one, two] = [await time(1, verifying(1)), await time(1, verifying(2))];
  report(
    `verify ${images} images on a chip, 2 threads`,
    `${two.median.toFixed(2)} s`,
    `${(one.median / two.median).toFixed(2)} times one thread, which takes ${one.median.toFixed(2)} s`,
  );

  const { target } = pkg.loaded;
  const noisy = { ...pkg, loaded: { ...pkg.loaded, target: { ...target, readNoise: { sigma: [0, 0.02] } } } };
  const conducting = withUnusedCells(chip, target.cell.gMin);
  const on = (of: Package, programmed: Chip, wires: boolean) => () =>
    simulate(of, programmed, { conditions: { wires } });
  const [float, plain, withNoise, whole, wired] = await timeInTurns(imported.graph.inputs[0]!, [
    () => openSession(encodeModel(upgradeOpset(imported.graph))),
    on(pkg, chip, false),
    on(noisy, chip, false),
    on(pkg, conducting, false),
    on(pkg, conducting, true),
  ] as const);
  const perImage = (seconds: number) => `${(seconds * 1e3).toFixed(1)} ms/image`;
  const timesFloat = (seconds: number) => `${(seconds / float).toFixed(1)} times floating point`;
  report('floating point, onnxruntime', perImage(float), 'best of batch 1, 4 and 8');
  report('simulated chip, unused cells unformed', perImage(plain), timesFloat(plain));
  report(
    'the same with white read noise',
    perImage(withNoise),
    `${(withNoise / plain).toFixed(2)} times without`,
  );
  report('simulated chip, whole blocks: unused cells conduct', perImage(whole), timesFloat(whole));
  report('the same through wires', perImage(wired), `${(wired / whole).toFixed(2)} times without`);

  const cpu = cpus();
  process.stdout.write(
    `${model.label} on tetramem-256-6bit; ${cpu.length} x ${cpu[0]!.model}, Node ${process.version}\n\n`,
  );
  process.stdout.write(`${formatTable([{ header: 'what' }, { header: 'median' }, { header: '' }], rows)}\n`);
});

/**
 * Seconds per image of several models, one after the other and that three times, because a machine's speed changes: the best
 * median of three runs, over batch sizes.
 */
async function timeInTurns<Openers extends readonly (() => Promise<Session>)[]>(
  input: { readonly name: string; readonly dims: readonly (number | string | undefined)[] | undefined },
  openers: Openers,
): Promise<{ [K in keyof Openers]: number }> {
  const best = openers.map(() => Number.POSITIVE_INFINITY);
  for (let turn = 0; turn < 3; turn++) {
    for (const [own, open] of openers.entries()) {
      const session = await open();
      for (const batch of typeof input.dims?.[0] === 'number' ? [1] : [1, 4, 8]) {
        const feed = noise([batch, ...input.dims!.slice(1).map(Number)]);
        const { median } = await time(3, () => session.run({ [input.name]: feed }));
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

function noise(dims: readonly number[]): Tensor {
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
