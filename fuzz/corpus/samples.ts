/** Samples for calibration, as the bytes of an .npy file. */
import { encodeNpy } from '../../src/files/npy.ts';
import { drawn } from './onnx-parts.ts';

/** Samples of a file: few, since every one is run. */
export const sampleCount = 3;

/** @param whole whether the values are indices */
export function samplesFile(sample: readonly number[], whole = false): Uint8Array {
  const dims = [sampleCount, ...sample];
  const values = drawn(
    'samples',
    dims.reduce((a, b) => a * b, 1),
  );
  return encodeNpy({
    type: 'float32',
    dims,
    data: whole ? values.map((v) => Math.floor(2 * (1 + v))) : values,
  });
}
