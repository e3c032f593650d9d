/** The network with rounded inputs against the same computed by hand. */
import { expect, test } from 'vitest';
import { compile, lowerAsRecorded } from '../../src/compile/compile.ts';
import { parseOptions } from '../../src/ir/options.ts';
import { openStream } from '../../src/math/random.ts';
import { float32 } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { openSession } from '../../src/runtime/session.ts';
import { loadTarget } from '../../src/target/load.ts';
import { roundedInputs } from '../../src/tune/rounded.ts';
import { modelOf, samplesOf } from '../support/build.ts';
import { model, node } from '../support/onnx-model.ts';

const channels = 8;
const layers = 3;
const draws = openStream(1, 'test', 0);
/** [layer][output][input]; outputs of very different sizes, which the next layer's weights even out. */
const weights = Array.from({ length: layers }, () =>
  Array.from({ length: channels }, (_, o) =>
    Array.from({ length: channels }, (_, i) => draws.normal() * 4 ** (o - i)),
  ),
);

test('inputs are rounded to their codes, and nothing else is', async () => {
  const net = modelOf(
    model({
      inputs: { x: ['N', channels, 1, 1] },
      outputs: { y2: ['N', channels, 1, 1] },
      constants: Object.fromEntries(
        weights.map((w, l) => [`w${l}`, float32([channels, channels, 1, 1], w.flat())]),
      ),
      nodes: weights.flatMap((_, l) => [
        ...(l > 0 ? [node('Relu', [`y${l - 1}`], [`r${l}`], {}, `relu${l}`)] : []),
        node('Conv', [l === 0 ? 'x' : `r${l}`, `w${l}`], [`y${l}`], {}, `conv${l}`),
      ]),
    }),
  );
  const count = 64;
  const x = Float32Array.from({ length: count * channels }, (_, at) => draws.normal() * 4 ** (at % channels));
  const feeds = { x: float32([count, channels, 1, 1], x) };
  const [ideal, options] = [
    await loadTarget('ideal'),
    parseOptions({ target: 'ideal', centredInputs: false }),
  ];
  const compiled = await compile(net, ideal, options, { kind: 'samples', samples: samplesOf([feeds]) });
  const real = await lowerAsRecorded(net, ideal, options, compiled.record);
  const session = await openSession(encodeModel(roundedInputs(real, compiled.graph)));
  const got = (await session.run(feeds)).y2!.data as Float32Array;
  await session.release();

  const codings = compiled.graph.nodes.flatMap((n) => (n.kind === 'quantized-mvm' ? [n.quantization] : []));
  let [signal, noise] = [0, 0];
  for (let n = 0; n < count; n++) {
    let values = Array.from(x.subarray(n * channels, (n + 1) * channels));
    for (const [l, { scale, zero, signed }] of codings.entries()) {
      const least = signed ? -128 : -zero;
      const rounded = values.map(
        (v) =>
          scale * Math.min(least + 255, Math.max(least, Math.round((l > 0 ? Math.max(0, v) : v) / scale))),
      );
      values = weights[l]!.map((row) => row.reduce((sum, w, i) => sum + w * rounded[i]!, 0));
    }
    for (const [c, value] of values.entries()) {
      signal += value ** 2 / 16 ** c;
      noise += (got[n * channels + c]! - value) ** 2 / 16 ** c;
    }
  }
  expect(codings.length).toBe(layers);
  expect(10 * Math.log10(signal / noise)).toBeGreaterThan(60);
});
