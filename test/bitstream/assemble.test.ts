import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assemble } from '../../src/bitstream/assemble.ts';
import { decodeBytes } from '../../src/bitstream/decode.ts';
import { disassemble } from '../../src/bitstream/disassemble.ts';
import { encodeBitstream } from '../../src/bitstream/encode.ts';
import type { BitstreamHeader } from '../../src/ir/schedule.ts';
import { diagnosticsOf, join, sample, wholes } from './arbitrary.ts';

const textOf = (lines: Iterable<string>): string => `${[...lines].join('\n')}\n`;

const sampleText = `.format 1
.target "tiny-20x12"
.fingerprint ${'ab'.repeat(32)}
.geometry rows=20 columns=12 levels=6 hiddenBits=10 arrays=4

.array 1
  driver bits=1 vRead=0.25
  converter block=7 bits=8 convert=pair zero=128*3 step=0.00001,0.00002,0.00001
  form row=3 mask=0-8,10
  reset row=3 mask=none
  program row=3 column=2 tolerance=0.000001 codes=5,0*3,1
  verify row=3 column=2 count=5 tolerance=0.000002
  program-residual row=3 column=4 tolerance=0.000001 reads=4 scale=2.5 grain=1 distances=-4,4 ratios=17,0.05882353 grains=3,0 values=-300,7
  end

.array 3
  wake-up row=19 cycles=1000
  write-hidden row=19 pair=2 values=-511,0,0,448
  transfer pair=2 firstRow=0 endRow=20
  end
`;

const header = sampleText.slice(0, sampleText.indexOf('\n.array 1'));

describe('disassemble', () => {
  test('prints the text form of FORMAT.md', () => {
    expect(textOf(disassemble(sample.header, sample.programs))).toBe(sampleText);
  });
});

describe('a delta', () => {
  test('has version 2 and names its base, in text and in bytes', () => {
    const base = 'cd'.repeat(32);
    const delta = { ...sample.header, base };
    const text = textOf(disassemble(delta, []));
    expect(text).toBe(
      header.replace('.format 1', '.format 2').replace('.geometry', `.base ${base}\n.geometry`),
    );
    const bytes = assemble(text, 'x');
    expect(decodeBytes(bytes, 'x').header).toEqual(delta);
    expect([bytes[8], bytes[10]]).toEqual([2, 96 + 'tiny-20x12'.length]);
    expect(bytes.subarray(60, 92)).toEqual(Buffer.from(base, 'hex'));
    expect(String(bytes.subarray(92, 102))).toBe('tiny-20x12');
  });
});

