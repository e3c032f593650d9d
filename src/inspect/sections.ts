/** Some arrays of a package: the others are passed over undecoded. */
import { decodeSection } from '../bitstream/decode-section.ts';
import type { ArrayProgram, BitstreamHeader } from '../ir/schedule.ts';
import { readPrograms } from '../package/bitstreams.ts';
import type { Package } from '../package/open.ts';

interface Some {
  readonly header: BitstreamHeader;
  /** In their order, each decoded when it is asked for. */
  readonly programs: AsyncGenerator<ArrayProgram, void, undefined>;
}

/** @throws DiagnosticError as readPrograms */
export async function programsOf(pkg: Package, arrays: ReadonlySet<number>): Promise<Some> {
  const { header, sections } = await readPrograms(pkg);
  async function* wanted(): AsyncGenerator<ArrayProgram, void, undefined> {
    let left = arrays.size;
    if (left === 0) return;
    for await (const section of sections) {
      if (!arrays.has(section.array)) continue;
      yield decodeSection(header, section);
      if (--left === 0) return;
    }
  }
  return { header, programs: wanted() };
}
