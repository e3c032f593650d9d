/** The bitstreams of a package: one, or where layers take passes one for the arrays that stay and one for every pass. */
import { isDeepStrictEqual } from 'node:util';
import { type Bitstream, readSections, type Sections } from '../bitstream/decode.ts';
import { decodeSection } from '../bitstream/decode-section.ts';
import { packageUnreadable } from '../diagnostics/all.ts';
import { raise } from '../diagnostics/diagnostic.ts';
import { type Files, placeIn, sourceIn } from '../files/files.ts';
import { sha256 } from '../files/hash.ts';
import { type ArrayRun, arraysOnChip, type Passes, runsOf } from '../ir/passes.ts';
import type { ArrayProgram, BitstreamHeader } from '../ir/schedule.ts';
import { type Manifest, packageFiles } from './manifest.ts';

interface Bitstreams {
  readonly files: Files;
  readonly manifest: Pick<Manifest, 'summary'>;
}

/** File of a pass, counted from 1; 0 stands for what is written once. */
export const bitstreamFile = (pass: number) => (pass === 0 ? packageFiles.bitstream : `program-${pass}.xbs`);

/** The arrays of each bitstream of a package. */
export function bitstreamRuns(passes: Passes | undefined, arrays: number): readonly ArrayRun[] {
  return passes ? runsOf(passes) : [{ pass: 0, first: 0, onChip: 0, arrays }];
}

/** What a chip says that it was programmed with: SHA-256 of program.xbs; where layers take passes, of the hashes of all in their order. */
export function bitstreamHash(files: Readonly<Record<string, string>>, passes: Passes | undefined): string {
  if (!passes) return files[packageFiles.bitstream]!;
  return sha256(
    runsOf(passes)
      .map(({ pass }) => files[bitstreamFile(pass)])
      .join(''),
  );
}

interface Programs {
  readonly file: string;
  readonly header: BitstreamHeader;
  /** Numbered as on the chip. */
  readonly programs: Iterable<ArrayProgram>;
}

/** What every bitstream of a package holds; to be taken one after the other. */
export function* dividedPrograms(
  header: BitstreamHeader,
  programs: Iterable<ArrayProgram>,
  passes: Passes | undefined,
): Generator<Programs, void, undefined> {
  if (!passes) return yield { file: packageFiles.bitstream, header, programs };
  const source = programs[Symbol.iterator]();
  const own = { ...header, arrays: arraysOnChip(passes, header.arrays) };
  for (const { pass, onChip, arrays } of runsOf(passes))
    yield { file: bitstreamFile(pass), header: own, programs: taken(source, onChip, arrays) };
}

function* taken(source: Iterator<ArrayProgram>, first: number, count: number): Generator<ArrayProgram> {
  for (let i = 0; i < count; i++) {
    const { value, done } = source.next();
    if (done) return;
    yield { ...(value as ArrayProgram), array: first + i };
  }
}

/**
 * Reads all bitstreams of a package, one after the other, as if they were one of all its arrays.
 * @throws DiagnosticError as `readSections`; package/unreadable for an array that is not of its pass
 */
export async function readPrograms({ files, manifest }: Bitstreams): Promise<Sections> {
  const { passes, arrays } = manifest.summary;
  const open = (file: string) => readSections(sourceIn(files, file), placeIn(files, file));
  if (!passes) return open(packageFiles.bitstream);
  const { header } = await open(packageFiles.bitstream);
  async function* all(): Sections['sections'] {
    for (const { pass, first, onChip, arrays: count } of runsOf(passes!)) {
      const file = bitstreamFile(pass);
      const own = await open(file);
      if (!isDeepStrictEqual(own.header, header))
        raise([
          packageUnreadable(placeIn(files, file), `its header is not that of ${packageFiles.bitstream}`),
        ]);
      for await (const section of own.sections) {
        const at = section.array - onChip;
        if (at < 0 || at >= count)
          raise([packageUnreadable(section.file, `array ${section.array} is none of those of its pass`)]);
        yield { ...section, array: first + at };
      }
    }
  }
  return { header: { ...header, arrays }, sections: all() };
}

/** The same with its instructions decoded. */
export async function decodePrograms(pkg: Bitstreams): Promise<Bitstream> {
  const { header, sections } = await readPrograms(pkg);
  async function* decoded(): Bitstream['arrays'] {
    for await (const section of sections) yield decodeSection(header, section);
  }
  return { header, arrays: decoded() };
}