describe('assemble', () => {
  test('gives the bytes back, for every bitstream', () => {
    fc.assert(
      fc.property(wholes, ({ header, programs }) => {
        const bytes = join(encodeBitstream(header, programs));
        const decoded = decodeBytes(bytes, 'x');
        const again = assemble(textOf(disassemble(decoded.header, decoded.programs)), 'x');
        expect(Buffer.from(bytes).equals(again)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('prints every binary32 so that it reads back', () => {
    const pattern = fc.integer({ min: 1, max: 0x7f7fffff });
    fc.assert(
      fc.property(pattern, (bits) => {
        const vRead = new Float32Array(Uint32Array.of(bits).buffer)[0]!;
        const whole = {
          header: sample.header,
          programs: [{ array: 0, instructions: [{ op: 'driver', bits: 1, vRead } as const] }],
        };
        const bytes = assemble(textOf(disassemble(whole.header, whole.programs)), 'x');
        expect(decodeBytes(bytes, 'x').programs).toEqual(whole.programs);
      }),
      { numRuns: 2000 },
    );
  });

  test('takes comments, blank lines, tabs, Windows line ends and fields in any order', () => {
    const text = `# a comment\r\n\r\n${header.replace('"\n', '" # named so\n')}
\t.array   1 # the first
 program codes=5,0,0*2,1\ttolerance=1e-6 column=2 row=3#cells
end`;
    const { programs } = decodeBytes(assemble(text, 'x'), 'x');
    expect(programs).toEqual([{ array: 1, instructions: [sample.programs[0]!.instructions[4]] }]);
  });

  test.each(['a # "b" \\ c', 'tab\t line\n end', '\u2028\u2029\ufeff', '名前'])(
    'keeps the target name %j',
    (target) => {
      const named: BitstreamHeader = { ...sample.header, target };
      const bytes = assemble(textOf(disassemble(named, [])), 'x');
      expect(decodeBytes(bytes, 'x').header).toEqual(named);
    },
  );
});

describe('mistakes in the text', () => {
  /** `line: message` of every diagnostic. */
  const mistakes = (text: string): string[] =>
    diagnosticsOf(() => assemble(text, 'x.txt')).map((d) => {
      expect(d.code).toBe('bitstream/syntax');
      return `${d.at} ${d.message}`;
    });

  test.each([
    ['jump row=1', "there is no statement 'jump'"],
    ['toString row=1', "there is no statement 'toString'"],
    ['driver bits=1', "the field 'vRead' is missing"],
    ['driver bits=1 bits=2 vRead=1', "the field 'bits' is given twice"],
    ['driver bits=1 vRead=1 row=3', "there is no field 'row' here, only bits, vRead"],
    ['driver bits vRead=1', "'bits' is not of the form field=value"],
    ['driver bits=1.5 vRead=1', "driver: bits: '1.5' is not an integer"],
    ['driver bits=0x2 vRead=1', "driver: bits: '0x2' is not an integer"],
    ['driver bits=1 vRead=fast', "driver: vRead: 'fast' is not a number"],
    ['driver bits=1 vRead=1e60', 'driver: vRead Infinity is not a finite binary32 above zero'],
    ['driver bits=1 vRead=1e-60', 'driver: vRead 0 is not a finite binary32 above zero'],
    ['driver bits=33 vRead=1', 'driver: bits 33 is not an integer from 1 to 32'],
    ['form row=0 mask=3-12', "form: mask: '3-12' is not an ascending range of columns from 0 to 11"],
    ['form row=0 mask=3,3', "form: mask: '3' is not an ascending range of columns from 0 to 11"],
    ['form row=0 mask=', "form: mask: '' is not an ascending range of columns from 0 to 11"],
    ['program row=0 column=0 tolerance=1 codes=', "program: codes: '' is not an integer"],
    [
      'program row=0 column=0 tolerance=1 codes=65536',
      'program: codes: 65536 is not an integer from 0 to 65535',
    ],
    ['program row=0 column=0 tolerance=1 codes=6', 'program: codes 6 is not an integer from 0 to 5'],
    [
      'program row=0 column=0 tolerance=1 codes=0*0',
      "program: codes: '0*0' does not leave 1 to 65535 values",
    ],
    [
      'program row=0 column=0 tolerance=1 codes=0*4000000000',
      "program: codes: '0*4000000000' does not leave 1 to 65535 values",
    ],
    ['program row=0 column=9 tolerance=1 codes=0*4', 'program: count 4 is not an integer from 1 to 3'],
    [
      'converter block=0 bits=8 convert=both zero=0 step=1',
      "converter: convert: 'both' is neither pair nor column",
    ],
    ['converter block=0 bits=8 convert=pair zero=0,0 step=1', 'converter: 1 steps do not go with 2 zeros'],
    [
      'converter block=0 bits=8 convert=pair zero=2147483648 step=1',
      'converter: zero: 2147483648 is not an integer from -2147483648 to 2147483647',
    ],
    ['end row=1', 'end takes no fields'],
  ])('%s', (line, message) => {
    expect(mistakes(`${header}.array 0\n${line}\n${line.startsWith('end') ? '' : 'end'}`)).toEqual([
      `x.txt:6 ${message}`,
    ]);
  });

  test.each([
    [
      'nothing at all',
      '',
      ['.format', '.target', '.fingerprint', '.geometry'].map(
        (name) => `x.txt:1 there is no ${name} before this line`,
      ),
    ],
    [
      'an array without end',
      `${header}.array 0\n.array 1\nend`,
      ['x.txt:6 the array before this line has no end'],
    ],
    ['a last array without end', `${header}.array 0\n`, ['x.txt:5 the array has no end']],
    ['instructions outside', `${header}.array 0\nend\nend`, ["x.txt:7 'end' stands outside of an array"]],
    [
      'descending arrays',
      `${header}.array 2\nend\n.array 2\nend`,
      ['x.txt:7 array 2 does not come after array 2'],
    ],
    ['too high an array', `${header}.array 4\nend`, ['x.txt:5 array 4 is not an integer from 0 to 3']],
    ['no array number', `${header}.array\nend`, ['x.txt:5 .array takes one number']],
    [
      'another version',
      header.replace('1', '2'),
      ['x.txt:1 this version of the text form is not known, only 1 and 3 without .base'],
    ],
    [
      'a delta of version 1',
      `${header}.base ${'0'.repeat(64)}`,
      ['x.txt:1 this version of the text form is not known, only 2 and 4 with .base'],
    ],
    [
      'a short base',
      `${header.replace('1', '2')}.base 12`,
      ['x.txt:5 the base is not 64 lower-case hexadecimal digits'],
    ],
    ['a bare name', header.replaceAll('"', ''), ['x.txt:2 the target name is not a JSON string']],
    [
      'a long name',
      header.replace('tiny', 'x'.repeat(250)),
      ['x.txt:2 name length 256 is not an integer from 1 to 255'],
    ],
    [
      'a short fingerprint',
      header.replace('abab', ''),
      ['x.txt:3 the fingerprint is not 64 lower-case hexadecimal digits'],
    ],
    [
      'a wrong geometry',
      header.replace('levels=6', 'levels=1'),
      ['x.txt:4 levels 1 is not an integer from 2 to 65536'],
    ],
    ['a directive twice', `${header}.format 1`, ['x.txt:5 .format is given twice']],
    ['an early instruction', `${header}end`, ["x.txt:5 'end' cannot stand before the first .array"]],
  ])('%s', (_name, text, expected) => {
    expect(mistakes(text)).toEqual(expected);
  });

  test('are all reported at once, also behind a wrong header', () => {
    const text = `${header.replace('rows=20', 'rows=0')}.array 0\njump\ndriver bits=1 vRead=-1\nend\n.array 0\nend`;
    expect(mistakes(text)).toEqual([
      'x.txt:4 rows 0 is not an integer from 1 to 65535',
      "x.txt:6 there is no statement 'jump'",
      'x.txt:7 driver: vRead -1 is not a finite binary32 above zero',
      'x.txt:9 array 0 does not come after array 0',
    ]);
  });
});
