/** Lowers a package and a programmed chip to one ordinary ONNX graph, and runs it. */
import type { Chip } from '../chip/chip.ts';
import { type ReadArrays, readArrays } from '../chip/read.ts';
import type { ReadConditions } from '../chip/read-conditions.ts';
import { checkBlocks } from '../correct/check-blocks.ts';
import {
  type Compensation,
  type Corrections,
  calibratedChip,
  correctionsFor,
} from '../correct/compensate.ts';
import { defined } from '../defined.ts';
import { chipWrongPackage } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { placeOf } from '../files/files.ts';
import type { Graph } from '../ir/graph.ts';
import { withFloatCodes } from '../lower/float-codes.ts';
import { lowerGraph } from '../lower/graph.ts';
import { imagesIn, withReading } from '../lower/noise.ts';
import { readingInput } from '../lower/noise-pool.ts';
import { encodeModel } from '../onnx/encode.ts';
import { crossbarDomain, decodeCrossbar } from '../package/crossbar-node.ts';
import { type Package, pathIn } from '../package/open.ts';
import { runsOf } from '../package/runs.ts';
import { type Device, isAccelerator } from '../runtime/device.ts';
import { openSession, type Session } from '../runtime/session.ts';
import { type DeviceReport, openDevice } from './check-device.ts';
import { layersOf } from './emit-layers.ts';
import { withoutIdlePools, withPools } from './noise-pools.ts';

export interface SimulateOptions {
  /** Values that become outputs besides the model's own. */
  readonly taps?: readonly string[];
  /** Keep bit planes and conversions where an exactly equal form is cheaper. */
  readonly bitSerial?: boolean;
  /** Count conversions: `saturationOf` every layer that is not exact becomes an output too. Default: false. */
  readonly saturation?: boolean;
  readonly threads?: number;
  /** Where it will run: devices that have no kernels of bytes get floats in their place. Default: `cpu`. */
  readonly device?: Device;
  /** Time, wires and noise of the readings. Default: right after programming, with all that the target has. */
  readonly conditions?: Partial<ReadConditions>;
  /** What is done about what has moved since the chip was calibrated. Default: gain and bias of all columns are fitted anew. */
  readonly compensate?: Compensation;
  /** The arrays as `readArrays` gave them, in place of reading them under `conditions`. */
  readonly arrays?: ReadArrays;
  /** The corrections as `correctionsFor` gave them, in place of what `compensate` makes of the chip's. */
  readonly corrections?: Corrections;
  /** Called after every array that is read, and after every layer whose gains are fitted anew. */
  readonly onArray?: (done: number, total: number) => void;
  readonly onLayer?: (done: number, total: number) => void;
}

/**
 * The simulated chip as standard ONNX operators: it runs in any ONNX runtime. A calibrated chip has the gains of the time and
 * the wires that it is read with, unless `compensate` says otherwise; one that was left uncalibrated has none.
 * @throws DiagnosticError chip/wrong-package, chip/unreadable, read/before-programming
 */
export async function lowerChip(pkg: Package, chip: Chip, options: SimulateOptions = {}): Promise<Graph> {
  return (await lowerRead(pkg, chip, options)).graph;
}

/** The lowered chip, and what it was lowered from. */
interface Lowered {
  readonly graph: Graph;
  readonly arrays: ReadArrays;
  readonly corrections: Corrections;
}

async function lowerRead(pkg: Package, chip: Chip, options: SimulateOptions): Promise<Lowered> {
  if (chip.bitstream !== pkg.bitstream)
    raise([chipWrongPackage(placeOf(pkg.files), pkg.bitstream, chip.bitstream)]);
  checkBlocks(pkg, chip);
  const { conditions, threads, onArray, onLayer, bitSerial = false, saturation = false } = options;
  const stacked = isAccelerator(options.device);
  const { target } = pkg.loaded;
  const how = { ...defined({ threads }), onRead: onArray, onLayer };
  const { compensate } = options;
  const read = {
    at: conditions?.at ?? 0,
    wires: options.arrays ? !options.arrays.unwired : (conditions?.wires ?? true),
    noise: conditions?.noise,
  };
  const corrections = options.corrections ?? (await correctionsFor(pkg, chip, read, { compensate, ...how }));
  const image = pkg.manifest.summary.conversionTime;
  const arrays =
    options.arrays ??
    (await readArrays(
      calibratedChip(chip, corrections),
      target,
      { image, ...conditions },
      defined({ threads, onArray }),
    ));
  const { [crossbarDomain]: _, ...opsets } = pkg.host.opsets;
  const tables = new Set(
    pkg.host.nodes.flatMap((n) =>
      n.kind === 'onnx' && n.domain === crossbarDomain ? n.inputs.slice(1) : [],
    ),
  );
  const emitLayer = layersOf(arrays, corrections);
  const taps = [...(options.taps ?? [])];
  const lowered = lowerGraph(
    withPools(pkg.host, chip.seed, arrays),
    (node) => {
      const layer =
        node.kind === 'onnx' ? decodeCrossbar(node, pkg.host.constants, pathIn(pkg, 'host')) : undefined;
      if (!layer) return undefined;
      return (emit) => {
        taps.push(...emitLayer(emit, layer, { bitSerial, saturation, stacked }));
      };
    },
    taps,
  );
  // The tables of crossbar nodes have served their purpose.
  const whole = withoutIdlePools({ ...lowered, opsets }, tables);
  return { graph: stacked ? withFloatCodes(whole) : whole, arrays, corrections };
}

/** A session on a chip, and what was found of the device that it runs on; absent for the processor. */
export interface SimulatedChip extends Session {
  readonly device?: DeviceReport;
}

/**
 * Opens a session on the lowered chip; on a device only after a check. With read noise, the images of all runs are counted, and each is another reading,
 * unless the feeds say which: a number per image for `crossloom/reading`.
 * @throws DiagnosticError as `lowerChip` does, and device/not-there, device/disagrees
 */
export async function simulate(
  pkg: Package,
  chip: Chip,
  options: SimulateOptions = {},
): Promise<SimulatedChip> {
  const { threads, device } = options;
  const opened = await openDevice(device);
  const { graph, arrays, corrections } = await lowerRead(pkg, chip, options);
  await opened?.prove(pkg, chip, arrays, corrections);
  const bytes = encodeModel(graph);
  const how = defined({ threads, device });
  const session = await runsOf(pkg, 'host', () => openSession(bytes, how));
  let readings = 0;
  return {
    ...session,
    ...(opened && { device: opened.report() }),
    inputs: session.inputs.filter((name) => name !== readingInput),
    run: (feeds, only) => {
      const numbers = Array.from({ length: imagesIn(feeds) }, () => readings++);
      return runsOf(pkg, 'host', () => session.run(withReading(session, feeds, numbers), only));
    },
  };
}
