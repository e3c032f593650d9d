/**
 * Packages made for one chip each: the chip is tested as after forming, and the model compiled once more around the cells
 * that turn out faulty, from the record, target and options that a package holds.
 */
import { surveyChip } from '../chip/survey.ts';
import { defined } from '../defined.ts';
import type { Compiled } from '../ir/compiled.ts';
import { parseOptions } from '../ir/options.ts';
import type { ImportedModel } from '../onnx/decode.ts';
import type { Package } from '../package/open.ts';
import { packageOf } from '../package/package-of.ts';
import { availableThreads } from '../threads/pool.ts';
import { costOf } from '../verify/cost.ts';
import { compile } from './compile.ts';
import type { CompileHooks } from './compiled.ts';

interface AroundFaultsOptions {
  /** Of the chip that is tested: programming with the same seed meets the same cells. */
  readonly seed: number;
  readonly threads?: number;
  /** Called after every tested array. */
  readonly onArray?: (done: number, total: number) => void;
  /** Of the compilation that follows. */
  readonly onProgress?: CompileHooks['onProgress'];
}

/**
 * @param model that the package was compiled from
 * @throws DiagnosticError survey/not-possible for a target whose cells cannot be tested one by one
 */
export async function compileAroundFaults(
  pkg: Package,
  model: ImportedModel & { readonly file: string },
  { seed, threads = availableThreads(), onArray, onProgress }: AroundFaultsOptions,
): Promise<Compiled> {
  const faults = await surveyChip(pkg.loaded, {
    arrays: costOf(pkg).arrays,
    seed,
    threads,
    ...defined({ onArray }),
  });
  // The package's target is narrowed by them already.
  const {
    window: _,
    rowsAtOnce: __,
    ...options
  } = parseOptions(pkg.manifest.options, 'the options of the package');
  return compile(
    model,
    pkg.loaded,
    options,
    { kind: 'record', record: pkg.record },
    defined({ onProgress }),
    faults,
  );
}

/** The package of what `compileAroundFaults` makes, in memory. */
export async function packageAroundFaults(
  pkg: Package,
  model: ImportedModel & { readonly file: string },
  options: AroundFaultsOptions,
): Promise<Package> {
  return packageOf(await compileAroundFaults(pkg, model, options));
}
