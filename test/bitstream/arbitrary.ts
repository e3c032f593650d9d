/** Random legal bitstreams with all kinds of instructions, and one small bitstream written by hand. */
import fc from 'fast-check';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import type { ArrayGeometry, ArrayProgram, BitstreamHeader, Instruction } from '../../src/ir/schedule.ts';

export interface Whole {
  readonly header: BitstreamHeader;
  readonly programs: readonly ArrayProgram[];
}

const quantity = fc.float({ min: Math.fround(1e-30), max: Math.fround(1e30), noNaN: true });

/** First place and length of a run of places within `size`. */
const span = (size: number): fc.Arbitrary<{ first: number; count: number }> =>
  fc
    .nat(size - 1)
    .chain((first) => fc.integer({ min: 1, max: size - first }).map((count) => ({ first, count })));

const exactly = (count: number) => ({ minLength: count, maxLength: count });

function mask(columns: number): fc.Arbitrary<Uint8Array> {
  return fc.oneof(fc.constant(0), fc.constant(1), fc.nat()).chain((kind) =>
    fc.array(kind > 1 ? fc.boolean() : fc.constant(kind === 1), exactly(columns)).map((bits) => {
      const bytes = new Uint8Array(Math.ceil(columns / 8));
      for (const [c, bit] of bits.entries()) if (bit) bytes[c >> 3]! |= 1 << (c & 7);
      return bytes;
    }),
  );
}

function instruction(g: ArrayGeometry): fc.Arbitrary<Instruction> {
  const row = fc.nat(g.rows - 1);
  const bits = fc.integer({ min: 1, max: 32 });
  const zero = fc.oneof(
    fc.integer({ min: -128, max: 127 }),
    fc.integer({ min: -32768, max: 32767 }),
    fc.integer(),
  );
  const kinds: fc.Arbitrary<Instruction>[] = [
    fc.record({ op: fc.constant('driver' as const), bits, vRead: quantity }),
    span(g.columns).chain(({ count }) =>
      fc.record({
        op: fc.constant('converter' as const),
        block: fc.nat(2 ** 32 - 1),
        bits,
        convert: fc.constantFrom('pair' as const, 'column' as const),
        zero: fc
          .oneof(
            zero.chain((z) => fc.array(fc.constant(z), exactly(count))),
            fc.array(zero, exactly(count)),
          )
          .map((values) => Int32Array.from(values)),
        step: fc
          .oneof(
            quantity.chain((s) => fc.array(fc.constant(s), exactly(count))),
            fc.array(quantity, exactly(count)),
          )
          .map((values) => Float32Array.from(values)),
      }),
    ),
    fc.record({ op: fc.constantFrom('form' as const, 'reset' as const), row, mask: mask(g.columns) }),
    span(g.columns).chain(({ first, count }) =>
      fc.record({
        op: fc.constant('program' as const),
        row,
        column: fc.constant(first),
        tolerance: quantity,
        codes: fc
          .array(fc.oneof(fc.constant(0), fc.nat(g.levels - 1)), exactly(count))
          .map((values) => Uint16Array.from(values)),
      }),
    ),
    span(g.columns).chain(({ first, count }) =>
      fc.record({
        op: fc.constant('verify' as const),
        row,
        column: fc.constant(first),
        count: fc.constant(count),
        tolerance: quantity,
      }),
    ),
  ];
  if (g.columns >= 4) kinds.push(residual(g));
  if (g.updates) kinds.push(...updates(g));
  const pairs = Math.floor(g.columns / 2);
  if (g.hiddenBits > 0) {
    kinds.push(
      fc.record({
        op: fc.constant('wake-up' as const),
        row,
        cycles: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
      }),
    );
  }
  if (g.hiddenBits > 0 && pairs > 0) {
    const limit = 2 ** (g.hiddenBits - 1) - 1;
    kinds.push(
      span(pairs).chain(({ first, count }) =>
        fc.record({
          op: fc.constant('write-hidden' as const),
          row,
          pair: fc.constant(first),
          values: fc
            .array(fc.integer({ min: -limit, max: limit }), exactly(count))
            .map((values) => Int16Array.from(values)),
        }),
      ),
      span(g.rows).chain(({ first, count }) =>
        fc.record({
          op: fc.constant('transfer' as const),
          pair: fc.nat(pairs - 1),
          firstRow: fc.constant(first),
          endRow: fc.constant(first + count),
        }),
      ),
    );
  }
  return fc.oneof(...kinds);
}

/** Runs of equally many pairs, side by side with gaps; one of them is programmed and the others are read. */
function residual(g: ArrayGeometry): fc.Arbitrary<Instruction> {
  return fc.integer({ min: 1, max: Math.floor(g.columns / 4) }).chain((count) => {
    const width = 2 * count;
    const runs = fc
      .array(fc.nat(3), { minLength: 2, maxLength: 6 })
      .map((gaps) => {
        let end = 0;
        return gaps.map((gap, k) => {
          const start = end + (k === 1 && end + gap + width > g.columns ? 0 : k === 0 ? 0 : gap);
          end = start + width;
          return start;
        });
      })
      .map((starts) => starts.filter((start) => start + width <= g.columns));
    return runs.chain((starts) =>
      fc.nat(starts.length - 1).chain((own) =>
        fc.record({
          op: fc.constant('program-residual' as const),
          row: fc.nat(g.rows - 1),
          column: fc.constant(starts[own]!),
          tolerance: quantity,
          reads: fc.integer({ min: 1, max: 255 }),
          scale: quantity,
          grain: fc.integer({ min: 1, max: g.levels - 1 }),
          sources: fc.tuple(
            ...starts
              .filter((_, k) => k !== own)
              .map((start) =>
                fc.record({
                  distance: fc.constant(start - starts[own]!),
                  ratio: quantity,
                  grain: fc.nat(g.levels - 1),
                }),
              ),
          ),
          values: fc
            .array(fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }), exactly(count))
            .map((values) => Int16Array.from(values)),
        }),
      ),
    );
  });
}

