/** Samples -> samples whose inputs have mean 0 and standard deviation 1 over all inputs of a set: none of them is 0. */
import type { Samples } from '../src/train/samples.ts';

interface Moments {
  readonly mean: number;
  readonly sigma: number;
}

/** Of all inputs, before their scale. */
export function momentsOf({ inputs }: Samples): Moments {
  let [sum, squares] = [0, 0];
  for (const value of inputs) {
    sum += value;
    squares += value ** 2;
  }
  const mean = sum / inputs.length;
  return { mean, sigma: Math.sqrt(squares / inputs.length - mean ** 2) };
}

export function standardize(samples: Samples, { mean, sigma }: Moments): Samples {
  const inputs = Float32Array.from(samples.inputs, (value) => (value - mean) / sigma);
  return { ...samples, inputs, scale: 1 };
}
