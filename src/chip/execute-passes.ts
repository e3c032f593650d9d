/**
 * Executes the bitstreams of a package whose layers take passes over one chip, one after the other. Every array is kept as it was in its
 * pass, and the next pass writes over what that one left: cells go on from their conductance, their draws and their wear.
 */
import type { Section } from '../bitstream/decode-frame.ts';
import { type Passes, runsOf } from '../ir/passes.ts';
import type { ArrayProgram, BitstreamHeader } from '../ir/schedule.ts';
import type { LoadedTarget } from '../target/target.ts';
import { collect } from '../threads/pool.ts';
import type { SavedArray } from './array-state.ts';
import { type Chip, noCounts } from './chip.ts';
import { checked, checkHeader, chipOf, type ProgramOptions } from './execute.ts';
import { type GivenProgram, job, type ProgrammedArray } from './execute-array.ts';

/**
 * @param header with the number of arrays of all passes together
 * @param programs of all these arrays, in their order
 * @returns arrays as they were in their pass, numbered through, each with what its own program took; wear is that of the end
 * @throws DiagnosticError as `executeBitstream`
 */
export async function executePasses(
  header: BitstreamHeader,
  programs: AsyncIterable<ArrayProgram | Section>,
  passes: Passes,
  loaded: Pick<LoadedTarget, 'target' | 'fingerprint'>,
  options: Omit<ProgramOptions, 'keepHistory'>,
): Promise<Chip> {
  const { seed, threads = 1, onArray } = options;
  checkHeader(header, loaded);
  const context = { header, target: loaded.target, seed, keepHistory: true };
  const source = checked(header, programs);
  // By number on the chip.
  const left = new Map<number, SavedArray>();
  const all: ProgrammedArray[] = [];
  onArray?.(0, header.arrays);
  try {
    for (const { first, onChip, arrays } of runsOf(passes)) {
      const tasks = programsOnto(source, { arrays, onChip, left });
      const onDone = (done: number) => onArray?.(first + done, header.arrays);
      const results = await collect(job, context, tasks, { threads, count: arrays, onDone });
      for (const [index, result] of results.entries()) {
        left.set(result.array, leftBy(result));
        const array = first + index;
        const failed = result.failed.map((cell) => ({ ...cell, array }));
        all.push({ ...result, array, history: undefined, failed });
      }
    }
    // What stands behind the last array, and should not, is found here.
    await source.next();
  } finally {
    await source.return();
  }
  const { kept, each } = passes;
  return { ...chipOf(header, all, options), passes: { kept, each } };
}

/** The next programs, each with the array on the chip that it goes onto. */
async function* programsOnto(
  source: AsyncGenerator<ArrayProgram | Section, void, undefined>,
  { arrays, onChip, left }: { arrays: number; onChip: number; left: ReadonlyMap<number, SavedArray> },
): AsyncGenerator<GivenProgram, void, undefined> {
  for (let i = 0; i < arrays; i++) {
    const { value, done } = await source.next();
    if (done) return;
    const onto = left.get(onChip + i);
    yield { ...value, array: onChip + i, ...(onto && { onto }) };
  }
}

function leftBy({ conductances, traps, hidden, drivers, history }: ProgrammedArray): SavedArray {
  return { conductances, traps, hidden, drivers, counters: noCounts(), history: history! };
}
