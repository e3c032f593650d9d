/** Lowers a package and a programmed chip to one ordinary ONNX graph, and runs it. */
import type { Chip } from '../chip/chip.ts';
import { type ReadArrays, readArrays } from '../chip/read.ts';
import type { ReadConditions } from '../chip/read-conditions.ts';
import { calibratedFor } from '../correct/calibrated-for.ts';
import { checkBlocks } from '../correct/check-blocks.ts';
import { defined } from '../defined.ts';
import { chipWrongPackage } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { placeOf } from '../files/files.ts';
import type { Graph } from '../ir/graph.ts';
import { lowerCrossbar } from '../lower/crossbar.ts';
import { foldLayer } from '../lower/fold.ts';
import { lowerGraph } from '../lower/graph.ts';
import { imagesIn, withReading } from '../lower/noise.ts';
import { noiseSource, readingInput, withNormals } from '../lower/noise-pool.ts';
import { longNormals, sequences, withSequences } from '../lower/sequence-pool.ts';
import { withGain } from '../lower/whole.ts';
import { encodeModel } from '../onnx/encode.ts';
import { crossbarDomain, decodeCrossbar } from '../package/crossbar-node.ts';
import { type Package, pathIn } from '../package/open.ts';
import { runsOf } from '../package/runs.ts';
import { openSession, type Session } from '../runtime/session.ts';

export interface SimulateOptions {
  /** Values that become outputs besides the model's own. */
  readonly taps?: readonly string[];
  /** Keep bit planes and conversions where an exactly equal form is cheaper. */
  readonly bitSerial?: boolean;
  /** Count conversions: `saturationOf` every layer that is not exact becomes an output too. Default: false. */
  readonly saturation?: boolean;
  readonly threads?: number;
  /** Time, wires and noise of the readings. Default: right after programming, with all that the target has. */
  readonly conditions?: Partial<ReadConditions>;
  /** The arrays as `readArrays` gave them, in place of reading them under `conditions`. */
  readonly arrays?: ReadArrays;
  /** Called after every array that is read, and after every layer whose gains are fitted anew. */
  readonly onArray?: (done: number, total: number) => void;
  readonly onLayer?: (done: number, total: number) => void;
  /** Digital factor on all conversions, for drift that all cells share. Default: 1. */
  readonly gain?: number;
}

/**
 * The simulated chip as standard ONNX operators: it runs in any ONNX runtime. Gains that were fitted through the wires are
 * fitted anew where the chip is read without them, and the other way round; gains of another time are kept.
 * @throws DiagnosticError chip/wrong-package, chip/unreadable, read/before-programming
 */
export async function lowerChip(pkg: Package, chip: Chip, options: SimulateOptions = {}): Promise<Graph> {
  if (chip.bitstream !== pkg.bitstream)
    raise([chipWrongPackage(placeOf(pkg.files), pkg.bitstream, chip.bitstream)]);
  checkBlocks(pkg, chip);
  const { conditions, threads, onArray, onLayer } = options;
  const { target } = pkg.loaded;
  const image = pkg.manifest.summary.conversionTime;
  const arrays =
    options.arrays ??
    (await readArrays(chip, target, { image, ...conditions }, defined({ threads, onArray })));
  const how = { ...defined({ threads }), onRead: onArray, onLayer };
  const fitted = await calibratedFor(pkg, chip, !arrays.unwired, how);
  const { [crossbarDomain]: _, ...opsets } = pkg.host.opsets;
  const tables = new Set(
    pkg.host.nodes.flatMap((n) =>
      n.kind === 'onnx' && n.domain === crossbarDomain ? n.inputs.slice(1) : [],
    ),
  );
  const noise = arrays.variances || arrays.accumulated ? noiseSource : undefined;
  const taps = [...(options.taps ?? [])];
  const lowered = lowerGraph(
    noise ? withPools(pkg.host, chip.seed, arrays) : pkg.host,
    (node) => {
      const layer =
        node.kind === 'onnx' ? decodeCrossbar(node, pkg.host.constants, pathIn(pkg, 'host')) : undefined;
      if (!layer) return undefined;
      return (emit) => {
        const counts = lowerCrossbar(emit, layer, withGain(foldLayer(layer, arrays), options.gain), {
          calibration: fitted.calibration?.columns.get(layer.output),
          bitSerial: options.bitSerial ?? false,
          saturation: options.saturation ?? false,
          noise,
        });
        taps.push(...counts);
      };
    },
    taps,
  );
  const used = new Set(lowered.nodes.flatMap((n) => (n.kind === 'onnx' ? n.inputs : [])));
  // The tables of crossbar nodes have served their purpose, and not every noise takes something of every pool.
  const idle = (name: string) => tables.has(name) || pools.has(name);
  const constants = new Map([...lowered.constants].filter(([name]) => used.has(name) || !idle(name)));
  return { ...lowered, opsets, constants };
}

const pools = new Set([noiseSource.pool, sequences, longNormals]);

/** The graph with what its layers draw noise from. */
function withPools(graph: Graph, seed: number, { accumulated }: ReadArrays): Graph {
  const white = withNormals(graph, seed);
  return accumulated ? withSequences(white, seed) : white;
}

/**
 * Opens a session on the lowered chip. With read noise, the images of all runs are counted, and each is another reading,
 * unless the feeds say which: a number per image for `crossloom/reading`.
 */
export async function simulate(pkg: Package, chip: Chip, options: SimulateOptions = {}): Promise<Session> {
  const bytes = encodeModel(await lowerChip(pkg, chip, options));
  const how = options.threads ? { threads: options.threads } : {};
  const session = await runsOf(pkg, 'host', () => openSession(bytes, how));
  let readings = 0;
  return {
    ...session,
    inputs: session.inputs.filter((name) => name !== readingInput),
    run: (feeds, only) => {
      const numbers = Array.from({ length: imagesIn(feeds) }, () => readings++);
      return runsOf(pkg, 'host', () => session.run(withReading(session, feeds, numbers), only));
    },
  };
}
