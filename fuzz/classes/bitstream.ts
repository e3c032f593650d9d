/** Bitstreams: read and written again, as bytes and as text, and executed on a chip. */
import { assemble } from '../../src/bitstream/assemble.ts';
import { decodeBytes } from '../../src/bitstream/decode.ts';
import { disassembleArray, disassembleHeader } from '../../src/bitstream/disassemble.ts';
import { encodeBitstream } from '../../src/bitstream/encode.ts';
import { executeBitstream } from '../../src/chip/execute.ts';
import { openPackage } from '../../src/package/open.ts';
import type { LoadedTarget } from '../../src/target/target.ts';
import { compilePackages } from '../corpus/packages.ts';
import { changeFile, type FuzzClass, type Input } from '../input.ts';
import { mutateBitstream } from '../mutate/bitstream.ts';
import { Inconsistency } from '../outcome.ts';

const file = 'program.xbs';

export const fuzzClass: FuzzClass = {
  name: 'bitstream',
  module: import.meta.url,
  async open(scratch) {
    const packages = await compilePackages(scratch);
    const loaded = new Map<string, LoadedTarget>();
    for (const { target, files } of packages) loaded.set(target, (await openPackage(files)).loaded);
    return {
      corpus: packages.map(({ files }): Input => new Map([[file, files.get(file)!]])),
      mutate: (random, input) => changeFile(input, file, (bytes) => mutateBitstream(random, bytes)),
      execute: (input) => execute(input.get(file)!, loaded),
    };
  },
};

async function execute(bytes: Uint8Array, targets: ReadonlyMap<string, LoadedTarget>): Promise<void> {
  const { header, programs } = decodeBytes(bytes, file);
  if (!Buffer.concat([...encodeBitstream(header, programs)]).equals(bytes))
    throw new Inconsistency('other bytes are written than were read');
  const text = [
    ...disassembleHeader(header),
    ...programs.flatMap((program) => [...disassembleArray(program)]),
  ];
  if (!Buffer.from(assemble(text.join('\n'), file)).equals(bytes))
    throw new Inconsistency('the text does not give the bytes again');
  const loaded = targets.get(header.target) ?? [...targets.values()][0]!;
  const chip = await executeBitstream(header, programs, loaded, { seed: 1, bitstream: '' });
  for (const conductances of chip.conductances)
    if (!conductances.every((g) => g >= 0 && g < Number.POSITIVE_INFINITY))
      throw new Inconsistency('a conductance is negative or not finite');
  const { time, energy } = chip.counters[0]!;
  if (!(time >= 0 && energy >= 0))
    throw new Inconsistency(`time or energy is no amount: ${time} s, ${energy} J`);
}
