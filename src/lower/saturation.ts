/** Counts the conversions of a layer that saturate, as an output of the lowered graph beside the layer's own. */
import type { CrossbarLayer } from '../ir/crossbar.ts';
import { int } from '../ir/graph.ts';
import { float32, int64 } from '../math/tensor.ts';
import { type Abreast, positionsAbreast } from './abreast.ts';
import type { Emitter } from './emit.ts';
import { selectOutputs } from './epilogue.ts';
import type { FoldedLayer } from './folded.ts';
import { outputPositions } from './units.ts';

/** Value with two numbers (floats): conversions that saturate, and all conversions. */
export const saturationOf = (output: string): string => `${output}/saturation`;

/** Counts what converters are given, before they round: codes, times `factor`. */
export interface SaturationCount {
  add(given: string, parts: Abreast, factor?: number): void;
  /** Emits the value with the counts, `saturationOf` the layer's output. */
  finish(): string;
}

export function countSaturation(emit: Emitter, layer: CrossbarLayer, folded: FoldedLayer): SaturationCount {
  const top = 2 ** (layer.adcBits - 1) - 1;
  const positions = outputPositions(layer, folded);
  const outside: string[] = [];
  const sizes: string[] = [];
  const one = emit.constant('one_count', int64([1], [1]));
  const count = (value: string) => emit.op('Reshape', [value, one]);
  return {
    add(given, parts, factor = 1) {
      const columns = folded.slots * layer.columns;
      const all = Array.from({ length: parts.count }, (_, i) => parts.first + i);
      const own = Int32Array.from(
        all.flatMap((part) => [...positionsAbreast(positions, columns, parts, part)]),
      );
      const values = selectOutputs(emit, layer, own, parts.zero.length, given);
      const ends = [-top - 1.5, top + 0.5].map((x) => factor * x);
      const limit = (what: string, x: number) =>
        emit.constant(`saturated_${what}_${factor}`, float32([], [x]));
      const over = emit.op('Or', [
        emit.op('Less', [values, limit('below', Math.min(...ends))]),
        emit.op('Greater', [values, limit('above', Math.max(...ends))]),
      ]);
      const whole = emit.op('ReduceSum', [emit.op('Cast', [over], { to: int(6) })], { keepdims: int(0) });
      outside.push(count(emit.op('Cast', [whole], { to: int(7) })));
      sizes.push(count(emit.op('Size', [values])));
    },
    finish() {
      const sum = (counts: readonly string[]) => counts.reduce((a, b) => emit.op('Add', [a, b]));
      const both = emit.op('Concat', [sum(outside), sum(sizes)], { axis: int(0) });
      return emit.op('Cast', [both], { to: int(1) }, saturationOf(layer.output));
    },
  };
}
