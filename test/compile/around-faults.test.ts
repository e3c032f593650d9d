import { expect, it } from 'vitest';
import { compileAroundFaults } from '../../src/compile/around-faults.ts';
import { compile } from '../../src/compile/compile.ts';
import { parseOptions } from '../../src/ir/options.ts';
import { fedInputs, spreadSamples } from '../../src/record/samples.ts';
import { loadTarget } from '../../src/target/load.ts';
import { withPackage } from '../support/build.ts';
import { inputs, memoryData, tinyModel } from '../verify/tiny.ts';

it('compiles for the target of the package, narrowed once', async () => {
  const model = tinyModel();
  const data = memoryData(inputs(8), undefined);
  const samples = spreadSamples(data, fedInputs(model.graph, model.file), data.length);
  const options = parseOptions({ window: 0.5, rowsAtOnce: 32 });
  const compiled = await compile(model, await loadTarget('tetramem-256-6bit'), options, {
    kind: 'samples',
    samples,
  });
  await withPackage(compiled, async (pkg) => {
    const { loaded, mapping, faults } = await compileAroundFaults(pkg, model, { seed: 3, threads: 1 });
    expect(loaded.fingerprint).toBe(pkg.manifest.target.fingerprint);
    expect(loaded.target.cell.gUseMax).toBe(pkg.loaded.target.cell.gUseMax);
    expect(mapping.arrays).toBe(compiled.mapping.arrays);
    expect(faults).toBeDefined();
  });
});
