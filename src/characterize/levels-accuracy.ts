/**
 * Levels against accuracy: compiles the bundled network for the cells of a target with ever more levels in the same window, programs a
 * chip, and scores it on the network's own test images, beside the same network in floating point. Wires are left out: what
 * they take is seen elsewhere, and would be made up for level by level.
 */
import { join } from 'node:path';
import { compile } from '../compile/compile.ts';
import type { Calibration } from '../compile/compiled.ts';
import { openDataset } from '../data/open.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import type { Figure } from '../figures/figure.ts';
import { installRoot } from '../files/install-root.ts';
import { parseOptions } from '../ir/options.ts';
import { readModel } from '../onnx/decode.ts';
import { packageOf } from '../package/package-of.ts';
import { fedInputs, spreadSamples } from '../record/samples.ts';
import { shapingFields } from '../schemes/programmed-experiments.ts';
import { targetFingerprint } from '../target/load.ts';
import type { LoadedTarget, Target } from '../target/target.ts';
import { verify } from '../verify/verify.ts';

/** Images that are scored, and samples of the calibration. */
const [images, samples] = [200, 16];

/** Few, and as many as the target has. */
export function levelCounts(levels: number): number[] {
  const counts = [2, 4, 8, 16, 64].filter((count) => count < levels);
  return [...counts, levels];
}

/** The same cells with so many levels, and without wires. */
export function withLevels({ target, overrides, provenance }: LoadedTarget, levels: number): LoadedTarget {
  const { wires: _, ...rest } = target;
  const changed = { ...rest, cell: { ...rest.cell, levels } };
  const text = String(levels);
  return {
    target: changed,
    fingerprint: targetFingerprint(changed),
    overrides: [...overrides, `cell.levels=${text}`],
    provenance: provenance
      .filter(({ field }) => !field.startsWith('wires.'))
      .map((entry) => (entry.field === 'cell.levels' ? { ...entry, text, from: 'override' } : entry)),
  };
}

interface Scored {
  readonly levels: number;
  /** Percent. */
  readonly chip: number;
  readonly float: number;
}

/**
 * @param counts of levels
 * @param onLevels called again and again with how many of them are done; what it throws ends the work
 */
export async function levelsAccuracy(
  loaded: LoadedTarget,
  seed: number,
  counts: readonly number[],
  onLevels: (done: number, total: number) => void,
): Promise<Figure[]> {
  const folder = join(installRoot(), 'fixtures', 'fashion-mobilenetv2');
  const file = join(folder, 'model.onnx');
  const model = { ...(await readModel(file)), file };
  const preprocessing = join(folder, 'preprocess.yaml');
  const data = await openDataset(`${folder}#test`, { preprocessing });
  const calibration = await openDataset(`${folder}#calibration`, { preprocessing });
  const options = parseOptions({ copies: 1 });
  let known: Calibration = {
    kind: 'samples',
    samples: spreadSamples(calibration, fedInputs(model.graph, file), samples),
  };
  let done = 0;
  const onProgress = () => onLevels(done, counts.length);
  const compiledWith = (levels: number, from: Calibration) =>
    unlessDiagnosed(compile(model, withLevels(loaded, levels), options, from, { onProgress }));
  const scored: Scored[] = [];
  for (const [number, levels] of counts.entries()) {
    done = number;
    const compiled = await compiledWith(levels, known);
    // Not every encoding has a use for two levels, and not every array room for this network.
    if (!compiled) continue;
    // What layers see does not depend on the cells.
    known = { kind: 'record', record: compiled.record };
    const report = await verify(await packageOf(compiled), model, data, {
      ...{ images, seed, layers: false, onProgress },
    });
    scored.push({ levels, chip: report.mapped.top1!.mean, float: report.float.top1! });
  }
  return scored.length > 0 ? [levelsFigure(loaded.target, scored)] : [];
}

/** Undefined where the compiler has something to say against it. */
const unlessDiagnosed = <T>(work: Promise<T>): Promise<T | undefined> =>
  work.catch((error: unknown) => {
    if (error instanceof DiagnosticError) return undefined;
    throw error;
  });

function levelsFigure(target: Target, scored: readonly Scored[]): Figure {
  const x = scored.map(({ levels }) => levels);
  const y = scored.map(({ chip }) => chip);
  const error = (percent: number) => Math.sqrt((percent * (100 - percent)) / images);
  return {
    name: 'levels-accuracy',
    title: 'Accuracy by the number of levels',
    about: `top-1 of the bundled MobileNet-V2 on ${images} images of Fashion-MNIST, one programmed and calibrated chip for each number of levels in the window of the target, without copies of digits and without wires; the band is the standard error of that many images`,
    uses: [
      ...[
        'array.rows',
        'array.columns',
        'cell',
        ...shapingFields(target),
        'programming.unresponsive',
        'slices',
      ],
      ...['driver.bits', 'driver.polarity', 'driver.rowsAtOnce', 'adc.bits', 'adc.convert', 'faults'],
      ...['readNoise', 'telegraph', 'flicker', 'logNoise', 'powerNoise'],
    ],
    plot: {
      form: 'chart',
      x: { name: 'levels', unit: '', scale: 'log' },
      y: { name: 'top-1', unit: '%' },
      series: [
        {
          ...{ name: 'chip', drawn: 'dots', kind: 'measured', x, y },
          low: y.map((percent) => percent - error(percent)),
          high: y.map((percent) => percent + error(percent)),
        },
        { name: 'floating point', drawn: 'line', kind: 'law', x, y: scored.map(({ float }) => float) },
      ],
    },
  };
}
