/** The whole path through the public API alone, on the bundled MobileNet-V2. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  assemble,
  boundsNotMet,
  compile,
  DiagnosticError,
  decodeBitstream,
  disassembleArray,
  disassembleHeader,
  fedInputs,
  formatVerification,
  listOperators,
  loadChip,
  loadTarget,
  openDataset,
  openPackage,
  parseOptions,
  pathIn,
  programChip,
  readModel,
  saveChip,
  simulate,
  spreadSamples,
  totalCounts,
  verify,
  writePackage,
} from '../src/index.ts';

const fixture = 'fixtures/fashion-mobilenetv2';
const file = join(fixture, 'model.onnx');
const preprocessing = join(fixture, 'preprocess.yaml');
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-api-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('model -> package -> chip -> verified accuracy', async () => {
  const model = { ...(await readModel(file)), file };
  expect((await listOperators(model.graph)).filter((o) => o.origin.op === 'Conv' && !o.crossbar)).toEqual([]);
  const train = await openDataset(`${fixture}#calibration`, { preprocessing });
  const samples = spreadSamples(train, fedInputs(model.graph, file), 16);
  // Through its wires, the whole window of this target computes nothing.
  const options = parseOptions({
    target: 'tetramem-256-6bit',
    window: 0.1,
    wireCorrection: 'gains',
    copies: 1,
  });
  const compiled = await compile(model, await loadTarget(options.target, options.set), options, {
    kind: 'samples',
    samples,
  });
  const place = join(folder, 'demo.xbar');
  await writePackage(compiled, place, { preprocessing: train.preprocessing });

  const pkg = await openPackage(place);
  const { header, arrays } = await decodeBitstream(pathIn(pkg, 'bitstream'), 'program.xbs');
  const lines = disassembleHeader(header);
  for await (const array of arrays) lines.push(...disassembleArray(array));
  const again = assemble(`${lines.join('\n')}\n`, 'program.asm');
  expect(Buffer.compare(again, await readFile(pathIn(pkg, 'bitstream')))).toBe(0);

  const chip = await programChip(pkg, { seed: 1 });
  expect(totalCounts(chip.counters).formed).toBe(789_120);
  await saveChip(chip, join(folder, 'chip'));
  const test50 = await openDataset(`${fixture}#test`, { preprocessing });
  const session = await simulate(pkg, await loadChip(join(folder, 'chip')));
  for await (const batch of test50.batches([0], 1, model.graph.inputs)) {
    const outputs = await session.run(batch.feeds);
    expect(outputs[session.outputs[0]!]!.dims).toEqual([1, 10]);
  }

  const report = await verify(pkg, model, test50, { images: 50, chips: [chip], minAccuracy: 80 });
  expect(report.data).toMatchObject({ images: 50, classes: 10, calibrationOverlap: 0 });
  expect(report.float.top1).toBeGreaterThan(88);
  expect(report.mapped.agreement!.mean).toBeGreaterThan(85);
  expect(report.knownAnswer.maxDifference).toBe(0);
  expect(boundsNotMet(report)).toEqual([]);
  expect(formatVerification(report)).toContain('mapped, 1 trial');
});

test('problems are thrown as data', async () => {
  const error = await openPackage(join(folder, 'nosuch.xbar')).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(DiagnosticError);
  expect((error as DiagnosticError).diagnostics[0]).toMatchObject({ code: 'package/unreadable', exit: 2 });
});
