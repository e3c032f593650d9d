/** New chips of a verification that are written again for its first reading. */
import { expect, test } from 'vitest';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { verifyReport } from '../../src/report/schemas/verify.ts';
import { formatVerification } from '../../src/report/verify-text.ts';
import { verify } from '../../src/verify/verify.ts';
import { inputs, labelsFor, memoryData, withTiny } from './tiny.ts';

const samples = inputs(160);
const calibration = memoryData(samples.slice(0, 120), undefined);
const images = samples.slice(120);
const data = memoryData(images, labelsFor(images, images.length));

test('are written for the time at which they are read, and the report says what that came to', async () => {
  await withTiny('cmo-hfox-130nm', calibration, async (pkg, model) => {
    const options = { at: [86_400], noise: false, threads: 1 };
    const left = await verify(pkg, model, data, options);
    const report = await verify(pkg, model, data, { ...options, rewrite: { rounds: 3 } });
    const [trial] = report.trials;
    expect(trial!.rewritten).toMatchObject({ wait: 1, at: 86_400, rounds: [{}, {}, {}] });
    expect(verifyReport.safeParse(JSON.parse(JSON.stringify(report))).error).toBeUndefined();
    expect(left.trials[0]!.rewritten).toBeUndefined();
    const better = (report.mapped.snrToIdeal as number) - (left.mapped.snrToIdeal as number);
    expect(better).toBeGreaterThan(1);
    expect(formatVerification(report)).toMatch(/^ +rewriting +3 rounds 1 s apart wrote \d+ cells again/m);
    expect(formatVerification(left)).not.toContain('rewriting');
  });
});

test('are none where cells cannot be read back', async () => {
  await withTiny('leti-fecap-130nm', calibration, async (pkg, model) => {
    const refused = verify(pkg, model, data, { rewrite: { rounds: 2 }, trials: 0 });
    await expect(refused).rejects.toThrow(DiagnosticError);
    const { diagnostics } = (await refused.catch(
      (error: DiagnosticError) => error as DiagnosticError,
    )) as DiagnosticError;
    expect(diagnostics.map(({ code, at }) => [code, at])).toEqual([
      ['options/invalid', 'trials'],
      ['options/invalid', '--rewrite 2'],
    ]);
  });
});
