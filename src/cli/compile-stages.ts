/** Stages of a compilation -> phases as users read them. */
import type { CompileHooks } from '../compile/compiled.ts';
import type { Stages } from './stages.ts';

const labels: Readonly<Record<string, string>> = {
  lower: 'reading the model',
  calibrate: 'calibration runs, two a sample',
  quantize: 'rounding weights',
  map: 'mapping layers',
};

export function compileStages(report: Stages['report']): NonNullable<CompileHooks['onProgress']> {
  return (stage, done, total) => report(labels[stage] ?? stage, done, total);
}
