/** A calibration record -> a warning about layers of whose inputs the samples tell nothing, because nothing varies. */
import { constantInputs } from '../diagnostics/all.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { CalibrationRecord, LayerRecord } from '../ir/calibration-record.ts';
import { describeOrigin, type MvmNode } from '../ir/graph.ts';
import type { InputCodes } from '../ir/input-codes.ts';

/** At most one warning, which names all those layers. */
export function findConstantInputs(
  layers: readonly Pick<MvmNode, 'output' | 'origin'>[],
  { layers: records, samples }: CalibrationRecord,
): readonly Diagnostic[] {
  const alike = samples.length > 1 && new Set(samples).size === 1;
  const constant = layers.filter(({ output }) => {
    const record = records.get(output);
    return record !== undefined && (alike || isConstant(record));
  });
  return constant.length === 0 ? [] : [constantInputs(constant.map(({ origin }) => describeOrigin(origin)))];
}

/** Whether all codes are one, or all of several vectors are. */
function isConstant({ vectors, count }: LayerRecord): boolean {
  const length = vectors.length / count;
  return vectors.every((code) => code === vectors[0]) || (count > 1 && repeats(vectors, length));
}

function repeats(vectors: InputCodes, length: number): boolean {
  for (let i = length; i < vectors.length; i++) if (vectors[i] !== vectors[i - length]) return false;
  return true;
}
