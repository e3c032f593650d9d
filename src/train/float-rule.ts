/** Plain stochastic gradient descent: of biases, which are digital in any case, and of floating-point weights. No momentum. */
import { addOuter } from './matrix.ts';
import type { LayerWeights } from './network.ts';
import type { LayerPass } from './pass.ts';

/** bias -= rate * sum of d over the batch. */
export function stepBias({ bias }: LayerWeights, { d }: LayerPass, rows: number, rate: number): void {
  const outputs = bias.length;
  for (let b = 0; b < rows; b++) for (let j = 0; j < outputs; j++) bias[j]! -= rate * d[b * outputs + j]!;
}

/** matrix -= rate * sum of x d over the batch, for real weights. */
export function stepFloat({ matrix }: LayerWeights, pass: LayerPass, rows: number, rate: number): void {
  for (let b = 0; b < rows; b++) addOuter(pass, b, -rate, matrix);
}
