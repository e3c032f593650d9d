/**
 * Executes a bitstream: turns the programs of its arrays and a seed into a programmed Chip. Arrays do not know of each
 * other, so they are spread over threads.
 */
import type { Section } from '../bitstream/decode-frame.ts';
import { bitstreamWrongTarget, chipCannotExecute } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import type { ArrayProgram, BitstreamHeader } from '../ir/schedule.ts';
import { accountOf } from '../ledger.ts';
import { schemeOf } from '../schemes/models.ts';
import type { LoadedTarget, Target } from '../target/target.ts';
import { collect } from '../threads/pool.ts';
import { type Chip, failedCellsKept } from './chip.ts';
import { job, type ProgrammedArray } from './execute-array.ts';

export interface ProgramOptions {
  /** The trial's seed, any safe integer. */
  readonly seed: number;
  /** SHA-256 of program.xbs. */
  readonly bitstream: string;
  /** Keep what a later delta needs. Default: false, since it takes up to seven times the memory. */
  readonly keepHistory?: boolean;
  /** Default: 1. The chip is the same for any number. */
  readonly threads?: number;
  /** Called after every array. */
  readonly onArray?: (done: number, total: number) => void;
}

/**
 * Programs a chip. The result depends on the seed and on what each array is told, not on the order of the arrays.
 * @param programs one program for each of the header's arrays, decoded or not, in any order
 * @throws DiagnosticError bitstream/invalid where a section cannot be decoded; bitstream/wrong-target where the header's
 *   fingerprint is not the target's; chip/cannot-execute where an instruction needs another programming scheme, an
 *   unformed cell or FeCAPs that were not woken up, is out of range, or where arrays are missing or repeated;
 *   wear/endurance-spent for every array with a memristor that got more pulses than it had left
 */
export async function executeBitstream(
  header: BitstreamHeader,
  programs: AsyncIterable<ArrayProgram | Section> | Iterable<ArrayProgram | Section>,
  loaded: Pick<LoadedTarget, 'target' | 'fingerprint'>,
  options: ProgramOptions,
): Promise<Chip> {
  const { seed, threads = 1, keepHistory = false, onArray } = options;
  checkHeader(header, loaded);
  const context = { header, target: loaded.target, seed, keepHistory };
  const onto = { threads, count: header.arrays, onDone: onArray };
  const arrays = await collect(job, context, checked(header, programs), onto);
  return chipOf(header, arrays, options);
}

/** @throws DiagnosticError where no fresh chip of the target can be programmed so */
export function checkHeader(
  header: BitstreamHeader,
  loaded: Pick<LoadedTarget, 'target' | 'fingerprint'>,
): void {
  if (header.base !== undefined)
    raise([chipCannotExecute('program.xbs', 'it is a delta, and this chip was never programmed')]);
  if (header.fingerprint !== loaded.fingerprint)
    raise([bitstreamWrongTarget('program.xbs', loaded.fingerprint, header.fingerprint)]);
  raise(otherGeometry(header, loaded.target).map((reason) => chipCannotExecute('program.xbs', reason)));
}

/**
 * @param programmed all arrays, in any order
 * @throws DiagnosticError where some are missing, or worn out
 */
export function chipOf(
  header: BitstreamHeader,
  programmed: readonly ProgrammedArray[],
  { seed, bitstream }: Pick<ProgramOptions, 'seed' | 'bitstream'>,
): Chip {
  const arrays = programmed.toSorted((a, b) => a.array - b.array);
  if (arrays.length < header.arrays) {
    const gap = arrays.findIndex(({ array }, place) => array !== place);
    raise([chipCannotExecute(`array ${gap < 0 ? arrays.length : gap}`, 'this array has no program')]);
  }
  raise(arrays.flatMap(({ worn }) => worn));
  const histories = arrays.flatMap(({ history }) => history ?? []);
  const traps = arrays.flatMap((a) => (a.traps ? [a.traps] : []));
  return {
    header,
    seed,
    bitstream,
    conductances: arrays.map((a) => a.conductances),
    hidden: arrays.flatMap((a) => (a.hidden ? [a.hidden] : [])),
    drivers: arrays.map((a) => a.drivers),
    converters: new Map(arrays.flatMap((a) => [...a.converters]).sort((a, b) => a[0] - b[0])),
    counters: arrays.map((a) => a.counters),
    spent: accountOf(arrays.map((a) => a.ledger)),
    failed: arrays.flatMap((a) => a.failed).slice(0, failedCellsKept),
    wear: {
      memristor: arrays.reduce((most, a) => Math.max(most, a.memristorWear), 0),
      fecap: arrays.reduce((most, a) => Math.max(most, a.fecapWear), 0),
    },
    ...(histories.length > 0 && { history: histories }),
    ...(traps.length > 0 && { traps }),
  };
}

/** Where a header announces other arrays than the target has: nothing is allocated for those. */
function otherGeometry(header: BitstreamHeader, target: Target): string[] {
  const { array, cell, hidden } = target;
  const { rows, columns } = array;
  const wanted = { rows, columns, levels: cell.levels, hiddenBits: hidden?.bits ?? 0 };
  const others = (Object.keys(wanted) as (keyof typeof wanted)[])
    .filter((field) => header[field] !== wanted[field])
    .map((field) => `the header announces ${field} ${header[field]}, and the target has ${wanted[field]}`);
  if (header.updates === schemeOf(target).updates) return others;
  const [announced, has] = header.updates ? ['', 'no '] : ['no ', ''];
  return [
    ...others,
    `the header announces ${announced}parallel updates, and the target has ${has}such cells`,
  ];
}

/** The programs, each of another one of the header's arrays. */
export async function* checked<P extends ArrayProgram | Section>(
  header: BitstreamHeader,
  programs: AsyncIterable<P> | Iterable<P>,
): AsyncGenerator<P, void, undefined> {
  const seen = new Set<number>();
  for await (const program of programs) {
    const { array } = program;
    if (!(Number.isInteger(array) && array >= 0 && array < header.arrays))
      raise([chipCannotExecute(`array ${array}`, `the header announces ${header.arrays} arrays`)]);
    if (seen.has(array)) raise([chipCannotExecute(`array ${array}`, 'this array has two programs')]);
    seen.add(array);
    yield program;
  }
}
