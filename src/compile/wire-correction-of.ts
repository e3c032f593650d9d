/** What makes up for the wires of a package, out of its bitstream: nothing has to be solved for it again. */
import { type BlockConverters, blocksByArray, type Mapping } from '../ir/mapping.ts';
import type { WireCorrection } from '../ir/wire-correction.ts';
import { decodePrograms } from '../package/bitstreams.ts';
import type { Package } from '../package/open.ts';

/**
 * @param converters of its blocks, without what wires are worth
 * @returns by array
 */
export async function wireCorrectionOf(
  pkg: Package,
  mapping: Mapping,
  converters: readonly BlockConverters[],
): Promise<readonly WireCorrection[]> {
  const { array: shape, adc } = pkg.loaded.target;
  const perSum = adc.convert === 'pair' ? 1 : 2;
  const blocks = blocksByArray(mapping);
  const { arrays } = await decodePrograms(pkg);
  const corrections: WireCorrection[] = [];
  for await (const { array, instructions } of arrays) {
    const codes = new Int16Array(shape.rows * shape.columns).fill(-1);
    const steps = new Map<number, Float32Array>();
    for (const instruction of instructions) {
      if (instruction.op === 'converter') steps.set(instruction.block, instruction.step);
      if (instruction.op === 'program')
        codes.set(instruction.codes, instruction.row * shape.columns + instruction.column);
    }
    const gains = blocks[array]!.flatMap((block) => {
      const [told, whole] = [steps.get(block)!, converters[block]!.step];
      const sums = told.length / perSum;
      return Array.from({ length: sums }, (_, sum) => {
        const at = sum * perSum;
        return whole[at]! > 0 ? told[at]! / whole[at]! : 1;
      });
    });
    corrections[array] = { codes, gains: Float64Array.from(gains) };
  }
  return corrections;
}
