/** A programmed chip, as it is read at some time -> an ONNX file that says in its metadata what it contains. */
import type { Chip } from '../chip/chip.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { Package } from '../package/open.ts';
import { effectsOf } from '../target/effects.ts';
import { lowerChip, type SimulateOptions } from './simulate.ts';

/** Time and wires of the reading, and whether its noise is part of the graph. */
interface Reading {
  readonly at: number;
  readonly wires: boolean;
  readonly noise: boolean;
}

/** @param options who is told how far it is */
export async function exportOnnx(
  pkg: Package,
  chip: Chip,
  reading: Reading,
  options: Pick<SimulateOptions, 'threads' | 'onArray' | 'onLayer'> = {},
): Promise<Uint8Array> {
  const graph = await lowerChip(pkg, chip, { ...options, conditions: reading });
  const { manifest, loaded } = pkg;
  return encodeModel(graph, {
    'crossloom.contains': 'a programmed crossbar chip as standard operators',
    'crossloom.version': manifest.crossloom,
    'crossloom.model': `${manifest.model.file} ${manifest.model.sha256}`,
    'crossloom.target': `${manifest.target.name} ${manifest.target.fingerprint}`,
    'crossloom.bitstream': pkg.bitstream,
    'crossloom.seed': String(chip.seed),
    'crossloom.at': `${reading.at} s after programming`,
    'crossloom.wires': loaded.target.wires && reading.wires ? 'with their resistance' : 'without resistance',
    'crossloom.noise': reading.noise
      ? 'of readings, numbered by crossloom/reading'
      : 'of readings is left out',
    'crossloom.effects': effectsOf(loaded.target, chip.calibration !== undefined)
      .map(({ name, law }) => `${name}: ${law}`)
      .join('\n'),
  });
}