/** Parallel updates of blocks of cells. */
function updates(g: ArrayGeometry): fc.Arbitrary<Instruction>[] {
  const block = { bias: fc.constantFrom('half' as const, 'gate' as const) };
  const lists = fc.tuple(span(Math.min(g.rows, 50)), span(g.columns), fc.integer({ min: 1, max: 32 }));
  return [
    lists.chain(([rows, columns, length]) => {
      const values = (count: number) =>
        fc
          .array(fc.integer({ min: -32767, max: 32767 }), exactly(count))
          .map((list) => Int16Array.from(list));
      return fc.record({
        op: fc.constant('update' as const),
        ...block,
        length: fc.constant(length),
        vSet: quantity,
        vReset: quantity,
        key: fc.nat(2 ** 32 - 1),
        row: fc.constant(rows.first),
        column: fc.constant(columns.first),
        x: values(rows.count),
        d: values(columns.count),
      });
    }),
    lists.chain(([rows, columns, length]) => {
      const trains = (count: number) =>
        fc.array(fc.nat(2 ** length - 1), exactly(count)).map((list) => Uint32Array.from(list));
      return fc.record({
        op: fc.constant('update-bits' as const),
        ...block,
        length: fc.constant(length),
        direction: fc.constantFrom('set' as const, 'reset' as const),
        voltage: quantity,
        row: fc.constant(rows.first),
        column: fc.constant(columns.first),
        rowTrains: trains(rows.count),
        columnTrains: trains(columns.count),
      });
    }),
  ];
}

const hash = fc.uint8Array(exactly(32)).map((bytes) => Buffer.from(bytes).toString('hex'));

/** Legal bitstreams, and deltas among them. */
export const wholes: fc.Arbitrary<Whole> = fc
  .record(
    {
      target: fc
        .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
        .filter((name) => new TextEncoder().encode(name).length <= 255),
      fingerprint: hash,
      base: hash,
      rows: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(65535)),
      columns: fc.integer({ min: 1, max: 40 }),
      levels: fc.constantFrom(2, 3, 8, 15, 64, 2048, 65535, 65536),
      hiddenBits: fc.constantFrom(0, 2, 10, 16),
      updates: fc.constant(true as const),
      arrays: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(2 ** 32 - 1)),
    },
    {
      requiredKeys: ['target', 'fingerprint', 'rows', 'columns', 'levels', 'hiddenBits', 'arrays'],
    },
  )
  .chain((header) =>
    fc
      .uniqueArray(fc.nat(header.arrays - 1), { maxLength: 4 })
      .map((arrays) => arrays.sort((a, b) => a - b))
      .chain((arrays) =>
        fc
          .tuple(
            ...arrays.map((array) =>
              fc
                .array(instruction(header), { maxLength: 6 })
                .map((instructions) => ({ array, instructions })),
            ),
          )
          .map((programs) => ({ header, programs })),
      ),
  );

/** Every kind of instruction on 20 x 12 cells with 6 levels. */
export const sample: Whole = {
  header: {
    target: 'tiny-20x12',
    fingerprint: 'ab'.repeat(32),
    rows: 20,
    columns: 12,
    levels: 6,
    hiddenBits: 10,
    arrays: 4,
  },
  programs: [
    {
      array: 1,
      instructions: [
        { op: 'driver', bits: 1, vRead: 0.25 },
        {
          op: 'converter',
          block: 7,
          bits: 8,
          convert: 'pair',
          zero: Int32Array.of(128, 128, 128),
          step: Float32Array.of(1e-5, 2e-5, 1e-5),
        },
        { op: 'form', row: 3, mask: Uint8Array.of(0xff, 0x05) },
        { op: 'reset', row: 3, mask: Uint8Array.of(0x00, 0x00) },
        {
          op: 'program',
          row: 3,
          column: 2,
          tolerance: Math.fround(1e-6),
          codes: Uint16Array.of(5, 0, 0, 0, 1),
        },
        { op: 'verify', row: 3, column: 2, count: 5, tolerance: Math.fround(2e-6) },
        {
          op: 'program-residual',
          row: 3,
          column: 4,
          tolerance: Math.fround(1e-6),
          reads: 4,
          scale: 2.5,
          grain: 1,
          sources: [
            { distance: -4, ratio: 17, grain: 3 },
            { distance: 4, ratio: Math.fround(1 / 17), grain: 0 },
          ],
          values: Int16Array.of(-300, 7),
        },
      ],
    },
    {
      array: 3,
      instructions: [
        { op: 'wake-up', row: 19, cycles: 1000 },
        { op: 'write-hidden', row: 19, pair: 2, values: Int16Array.of(-511, 0, 0, 448) },
        { op: 'transfer', pair: 2, firstRow: 0, endRow: 20 },
      ],
    },
  ],
};

/** Concatenates pieces. */
export function join(pieces: Iterable<Uint8Array>): Uint8Array {
  return new Uint8Array(Buffer.concat([...pieces]));
}

/** The diagnostics that `act` raises; fails where it raises nothing or anything else. */
export function diagnosticsOf(act: () => unknown): DiagnosticError['diagnostics'] {
  try {
    act();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics;
    throw error;
  }
  throw new Error('no diagnostic was raised');
}
