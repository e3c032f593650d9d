/** Bit planes, and both ways of converting and adding them, against integer arithmetic. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { int } from '../../src/ir/graph.ts';
import { emitConversion, emitWeightedConversion, roundingOffsets } from '../../src/lower/converter.ts';
import { createEmitter, type Emitter } from '../../src/lower/emit.ts';
import { emitPlanes, emitWeightedPlanes, planesOf } from '../../src/lower/planes.ts';
import { float32, int64, uint8 } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openSession } from '../../src/runtime/session.ts';

/** Enough channels for onnxruntime's blocked convolutions. */
const channels = 32;
const side = 8;
const outputs = 16;
const length = channels * side * side;
const codes = Uint8Array.from({ length }, (_, i) => (i * 37 + (i >> 8)) & 255);

const bitOf = (code: number, bit: number) => (code >> bit) & 1;
const layerOf = (signed: boolean) => ({
  geometry: {
    kind: 'conv' as const,
    kernel: [1, 1],
    strides: [1, 1],
    dilations: [1, 1],
    pads: [0, 0, 0, 0],
    autoPad: 'NOTSET' as const,
  },
  quantization: { scale: 1, zero: 0, signed, bits: 8 },
  inputCoding: 'binary' as const,
  driverBits: 1,
});

/** Runs what `write` emits for the codes. */
async function run(write: (emit: Emitter) => readonly string[]): Promise<Float32Array[]> {
  const emit = createEmitter('t', { name: 't', op: 'Test', index: 0 });
  const names = write(emit);
  const session = await openSession(
    encodeModel({
      name: 'planes',
      irVersion: 10,
      opsets: { '': 21 },
      inputs: [{ name: 'codes', elementType: 2, dims: [1, channels, side, side] }],
      outputs: names.map((name) => ({ name, elementType: 1, dims: undefined })),
      nodes: emit.nodes,
      constants: emit.constants,
      functions: [],
    }),
  );
  const results = await session.run({ codes: uint8([1, channels, side, side], codes) });
  await session.release();
  return names.map((name) => results[name]!.data as Float32Array);
}

describe.each([false, true])('signed codes: %s', (signed) => {
  const weights = planesOf(layerOf(signed)).map(({ weight }) => weight);

  it('planes are the bits of the codes', async () => {
    const [stacked, ...apart] = await run((emit) => [
      emitPlanes(emit, layerOf(signed), ['codes']).planes,
      ...emitWeightedPlanes(emit, layerOf(signed), ['codes']),
    ]);
    for (let bit = 0; bit < 8; bit++) {
      const bits = Float32Array.from(codes, (code) => bitOf(code, bit));
      expect(stacked!.subarray(bit * length, (bit + 1) * length)).toEqual(bits);
      expect(apart[bit]!.map((value) => value / weights[bit]!)).toEqual(bits);
    }
    expect(codes.map((code) => weights.reduce((sum, w, bit) => sum + w * bitOf(code, bit), 0))).toEqual(
      codes,
    );
  });

  it.each([1, 2, 4, 8, 9, 12, 16])('%i-bit conversions, stacked and apart', async (bits) => {
    const top = 2 ** (bits - 1);
    // Quarters, so that sums are exact and some lie on half codes; large enough that some saturate.
    const kernel = Float32Array.from(
      { length: outputs * channels },
      (_, i) => Math.round(Math.sin(1.7 * i * i) * top) / 4 + (i % 3) / 4,
    );
    const zeros = Float32Array.from({ length: outputs }, (_, o) => (o % 5) - 2);
    const shape = [outputs, 1, 1];
    const offsets = roundingOffsets(weights);
    const [stacked, apart] = await run((emit) => {
      const conductances = emit.constant('kernel', float32([outputs, channels, 1, 1], kernel));
      const convolve = (input: string) => emit.op('Conv', [input, conductances]);
      const sums = convolve(emitPlanes(emit, layerOf(signed), ['codes']).planes);
      const given = emit.op('Add', [sums, emit.constant('zero', float32(shape, zeros))]);
      const { value } = emitConversion(emit, bits, given);
      const rows = emit.op('Reshape', [value, emit.constant('rows', int64([2], [8, -1]))]);
      const real = emit.op('Cast', [rows], { to: int(1) });
      const converted = emitWeightedPlanes(emit, layerOf(signed), ['codes']).map((plane, bit) => {
        const [weight, offset] = [weights[bit]!, offsets[bit]!];
        const zero = float32(
          shape,
          Float32Array.from(zeros, (z) => offset + weight * z),
        );
        const constant = emit.constant(`zero_${bit}`, zero);
        return emitWeightedConversion(emit, bits, convolve(plane), { index: bit, weight, offset }, constant);
      });
      return [
        emit.op('MatMul', [emit.constant('weights', float32([1, 8], weights)), real]),
        converted.reduceRight((sum, plane) => emit.op('Add', [sum, plane])),
      ];
    });
    const count = { halves: 0, saturated: 0 };
    const wanted = new Float32Array(outputs * side * side);
    for (let i = 0; i < wanted.length; i++) {
      const [output, position] = [Math.floor(i / (side * side)), i % (side * side)];
      for (let bit = 0; bit < 8; bit++) {
        let sum = zeros[output]!;
        for (let c = 0; c < channels; c++)
          sum += kernel[output * channels + c]! * bitOf(codes[c * side * side + position]!, bit);
        const below = Math.floor(sum);
        const half = sum - below === 0.5;
        const nearest = half ? below + (Math.abs(below) % 2) : Math.round(sum);
        if (half) count.halves++;
        if (nearest < -top || nearest >= top) count.saturated++;
        wanted[i]! += weights[bit]! * Math.max(-top, Math.min(top - 1, nearest));
      }
    }
    expect(stacked).toEqual(wanted);
    expect(apart).toEqual(wanted);
    expect(count.halves).toBeGreaterThan(100);
    expect(count.saturated).toBeGreaterThan(100);
  });
});

it('offsets cancel, and no sum of converted planes is rounded on the way', () => {
  const doublings = fc.array(fc.boolean(), { minLength: 7, maxLength: 7 });
  const all = fc.array(fc.integer({ min: -32768, max: 32767 }), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(doublings, fc.boolean(), all, (doubles, signed, converted) => {
      fc.pre(doubles.filter(Boolean).length >= 2);
      const weights = [1];
      for (const twice of doubles) weights.push(weights.at(-1)! * (twice ? 2 : 1));
      if (signed) weights[7]! *= -1;
      const offsets = roundingOffsets(weights);
      expect(offsets.reduce((a, b) => a + b)).toBe(0);
      for (const [bit, offset] of offsets.entries()) {
        // Between 2^23 and 2^24 weights, with room for every code: there a float counts in whole weights.
        const size = Math.abs(offset / weights[bit]!);
        expect(size - 65536).toBeGreaterThan(2 ** 23);
        expect(size + 65536).toBeLessThan(2 ** 24);
      }
      const terms = converted.map((code, bit) => weights[bit]! * code);
      const sum = terms.reduceRight((total, term, bit) => Math.fround(total + (offsets[bit]! + term)), 0);
      expect(sum).toBe(terms.reduce((a, b) => a + b));
    }),
  );
});
