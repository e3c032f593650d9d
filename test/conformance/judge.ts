/** Compiles a backend test for the ideal chip, programs the chip, runs it, and says how the test went. */

import { foldConstants } from '../../passes/lower/fold-constants.ts';
import type { Chip } from '../../src/chip/chip.ts';
import { listOperators } from '../../src/compile/operators.ts';
import { type Diagnostic, DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import type { Compiled } from '../../src/ir/compiled.ts';
import { type Tensor, toDoubles } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { upgradeOpset } from '../../src/onnx/upgrade.ts';
import type { Package } from '../../src/package/open.ts';
import { openSession } from '../../src/runtime/session.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import type { LoadedTarget } from '../../src/target/target.ts';
import { compileModel, type Feeds, programPackage, withPackage } from '../support/build.ts';
import { firstDifference } from '../support/same-bits.ts';
import { isLinear, type LoadedTest } from './backend-tests.ts';
import { quantizationBound } from './quantization-bound.ts';

export interface Outcome {
  readonly result: 'pass' | 'stays digital' | 'not run' | 'FAIL';
  readonly note: string;
}

/** Smallest ratio of signal to error where errors pass through a recurrence (dB). */
export const recurrentSnr = 30;

export async function judge(test: LoadedTest, ideal: LoadedTarget): Promise<Outcome> {
  const compiled = await compileModel(test.model, ideal, [test.feeds], {
    activationRange: 'minmax',
    weightRounding: 'nearest',
    biasCorrection: false,
  }).catch((error: unknown) => {
    if (error instanceof DiagnosticError) return { refused: error.diagnostics };
    throw error;
  });
  if (!('refused' in compiled)) return judgeChip(test, compiled, ideal);
  const isDigital = compiled.refused.every(({ code }) => code === 'onnx/no-constant-weights');
  return isDigital ? judgeDigital(test) : refused(compiled.refused);
}

/** A test that the compiler or its frontend refuses. */
export function refused([first]: readonly Diagnostic[]): Outcome {
  return { result: 'not run', note: `${first!.code}: ${first!.message}` };
}

/** Two steps of the last place of a 16-bit number near 1. */
const halfStep = 2 ** -9;

/** What stays digital is computed by onnxruntime, on the graph as the compiler's frontend hands it on. */
async function judgeDigital({ model, feeds, expected }: LoadedTest): Promise<Outcome> {
  let got: Readonly<Record<string, Tensor>>;
  try {
    got = await runOnce(encodeModel(upgradeOpset(model.graph)), feeds);
  } catch (error) {
    const [, said] = /was false\. ([^.]*)\./.exec(String(error)) ?? [];
    if (!said) throw error;
    return { result: 'not run', note: `onnxruntime: ${said}` };
  }
  const isHalf = Object.values(expected).some(({ type }) => type === 'float16');
  const close = isHalf ? halfStep : 1e-5;
  const wrong = firstBeyond(got, expected, (value) => close + close * Math.abs(value));
  const listed = await listOperators(model.graph);
  const reason = listed.find(({ origin }) => isLinear(origin.op))?.rule.replace('digital: ', '');
  return wrong ? { result: 'FAIL', note: wrong } : { result: 'stays digital', note: reason ?? '' };
}

async function judgeChip(test: LoadedTest, compiled: Compiled, ideal: LoadedTarget): Promise<Outcome> {
  const layers = compiled.graph.nodes.filter((n) => n.kind === 'quantized-mvm').length;
  return withPackage(compiled, async (pkg) => {
    const chip = await programPackage(pkg, ideal);
    const reference = await runOnce(encodeModel(pkg.reference), test.feeds);
    const wrong =
      (await apartFromReference(pkg, chip, test.feeds, reference)) ?? (await apartFromTest(test, reference));
    return wrong
      ? { result: 'FAIL', note: wrong }
      : { result: 'pass', note: `${layers} ${layers === 1 ? 'layer' : 'layers'}` };
  });
}

/** The simulated chip, in its cheap form and plane by plane, against the integer reference: bit for bit. */
async function apartFromReference(
  pkg: Package,
  chip: Chip,
  feeds: Feeds,
  reference: Readonly<Record<string, Tensor>>,
): Promise<string | undefined> {
  for (const bitSerial of [false, true]) {
    const session = await simulate(pkg, chip, { bitSerial });
    const difference = firstDifference(await session.run(feeds), reference);
    await session.release();
    if (difference) return `the chip is not the integer reference: ${difference}`;
  }
  return undefined;
}

/** The integer reference against the test's own outputs. */
async function apartFromTest(
  { model, feeds, expected }: LoadedTest,
  reference: Readonly<Record<string, Tensor>>,
): Promise<string | undefined> {
  const bound = await quantizationBound(await foldConstants.run(model.graph), feeds);
  if (bound) return firstBeyond(reference, expected, (value, i) => bound[i]! + 1e-6 * Math.abs(value));
  const shapes = firstBeyond(reference, expected, () => Number.POSITIVE_INFINITY);
  const [signal, error] = Object.keys(expected).reduce(
    (sum, name) => {
      const wanted = toDoubles(expected[name]!)!;
      const got = toDoubles(reference[name]!)!;
      return wanted.reduce(([s, e], v, i) => [s + v * v, e + (v - got[i]!) ** 2], sum);
    },
    [0, 0] as [number, number],
  );
  const snr = 10 * Math.log10(signal / error);
  return shapes ?? (snr >= recurrentSnr ? undefined : `${snr.toFixed(1)} dB of signal to error`);
}

/** Names the first output that is missing, has other dimensions, or has a value further away than `tolerance` permits. */
function firstBeyond(
  got: Readonly<Record<string, Tensor>>,
  expected: Readonly<Record<string, Tensor>>,
  tolerance: (value: number, index: number) => number,
): string | undefined {
  for (const [name, tensor] of Object.entries(expected)) {
    if (String(got[name]?.dims) !== String(tensor.dims)) return `'${name}' has shape [${got[name]?.dims}]`;
    const values = toDoubles(got[name]!)!;
    const wanted = toDoubles(tensor)!;
    const at = wanted.findIndex(
      (v, i) => !Object.is(v, values[i]) && !(Math.abs(v - values[i]!) <= tolerance(v, i)),
    );
    if (at >= 0)
      return `'${name}'[${at}] is ${values[at]}, not ${wanted[at]} within ${tolerance(wanted[at]!, at)}`;
  }
  return undefined;
}

async function runOnce(bytes: Uint8Array, feeds: Feeds) {
  const session = await openSession(bytes);
  const results = await session.run(feeds);
  await session.release();
  return results;
}
