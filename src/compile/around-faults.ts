/**
 * Packages made for one chip each: the chip is tested as after forming, and the model compiled once more around the cells
 * that turn out faulty, from the record, target and options that a package holds.
 */
import { join } from 'node:path';
import { surveyChip } from '../chip/survey.ts';
import type { ImportedModel } from '../onnx/decode.ts';
import { parseOptions } from '../options.ts';
import { openPackage, type Package } from '../package/open.ts';
import { writePackage } from '../package/write.ts';
import { availableThreads } from '../pool.ts';
import type { LoadedTarget } from '../target/target.ts';
import { withTemporaryFolder } from '../temporary-folder.ts';
import { costOf } from '../verify/summarize.ts';
import type { VerifyOptions } from '../verify/verify.ts';
import { compile } from './compile.ts';
import type { Compiled } from './compiled.ts';

export interface AroundFaultsOptions {
  /** Of the chip that is tested: programming with the same seed meets the same cells. */
  readonly seed: number;
  readonly threads?: number;
  /** Called after every tested array. */
  readonly onArray?: (done: number, total: number) => void;
}

/**
 * @param model that the package was compiled from
 * @throws DiagnosticError survey/not-possible for a target whose cells cannot be tested one by one
 */
export async function compileAroundFaults(
  pkg: Package,
  model: ImportedModel & { readonly file: string },
  { seed, threads = availableThreads(), onArray }: AroundFaultsOptions,
): Promise<Compiled> {
  const { values: target, fingerprint, overrides, provenance } = pkg.manifest.target;
  const loaded: LoadedTarget = { target, fingerprint, overrides, provenance };
  const faults = await surveyChip(pkg, {
    arrays: costOf(pkg).arrays,
    seed,
    threads,
    ...(onArray && { onArray }),
  });
  // The package's target is narrowed by them already.
  const {
    window: _,
    rowsAtOnce: __,
    ...options
  } = parseOptions(pkg.manifest.options, 'the options of the package');
  return compile(model, loaded, options, { kind: 'record', record: pkg.record }, {}, faults);
}

/**
 * Calls `use` with what makes a package for the chip of every seed, as `verify` takes it. The packages are gone afterwards.
 * @param model that the package was compiled from
 */
export function withPackagesAroundFaults<T>(
  pkg: Package,
  model: ImportedModel & { readonly file: string },
  threads: number | undefined,
  use: (packageFor: NonNullable<VerifyOptions['packageFor']>) => Promise<T>,
): Promise<T> {
  return withTemporaryFolder((folder) =>
    use(async (seed, stage) => {
      const onArray = stage('test');
      const compiled = await compileAroundFaults(pkg, model, {
        seed,
        onArray,
        ...(threads !== undefined && { threads }),
      });
      const place = join(folder, `${seed}.xbar`);
      await writePackage(compiled, place);
      return openPackage(place);
    }),
  );
}
