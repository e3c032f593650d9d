/** Models that come quantized keep what they came with: the grid of their weights, and the codes of their inputs. */
import { describe, expect, it } from 'vitest';
import { foldBatchNorm } from '../../passes/lower/fold-batch-norm.ts';
import { foldConstants } from '../../passes/lower/fold-constants.ts';
import { lowerLinear } from '../../passes/lower/lower-linear.ts';
import { toDoubles } from '../../src/math/tensor.ts';
import { upgradeOpset } from '../../src/onnx/upgrade.ts';
import { loadTarget } from '../../src/target/load.ts';
import { compileModel } from '../support/build.ts';
import { present, shared, sharedFeeds, sharedModel } from '../support/shared-models.ts';

if (!present) console.log(`skipped: no shared data at ${shared}`);

describe.skipIf(!present)('a model with QuantizeLinear and DequantizeLinear', () => {
  it.each(['mlperf-tiny-dscnn-qdq', 'mlperf-tiny-resnet8-qdq'])(
    '%s keeps its weights and its input scales',
    async (name) => {
      const model = await sharedModel(name);
      const compiled = await compileModel(
        model,
        await loadTarget('ideal'),
        await sharedFeeds(name, model, 2),
      );
      const real = foldBatchNorm.run(
        lowerLinear.run(await foldConstants.run(upgradeOpset(model.graph)), { file: name }),
      );
      const steps = new Set(
        model.graph.nodes.flatMap((node) => {
          const scale = node.kind === 'onnx' && node.op === 'QuantizeLinear' ? node.inputs[1] : undefined;
          const tensor = scale ? model.graph.constants.get(scale) : undefined;
          return tensor ? [...toDoubles(tensor)!] : [];
        }),
      );
      const layers = compiled.graph.nodes.filter((n) => n.kind === 'quantized-mvm');
      expect(layers.length).toBeGreaterThan(5);
      for (const layer of layers) {
        const original = real.nodes.find((n) => n.kind === 'mvm' && n.output === layer.output);
        if (original?.kind !== 'mvm') throw new Error(`no layer ${layer.output}`);
        const weights = original.weights();
        // Half a thousandth of a step: what 32-bit floats leave of a grid.
        weights.forEach((weight, at) => {
          const group = Math.floor(at / (layer.rows * layer.columns));
          const scale = layer.scales[group * layer.columns + (at % layer.columns)]!;
          expect(Math.abs(weight - layer.integers[at]! * scale)).toBeLessThanOrEqual(5e-4 * scale);
        });
        expect(steps).toContain(layer.quantization.scale);
      }
    },
  );
});
