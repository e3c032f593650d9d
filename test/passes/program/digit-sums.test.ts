/** Sums of digits against sums of bits, and against adding cell by cell. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnSums } from '../../../passes/program/column-sums.ts';
import { digitSums } from '../../../passes/program/digit-sums.ts';
import { bytesOfCodes } from '../../../src/ir/input-codes.ts';
import { codingOf, splitCodes } from '../../../src/ir/input-planes.ts';
import { openPlanes } from '../../../src/kernels/bit-planes.ts';
import { exactTarget } from '../../chip/bench.ts';
import { convGeometry, quantizedLayer, slicedLayer } from '../layers.ts';

const shape = fc.record({
  groups: fc.integer({ min: 1, max: 3 }),
  rows: fc.integer({ min: 1, max: 30 }),
  columns: fc.integer({ min: 1, max: 9 }),
  floor: fc.constantFrom(0, 0.25, 3),
  beside: fc.constantFrom(0, 0.25, 7),
  zero: fc.constantFrom(0, 100),
  polarity: fc.constantFrom('unipolar' as const, 'bipolar' as const),
  seed: fc.integer(),
});
type Shape = typeof shape extends fc.Arbitrary<infer S> ? S : never;
const vectors = 5;

function setUp({ groups, rows, columns, floor, beside, zero, polarity, seed }: Shape, bits: number) {
  const quantization = { scale: 1, zero, signed: false, bits: 8 };
  const plain = quantizedLayer({ groups, rows, columns, weightMax: 7, geometry: convGeometry(1) });
  const node = { ...plain, quantization };
  const layer = slicedLayer(node, { radix: 15 });
  const codes = Uint8Array.from(
    { length: vectors * groups * rows },
    (_, i) => Math.abs(Math.sin(i + seed)) * 256,
  );
  const parts = splitCodes(codes, quantization, codingOf(quantization, layer.inputNumbers, polarity));
  const whole = (size: number) => ({ start: 0, end: size });
  const block = {
    layer: 0,
    slice: 0,
    copy: 0,
    groups: whole(groups),
    rows: whole(rows),
    columns: whole(columns),
    array: 0,
    row: 0,
    repeats: 1,
    column: 0,
  };
  const part = (d: number) => (floor === 0 ? d : Math.max(d, 0));
  const law = { part, floor, beside };
  const bipolar = parts.length > 1 && polarity === 'bipolar';
  const driven = { parts, vectors, bipolar, driver: { ...exactTarget.driver, bits, polarity } };
  return { node, layer, block, parts, bipolar, law, driven };
}

const listed = (values: Float64Array, counts: Uint32Array) =>
  Array.from(values, (value, at) => new Array<number>(counts[at]!).fill(value + 0))
    .flat()
    .sort((a, b) => a - b);

describe('the sums of digits', () => {
  it('of one bit are those of bits', () => {
    fc.assert(
      fc.property(shape, (given) => {
        const { node, layer, block, parts, bipolar, law, driven } = setUp(given, 1);
        const planes = openPlanes(node, parts.map(bytesOfCodes), vectors, bipolar)(block);
        const wanted = Array.from(
          columnSums(block, layer, planes, law),
          ({ values, counts, least, most }) => ({
            sums: listed(values, counts),
            least,
            most,
          }),
        );
        const got = Array.from(digitSums(block, layer, driven, law), ({ values, counts, least, most }) => ({
          sums: listed(values, counts),
          least: least + 0,
          most,
        }));
        expect(got.length).toBe(wanted.length);
        for (const [column, { sums, least, most }] of got.entries()) {
          expect(sums).toEqual(wanted[column]!.sums);
          expect(least).toBeCloseTo(wanted[column]!.least, 9);
          expect(most).toBeCloseTo(wanted[column]!.most, 9);
        }
      }),
    );
  });

  it.each([2, 3, 8])('of %i bits are those of adding cell by cell, within their bounds', (bits) => {
    fc.assert(
      fc.property(shape, (given) => {
        const { node, layer, block, parts, bipolar, law, driven } = setUp(given, bits);
        const { groups, rows, columns } = given;
        const seen = [...digitSums(block, layer, driven, law)];
        expect(seen.length).toBe(groups * columns);
        for (const [logical, { values, counts, least, most }] of seen.entries()) {
          const own = Math.floor(logical / columns);
          const wanted: number[] = [];
          for (let vector = 0; vector < vectors; vector++) {
            for (const turn of bipolar ? [0] : parts.keys()) {
              for (let bit = 0; bit < 8; bit += bits) {
                let sum = 0;
                for (let at = 0; at < groups * rows; at++) {
                  const digit = (part: number) =>
                    Math.floor(parts[part]![vector * groups * rows + at]! / 2 ** bit) % 2 ** bits;
                  const driving = bipolar ? digit(0) - digit(1) : digit(turn);
                  const weight = node.integers[at * columns + (logical % columns)]!;
                  sum +=
                    driving * (Math.floor(at / rows) === own ? law.part(weight) + law.floor : law.beside);
                }
                wanted.push(sum + 0);
              }
            }
          }
          expect(listed(values, counts)).toEqual(wanted.sort((a, b) => a - b));
          expect(least).toBeLessThanOrEqual(wanted[0]!);
          expect(most).toBeGreaterThanOrEqual(wanted.at(-1)!);
        }
      }),
    );
  });
});
