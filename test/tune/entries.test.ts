import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layerOptions, parseOptions } from '../../src/ir/options.ts';
import { entriesFor, type Wish } from '../../src/tune/entries.ts';

const given = { copies: 1, digital: false };
const wish = (name: string, wanted: Wish['wanted'] = {}): Wish => ({
  name,
  given,
  wanted: { ...given, ...wanted },
});

/** Names as PyTorch exports them. */
const block = (i: number) => ({
  expand: `/features/features.${i}/conv/conv.0/conv.0.0/Conv`,
  depthwise: `/features/features.${i}/conv/conv.1/conv.1.0/Conv`,
  project: `/features/features.${i}/conv/conv.2/Conv`,
});
const blocks = Array.from({ length: 16 }, (_, i) => block(i + 2));
/** The first block has no expansion. */
const firstDepthwise = '/features/features.1/conv/conv.0/conv.0.0/Conv';

describe('entries of an options file', () => {
  test('layers that are alike but for their numbers share one', () => {
    const wishes = blocks.flatMap(({ expand, depthwise, project }) => [
      wish(expand),
      wish(depthwise, { copies: 4 }),
      wish(project, { copies: 2 }),
    ]);
    expect(entriesFor(wishes)).toEqual([
      { match: '/features/features.*/conv/conv.1/conv.1.0/Conv', copies: 4 },
      { match: '/features/features.*/conv/conv.2/Conv', copies: 2 },
    ]);
  });

  test('what a pattern matches besides is set right after it', () => {
    const wishes = [
      wish(firstDepthwise, { copies: 4 }),
      ...blocks.flatMap(({ expand, depthwise }) => [
        wish(expand, { copies: 2 }),
        wish(depthwise, { copies: 4 }),
      ]),
    ];
    expect(entriesFor(wishes)).toEqual([
      { match: '/features/features.*/conv/conv.1/conv.1.0/Conv', copies: 4 },
      { match: '/features/features.*/conv/conv.0/conv.0.0/Conv', copies: 2 },
      { match: firstDepthwise, copies: 4 },
    ]);
  });

  test('nothing is said of layers that stay as they are', () => {
    expect(entriesFor([wish('a1'), wish('a2')])).toEqual([]);
  });

  test('give every layer what is wished, whatever the names', () => {
    const name = fc
      .array(fc.constantFrom('a', 'b', '1', '2', '10', '/', '*', '?', '\\'), { minLength: 1, maxLength: 6 })
      .map((parts) => parts.join(''));
    const wanted = fc.constantFrom<Wish['wanted']>({}, { copies: 2 }, { copies: 4 }, { digital: true });
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(name, wanted), { selector: ([own]) => own }), (all) => {
        const options = parseOptions({ layers: [...entriesFor(all.map(([own, want]) => wish(own, want)))] });
        for (const [own, want] of all)
          expect({ ...given, ...layerOptions(options, { name: own, op: 'Conv', index: 0 }) }).toEqual({
            ...given,
            ...want,
          });
      }),
      { numRuns: 500 },
    );
  });
});
