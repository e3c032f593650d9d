/** Compiles a model of one layer, runs the lowered chip in onnxruntime, and compares every output with the direct MVM. */
import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { decodeBytes } from '../../src/bitstream/decode.ts';
import type { Chip } from '../../src/chip/chip.ts';
import { drawConverters, drawDrivers } from '../../src/chip/converter-errors.ts';
import type { FaultMap } from '../../src/ir/fault-map.ts';
import type { Graph } from '../../src/ir/graph.ts';
import type { BitstreamHeader } from '../../src/ir/schedule.ts';
import { saturationOf } from '../../src/lower/saturation.ts';
import { float32, sizeOf, type Tensor } from '../../src/math/tensor.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { type Package, pathIn } from '../../src/package/open.ts';
import type { Device } from '../../src/runtime/device.ts';
import { openSession, type Session } from '../../src/runtime/session.ts';
import { lowerChip, type SimulateOptions, simulate } from '../../src/simulate/simulate.ts';
import type { PeripheryErrors } from '../../src/target/periphery.ts';
import type { Target } from '../../src/target/target.ts';
import { exactTarget, loaded, transferTarget, writeVerifyTarget } from '../chip/bench.ts';
import { type DirectPeriphery, directMvm } from '../oracle/direct-mvm.ts';
import { mvmsOf } from '../oracle/input-codes.ts';
import { compileModel, drawFeeds, modelOf, programPackage, withPackage } from '../support/build.ts';
import { type AttributeValue, model, node } from '../support/onnx-model.ts';

export interface Case {
  readonly graph: Graph;
  readonly target: Target;
  readonly options?: Parameters<typeof compileModel>[3];
  /** Inputs are drawn from [low, high); from 0 on, the zero point is 0. */
  readonly low?: number;
  readonly high?: number;
  readonly seed?: number;
  /** Of the chip with that seed. */
  readonly faults?: FaultMap;
  /** With floats in place of bytes: on the processor, or on a device. Default: as the processor runs it. */
  readonly floats?: Device;
}

export interface Comparison {
  readonly conversions: number;
  /** Conversions so close to a half code that 32-bit rounding decides. */
  readonly close: number;
  readonly saturated: number;
  readonly slices: number;
  /** Different parts among its tiles: slices and copies. */
  readonly parts: number;
  readonly digitsPerOne: number;
  readonly tiles: number;
  readonly zero: number;
}

/** What the model is fed, or what that deviates from the means of its channels. */
function givenTo(
  { record }: Package,
  { input, output, geometry }: Package['layers'][number],
  feeds: Readonly<Record<string, Tensor>>,
): Tensor {
  const { centre } = record.layers.get(output)!;
  if (!centre) return feeds[input]!;
  const [fed] = Object.values(feeds);
  const inner = geometry.kind === 'conv' ? sizeOf(fed!.dims.slice(2)) : 1;
  const values = Float32Array.from(
    fed!.data as Float32Array,
    (value, i) => value - centre[Math.floor(i / inner) % centre.length]!,
  );
  return float32(fed!.dims, values);
}

/** Raises at the first output that differs by more than rounding explains. */
export async function compareWithDirect(spec: Case): Promise<Comparison> {
  const { graph, low = -1, high = 1, seed = 1 } = spec;
  const target = loaded(spec.target);
  const feeds = [1, 2, 3].map((s) => drawFeeds(graph.inputs, s, low, high, 2));
  const compiled = await compileModel(modelOf(graph), target, feeds, spec.options, spec.faults);
  return withPackage(compiled, async (pkg) => {
    const chip = await programPackage(pkg, target, seed);
    const { programs, header } = decodeBytes(await readFile(pathIn(pkg, 'bitstream')), 'program.xbs');
    const layer = pkg.layers[0]!;
    // Beyond the calibrated range, so that inputs saturate too.
    const test = drawFeeds(graph.inputs, 9, low * 1.1, high * 1.1, 2);
    // The direct product is one of the cells themselves.
    const how = { threads: 1, bitSerial: true, saturation: true, conditions: { wires: false } };
    const session = await (spec.floats
      ? openWithFloats(pkg, chip, how, spec.floats)
      : simulate(pkg, chip, how));
    const results = await session.run(test);
    const result = results[layer.output]!.data as Float32Array;
    await session.release();
    const total = { conversions: 0, close: 0, saturated: 0 };
    let compared = 0;
    for (const { codes, indexOf } of mvmsOf(layer, givenTo(pkg, layer, test))) {
      const direct = directMvm(
        layer,
        {
          programs,
          conductances: chip.conductances,
          columns: header.columns,
          periphery: peripheryOf(spec.target, seed, header),
        },
        codes,
      );
      const largest = direct.outputs.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
      for (const [o, wanted] of direct.outputs.entries()) {
        const error = Math.abs(result[indexOf(o)]! - wanted);
        if (!(error <= direct.slack[o]! * 1.0001 + 2e-5 * largest)) {
          expect.fail(
            `output ${o}: ${result[indexOf(o)]} from the graph, ${wanted} directly (slack ${direct.slack[o]})`,
          );
        }
        compared++;
      }
      total.conversions += direct.conversions;
      total.close += direct.close;
      total.saturated += direct.saturated;
    }
    expect(compared).toBe(result.length);
    const counted = results[saturationOf(layer.output)]?.data;
    if (counted) expect(Math.abs((counted[0] as number) - total.saturated)).toBeLessThanOrEqual(total.close);
    else expect(total.saturated).toBe(0);
    // Deciding close calls alike is not asked for; that they are rare is, unless whole digits add up to half codes.
    if (spec.target.programming.scheme !== 'exact')
      expect(total.close).toBeLessThanOrEqual(3 + 0.005 * total.conversions);
    const parts = new Set(layer.tiles.map(({ slice, copy }) => `${slice} ${copy}`)).size;
    return {
      ...total,
      slices: layer.slices,
      digitsPerOne: layer.digitsPerOne,
      parts,
      tiles: layer.tiles.length,
      zero: layer.quantization.zero,
    };
  });
}

