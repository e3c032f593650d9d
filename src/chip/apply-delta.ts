/**
 * Executes a delta on a chip: turns a chip that was programmed before into one whose cells, FeCAPs and counters went on
 * from there. Arrays of which the delta says nothing are left as they are, every other cell of an array likewise.
 */
import type { Section } from '../bitstream/decode-frame.ts';
import { bitstreamWrongTarget, deltaNotApplicable } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import type { ArrayProgram, BitstreamHeader } from '../ir/schedule.ts';
import { accountOf } from '../ledger.ts';
import type { LoadedTarget } from '../target/target.ts';
import { collect } from '../threads/pool.ts';
import type { Chip } from './chip.ts';
import { checked, type ProgramOptions } from './execute.ts';
import { type GivenProgram, job } from './execute-array.ts';

/** The seed is the chip's. */
export interface DeltaOptions extends Pick<ProgramOptions, 'threads' | 'onArray'> {
  /** SHA-256 of the program.xbs to which the delta leads. */
  readonly bitstream: string;
  /** What the cells conduct now, array by array (S): cells that the delta writes start from there. Default: what was written. */
  readonly present?: readonly Float32Array[];
  /** Called with the cells that the delta wrote on an array: 1 for each. */
  readonly onWritten?: (array: number, written: Uint8Array) => void;
}

/**
 * Applies a delta. The chip that is given stays as it is; the new one shares the arrays in which nothing changes, and has
 * no calibration.
 * @param programs of the arrays that change, decoded or not, in any order
 * @throws DiagnosticError delta/not-applicable where the chip was programmed with something else than the delta's base, or
 *   keeps no history; and as `executeBitstream` does
 */
export async function applyDelta(
  chip: Chip,
  header: BitstreamHeader,
  programs: AsyncIterable<ArrayProgram | Section> | Iterable<ArrayProgram | Section>,
  loaded: Pick<LoadedTarget, 'target' | 'fingerprint'>,
  { bitstream, threads = 1, present, onArray, onWritten }: DeltaOptions,
): Promise<Chip> {
  if (header.fingerprint !== loaded.fingerprint)
    raise([bitstreamWrongTarget('delta.xbs', loaded.fingerprint, header.fingerprint)]);
  raise(obstaclesTo(chip, header).map((reason) => deltaNotApplicable('delta.xbs', reason)));
  const context = { header, target: loaded.target, seed: chip.seed, keepHistory: true };
  const tasks = onto(chip, present, checked(header, programs));
  const results = await collect(job, context, tasks, { threads, count: header.arrays, onDone: onArray });
  results.sort((a, b) => a.array - b.array);
  for (const { array, written } of results) onWritten?.(array, written);
  const changed = new Map(results.map((result) => [result.array, result]));
  raise(results.flatMap(({ worn }) => worn));
  const { calibration: _, spent, ...before } = chip;
  return {
    ...before,
    bitstream,
    conductances: chip.conductances.map((g, array) => changed.get(array)?.conductances ?? g),
    hidden: chip.hidden.map((h, array) => changed.get(array)?.hidden ?? h),
    ...(chip.traps && { traps: chip.traps.map((t, array) => changed.get(array)?.traps ?? t) }),
    drivers: chip.drivers.map((d, array) => changed.get(array)?.drivers ?? d),
    converters: new Map([...chip.converters, ...results.flatMap((a) => [...a.converters])]),
    counters: chip.counters.map((c, array) => changed.get(array)?.counters ?? c),
    ...(spent && {
      spent: accountOf(
        results.map((a) => a.ledger),
        spent,
      ),
    }),
    wear: {
      memristor: results.reduce((most, a) => Math.max(most, a.memristorWear), chip.wear.memristor),
      fecap: results.reduce((most, a) => Math.max(most, a.fecapWear), chip.wear.fecap),
    },
    history: (chip.history ?? []).map((h, array) => changed.get(array)?.history ?? h),
  };
}

/** Why this chip cannot go on with a delta. */
function obstaclesTo(chip: Chip, { base, arrays }: BitstreamHeader): string[] {
  if (base === undefined) return ['it is a program for a fresh chip and no delta'];
  const last = chip.rewritten?.rounds.at(-1)?.bitstream ?? chip.bitstream;
  if (base !== last) return [`it goes onto a chip with the bitstream ${base}, and this one has ${last}`];
  if (arrays !== chip.header.arrays)
    return [`it is for ${arrays} arrays, and the chip has ${chip.header.arrays}`];
  return chip.history ? [] : ['the chip does not say what its cells have been through: it was saved without'];
}

/** Every program with the array that it goes onto. */
async function* onto(
  chip: Chip,
  present: DeltaOptions['present'],
  programs: AsyncIterable<ArrayProgram | Section>,
): AsyncGenerator<GivenProgram, void, undefined> {
  for await (const program of programs) {
    const { array } = program;
    const saved = {
      conductances: chip.conductances[array]!,
      present: present?.[array],
      hidden: chip.hidden[array],
      traps: chip.traps?.[array],
      drivers: chip.drivers[array],
      counters: chip.counters[array]!,
      history: chip.history![array]!,
    };
    yield { ...program, onto: saved };
  }
}
