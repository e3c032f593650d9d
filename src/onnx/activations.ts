/** The activation functions of recurrent operators, with the factors that they take from `activation_alpha` and `_beta`. */

export interface StepActivation {
  readonly op: Name;
  readonly alpha: number;
  readonly beta: number;
}

/** Which factors a function takes, with their defaults. */
const functions = {
  Relu: {},
  Tanh: {},
  Sigmoid: {},
  Softsign: {},
  Softplus: {},
  Affine: { alpha: 1, beta: 0 },
  LeakyRelu: { alpha: 0.01 },
  ThresholdedRelu: { alpha: 1 },
  ScaledTanh: { alpha: 1, beta: 1 },
  HardSigmoid: { alpha: 0.2, beta: 0.5 },
  Elu: { alpha: 1 },
} as const satisfies Readonly<Record<string, { readonly alpha?: number; readonly beta?: number }>>;

type Name = keyof typeof functions;

/**
 * @param alphas the factors that no function before this one took; those that it takes are taken out
 * @param betas likewise
 * @returns undefined for a function that ONNX does not know
 */
export function activationOf(name: string, alphas: number[], betas: number[]): StepActivation | undefined {
  const op = (Object.keys(functions) as Name[]).find((f) => f.toLowerCase() === name.toLowerCase());
  if (!op) return undefined;
  const defaults: { readonly alpha?: number; readonly beta?: number } = functions[op];
  return {
    op,
    alpha: defaults.alpha === undefined ? 0 : (alphas.shift() ?? defaults.alpha),
    beta: defaults.beta === undefined ? 0 : (betas.shift() ?? defaults.beta),
  };
}