/** Every byte of the graph has to be gone. */
async function openWithFloats(
  pkg: Package,
  chip: Chip,
  how: SimulateOptions,
  device: Device,
): Promise<Session> {
  const graph = await lowerChip(pkg, chip, { ...how, device: 'webgpu' });
  const bytes = ['QuantizeLinear', 'DequantizeLinear', 'BitwiseAnd', 'BitwiseXor', 'MatMulInteger', 'Sum'];
  expect(graph.nodes.filter((made) => made.kind !== 'onnx' || bytes.includes(made.op))).toEqual([]);
  expect([...graph.constants.values()].filter(({ type }) => /^u?int8$/.test(type))).toEqual([]);
  return openSession(encodeModel(graph), { threads: 1, device });
}

/** Errors of converters and drivers of the chip with that seed. */
function peripheryOf(
  { adc, adcErrors, driverErrors }: Target,
  seed: number,
  { arrays, rows, columns }: BitstreamHeader,
): DirectPeriphery {
  const all = Array.from({ length: arrays }, (_, array) => array);
  return {
    sharedBy: adc.sharedBy,
    ...(adcErrors && {
      converters: all.map((array) => drawConverters(adcErrors, adc.sharedBy, { seed, array, columns })),
      converterNonlinearity: adcErrors.nonlinearity,
    }),
    ...(driverErrors && {
      drivers: all.map((array) => drawDrivers(driverErrors, { seed, array, rows })),
      driverNonlinearity: driverErrors.nonlinearity,
    }),
  };
}

/** Weights without a pattern, in [-1, 1]; every column's largest differs. */
function weights(...dims: number[]) {
  const values = Array.from(
    { length: sizeOf(dims) },
    (_, i) => Math.sin(1.7 * i * i + 0.3) * (1 - 0.4 * Math.cos(i)),
  );
  return float32(dims, values);
}

/** y = Conv(x, w, b) with x of [1, channels, ...space]. */
export function convModel(
  x: readonly number[],
  w: readonly number[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
): Graph {
  return model({
    inputs: { x: [2, ...x] },
    outputs: { y: undefined },
    constants: { w: weights(...w), b: weights(w[0]!) },
    nodes: [node('Conv', ['x', 'w', 'b'], ['y'], attributes)],
  });
}

/** y = MatMul(x, w) with x of [...leading, rows]. */
export function matMulModel(leading: readonly number[], rows: number, columns: number): Graph {
  return model({
    inputs: { x: [...leading, rows] },
    outputs: { y: undefined },
    constants: { w: weights(rows, columns) },
    nodes: [node('MatMul', ['x', 'w'], ['y'])],
  });
}

type Changes = { readonly [K in 'array' | 'cell' | 'adc' | 'driver']?: Partial<Target[K]> } & {
  readonly slices?: number;
} & PeripheryErrors;

function changed(base: Target, changes: Changes): Target {
  const array = { ...base.array, ...changes.array };

  return {
    ...base,
    array,
    cell: { ...base.cell, ...changes.cell },
    adc: { ...base.adc, ...changes.adc },
    driver: { ...base.driver, rowsAtOnce: array.rows, ...changes.driver },
    slices: changes.slices ?? base.slices,
    adcErrors: changes.adcErrors,
    driverErrors: changes.driverErrors,
  };
}

export const exact = (changes: Changes = {}): Target => changed(exactTarget, changes);
export const writeVerify = (changes: Changes = {}): Target =>
  changed({ ...writeVerifyTarget, array: { rows: 16, columns: 16, arraysPerChip: 10 } }, changes);
export const transfer = (changes: Changes = {}): Target =>
  changed({ ...transferTarget, array: { rows: 24, columns: 16, arraysPerChip: 1 } }, changes);
