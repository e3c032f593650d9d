/** Lowers a package and a programmed chip to one ordinary ONNX graph, and runs it. */
import { programmedArrays } from '../calibrate/calibrate-chip.ts';
import type { Chip } from '../chip/chip.ts';
import { raise } from '../diagnostic.ts';
import { chipWrongPackage } from '../diagnostics.ts';
import type { Graph } from '../ir/graph.ts';
import { lowerCrossbar } from '../lower/crossbar.ts';
import { foldLayer } from '../lower/fold.ts';
import { lowerGraph } from '../lower/graph.ts';
import { encodeModel } from '../onnx/encode.ts';
import { crossbarDomain, decodeCrossbar } from '../package/crossbar-node.ts';
import type { Package } from '../package/open.ts';
import { openSession, type Session } from '../runtime/session.ts';

export interface SimulateOptions {
  /** Values that become outputs besides the model's own. */
  readonly taps?: readonly string[];
  /** Keep bit planes and conversions where an exactly equal form is cheaper. */
  readonly bitSerial?: boolean;
  readonly threads?: number;
}

/** The simulated chip as standard ONNX operators: it runs in any ONNX runtime. */
export function lowerChip(pkg: Package, chip: Chip, options: SimulateOptions = {}): Graph {
  if (chip.bitstream !== pkg.bitstream) raise([chipWrongPackage(pkg.folder, pkg.bitstream, chip.bitstream)]);
  const arrays = programmedArrays(chip);
  const { [crossbarDomain]: _, ...opsets } = pkg.host.opsets;
  const tables = new Set(
    pkg.host.nodes.flatMap((n) =>
      n.kind === 'onnx' && n.domain === crossbarDomain ? n.inputs.slice(1) : [],
    ),
  );
  const lowered = lowerGraph(
    pkg.host,
    (node) => {
      const layer = node.kind === 'onnx' ? decodeCrossbar(node, pkg.host.constants) : undefined;
      if (!layer) return undefined;
      return (emit) =>
        lowerCrossbar(emit, layer, foldLayer(layer, arrays), {
          calibration: chip.calibration?.get(layer.output),
          bitSerial: options.bitSerial ?? false,
        });
    },
    options.taps,
  );
  const used = new Set(lowered.nodes.flatMap((n) => (n.kind === 'onnx' ? n.inputs : [])));
  // The tables of crossbar nodes have served their purpose.
  const constants = new Map([...lowered.constants].filter(([name]) => used.has(name) || !tables.has(name)));
  return { ...lowered, opsets, constants };
}

/** Opens a session on the lowered chip. */
export async function simulate(pkg: Package, chip: Chip, options: SimulateOptions = {}): Promise<Session> {
  return openSession(
    encodeModel(lowerChip(pkg, chip, options)),
    options.threads ? { threads: options.threads } : {},
  );
}
