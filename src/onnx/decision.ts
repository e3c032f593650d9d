/** What becomes of a node, and the rule that decided, in the user's words. */
import { sizeOf, type Tensor } from '../math/tensor.ts';

export interface Decision {
  readonly crossbar: boolean;
  readonly rule: string;
}

export function crossbar(rule: string): Decision {
  return { crossbar: true, rule };
}

export function digital(reason: string): Decision {
  return { crossbar: false, rule: `digital: ${reason}` };
}

export const floats = new Set(['float32', 'float64', 'float16', 'bfloat16']);

/** Why constant weights cannot become conductances; undefined where they can. */
export function whyUnfit(weights: Tensor): string | undefined {
  if (!floats.has(weights.type)) return `the weights are ${weights.type}`;
  return sizeOf(weights.dims) === 0 ? 'the weights are empty' : undefined;
}
