/** The codec of the sources of a residual: their number, then their distances, ratios and grains as a list each. */
import type { ProgramResidualInstruction, ResidualSource } from '../ir/schedule.ts';
import { integer, positive, problem } from './check.ts';
import type { Codec } from './codec.ts';
import { f32, i16, u8, u16 } from './numbers.ts';
import { parseIntegers, parseList, parseReal, printList, printReal } from './text.ts';

export const residualSources: Codec<
  readonly ResidualSource[],
  Pick<ProgramResidualInstruction, 'column' | 'values'>
> = {
  type: u8,
  words: ['distances', 'ratios', 'grains'],
  write(writer, sources) {
    writer.number(u8, sources.length);
    for (const { distance } of sources) writer.number(i16, distance);
    for (const { ratio } of sources) writer.number(f32, ratio);
    for (const { grain } of sources) writer.number(u16, grain);
  },
  read(cursor, name) {
    const count = cursor.number(name, u8);
    const distances = cursor.numbers('distances', i16, new Int16Array(count));
    const ratios = cursor.numbers('ratios', f32, new Float32Array(count));
    const grains = cursor.numbers('grains', u16, new Uint16Array(count));
    return together(distances, ratios, grains);
  },
  /** They lie in the array and overlap neither what is programmed nor, as they ascend, each other. */
  problem(name, sources, { columns, levels }, { column, values }) {
    const wrong = integer(name, sources.length, 1, 255);
    if (wrong) return wrong;
    const width = 2 * values.length;
    const leftmost = Math.max(-column, -(2 ** 15));
    const rightmost = Math.min(columns - width - column, 2 ** 15 - 1);
    let free = Number.NEGATIVE_INFINITY;
    for (const [index, { distance, ratio, grain }] of sources.entries()) {
      const found =
        integer('distances', distance, leftmost, rightmost) ??
        (Math.abs(distance) >= width
          ? undefined
          : problem('distances', `distance ${distance} reads cells that this instruction programs`)) ??
        (distance >= free
          ? undefined
          : problem('distances', `distance ${distance} does not come after the source before it`)) ??
        positive('ratios', ratio) ??
        integer('grains', grain, 0, levels - 1);
      if (found) return { ...found, index };
      free = distance + width;
    }
    return undefined;
  },
  print: (sources) => [
    printList(sources.map((source) => source.distance)),
    printList(
      sources.map((source) => source.ratio),
      printReal,
    ),
    printList(sources.map((source) => source.grain)),
  ],
  parse(texts, _name, _geometry, complain) {
    const distances = parseIntegers('distances', texts[0]!, -0x8000, 0x7fff, complain);
    const ratios = parseList('ratios', texts[1]!, complain, parseReal);
    const grains = parseIntegers('grains', texts[2]!, 0, 0xffff, complain);
    if (!distances || !ratios || !grains) return undefined;
    if (distances.length === ratios.length && distances.length === grains.length)
      return together(distances, ratios, grains);
    complain(
      `${ratios.length} ratios and ${grains.length} grains do not go with ${distances.length} distances`,
    );
    return undefined;
  },
};

type Numbers = ArrayLike<number>;

function together(distances: Numbers, ratios: Numbers, grains: Numbers): ResidualSource[] {
  return Array.from(distances, (distance, k) => ({ distance, ratio: ratios[k]!, grain: grains[k]! }));
}
