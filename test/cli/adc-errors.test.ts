/** Errors of converters that a user sets, from the command line to the accuracy, against the chip's cells one by one. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeBytes } from '../../src/bitstream/decode.ts';
import { drawConverters } from '../../src/chip/converter-errors.ts';
import { loadChip } from '../../src/chip/load.ts';
import { encodeNpy } from '../../src/files/npy.ts';
import { float32 } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openPackage, pathIn } from '../../src/package/open.ts';
import type { VerifyReport } from '../../src/verify/report.ts';
import { npy } from '../data/files.ts';
import { directMvm } from '../oracle/direct-mvm.ts';
import { mvmsOf } from '../oracle/input-codes.ts';
import { best, features, inputs, labelsFor, logitsOf, tinyModel } from '../verify/tiny.ts';
import { runCli } from './run-cli.ts';

let folder = '';
const at = (name: string) => join(folder, name);
const samples = inputs(200);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-adc-errors-'));
  await writeFile(at('model.onnx'), encodeModel(tinyModel().graph));
  const values = Float32Array.from(samples.flatMap((s) => [...s]));
  await writeFile(
    at('data.npy'),
    encodeNpy({ type: 'float32', dims: [samples.length, features], data: values }),
  );
  await writeFile(at('labels.npy'), npy('|u1', '(200,)', Uint8Array.from(labelsFor(samples, 200))));
  await writeFile(at('preprocess.yaml'), 'scale: 1\n');
  await writeFile(at('options.yaml'), 'copies: 1\ncentredInputs: false\n');
});
afterAll(() => rm(folder, { recursive: true }));

const none = ['gainSpread=0', 'offsetSpread=0', 'nonlinearity=[0, 0]'];

/** Compiles, programs one chip and verifies it, read without wires. */
async function scored(name: string, errors: readonly string[], ...program: readonly string[]) {
  const run = async (...args: readonly string[]) => {
    const { exit, out, err } = await runCli(args);
    expect(exit, err).toBe(0);
    return out;
  };
  const given = errors.flatMap((error) => ['--set', `adcErrors.${error}`]);
  const [place, chip] = [at(`${name}.xbar`), at(`${name}-chip`)];
  // Read as if wires had no resistance, as the direct product has it.
  const bare = ['--options', at('options.yaml'), '--wire-correction', 'none', ...given];
  await run('compile', at('model.onnx'), '--calibrate', at('data.npy'), '-o', place, '--force', ...bare);
  await run('program', place, '-o', chip, '--seed', '5', '--force', ...program);
  const data = ['--model', at('model.onnx'), '--data', at('data.npy'), '--labels', at('labels.npy')];
  const report = await run('verify', place, ...data, '--chip', chip, '--wires', 'off', '--json');
  return { place, chip, report: JSON.parse(report) as VerifyReport };
}

/** Outputs of the chip, cell by cell and conversion by conversion: its two layers with a ReLU between them. */
async function direct(place: string, folder: string): Promise<number[][]> {
  const [pkg, chip] = [await openPackage(place), await loadChip(folder)];
  const { programs, header } = decodeBytes(await readFile(pathIn(pkg, 'bitstream')), 'program.xbs');
  const { adc, adcErrors } = pkg.loaded.target;
  const { columns } = header;
  const { conductances } = chip;
  const converters = conductances.map((_, array) =>
    drawConverters(adcErrors!, adc.sharedBy, { seed: chip.seed, array, columns }),
  );
  const periphery = { sharedBy: adc.sharedBy, converters, converterNonlinearity: adcErrors!.nonlinearity };
  const cells = { programs, conductances, columns, periphery };
  return samples.map((x) =>
    pkg.layers.reduce(
      (input, layer, number) => {
        const values = Float32Array.from(input, (v) => (number === 0 ? v : Math.max(0, v)));
        const [mvm] = mvmsOf(layer, float32([1, values.length], values));
        return [...directMvm(layer, cells, mvm!.codes).outputs];
      },
      [...x],
    ),
  );
}

const shareRight = (outputs: readonly (readonly number[])[]) =>
  outputs.filter((logits, i) => best([...logits]) === best(logitsOf(samples[i]!))).length / outputs.length;

/** Against the model in doubles (dB). */
function snr(outputs: readonly (readonly number[])[]): number {
  let [signal, noise] = [0, 0];
  for (const [i, logits] of outputs.entries()) {
    const wanted = logitsOf(samples[i]!);
    for (const [c, value] of logits.entries()) {
      signal += wanted[c]! ** 2;
      noise += (value - wanted[c]!) ** 2;
    }
  }
  return 10 * Math.log10(signal / noise);
}

describe('adcErrors set on the command line', () => {
  test.each([
    ['gain', ['gainSpread=0.1', 'offsetSpread=0', 'nonlinearity=[0, 0]']],
    ['offset', ['gainSpread=0', 'offsetSpread=6', 'nonlinearity=[0, 0]']],
    ['nonlinearity', ['gainSpread=0', 'offsetSpread=0', 'nonlinearity=[20, -15, 5, 15, -20]']],
    ['all', ['gainSpread=0.1', 'offsetSpread=6', 'nonlinearity=[20, -15, 5, 15, -20]']],
  ])('%s: accuracy and outputs are those of the cells one by one', async (name, errors) => {
    const plain = await scored('none', none, '--no-calibrate');
    const { place, chip, report } = await scored(name, errors, '--no-calibrate');
    const outputs = await direct(place, chip);
    // A sum on half a code may be decided either way in 32 bits.
    expect(report.mapped.snrToFloat as number).toBeCloseTo(snr(outputs), 1);
    expect(Math.abs(report.mapped.top1!.mean - 100 * shareRight(outputs))).toBeLessThanOrEqual(1);
    expect(report.mapped.snrToFloat as number).toBeLessThan((plain.report.mapped.snrToFloat as number) - 3);
    expect(report.effects.find((effect) => effect.name === 'converter errors')?.applied).toBe(true);
  });

  test('calibration on the chip takes gain and offset back', async () => {
    const errors = ['gainSpread=0.1', 'offsetSpread=6', 'nonlinearity=[0, 0]'];
    const raw = await scored('raw', errors, '--no-calibrate');
    const fitted = await scored('fitted', errors);
    expect(fitted.report.mapped.snrToFloat as number).toBeGreaterThan(
      (raw.report.mapped.snrToFloat as number) + 6,
    );
    expect(fitted.report.mapped.top1!.mean).toBeGreaterThanOrEqual(raw.report.mapped.top1!.mean);
  });
});
