/**
 * `npm run bench -- converters`: operators and nanoseconds per conversion of every form that a layer is lowered to, on one
 * thread: 252 rows and 128 columns on 784 inputs, as a 3x3 convolution and as a matrix product. What a form costs beside
 * its products is the difference to the same planes and products, added without a conversion.
 */
import { cpus } from 'node:os';
import type { CrossbarLayer } from '../src/ir/crossbar.ts';
import type { Graph } from '../src/ir/graph.ts';
import { lowerCrossbar } from '../src/lower/crossbar.ts';
import { createEmitter, type Emitter } from '../src/lower/emit.ts';
import { foldLayer } from '../src/lower/fold.ts';
import type { ProgrammedArrays } from '../src/lower/folded.ts';
import { emitCodes } from '../src/lower/input-codes.ts';
import { conductanceFactors, emitLinear } from '../src/lower/linear.ts';
import { noiseSource, withNormals } from '../src/lower/noise-pool.ts';
import { emitPlanes, emitWeightedPlanes, planesOf } from '../src/lower/planes.ts';
import { float32, int64, type Tensor } from '../src/math/tensor.ts';
import { encodeModel } from '../src/onnx/encode.ts';
import { formatTable } from '../src/report/table.ts';
import { openSession } from '../src/runtime/session.ts';
import { piecewiseLinear } from '../src/target/nonlinearity.ts';
import { time } from './clock.ts';

const [channels, side, columns] = [28, 28, 128];
const rows = 9 * channels;

interface Form {
  readonly name: string;
  readonly adcBits?: number;
  readonly driverBits?: number;
  readonly inputCoding?: CrossbarLayer['inputCoding'];
  readonly convert?: CrossbarLayer['convert'];
  readonly offsets?: boolean;
  readonly noise?: boolean;
  readonly bent?: boolean;
  readonly bentDrivers?: boolean;
}

const forms: readonly Form[] = [
  { name: '8-bit converters' },
  { name: '4-bit converters', adcBits: 4 },
  { name: '12-bit converters', adcBits: 12 },
  { name: 'one conversion per column', convert: 'column' },
  { name: 'inputs of both signs, bipolar', inputCoding: 'bipolar' },
  { name: 'inputs of both signs, two-phase', inputCoding: 'two-phase' },
  { name: 'drivers of 2 bits', driverBits: 2 },
  { name: 'drivers of 4 bits', driverBits: 4 },
  { name: 'drivers of 8 bits', driverBits: 8 },
  { name: 'drivers of 4 bits, 5 values of nonlinearity', driverBits: 4, bentDrivers: true },
  { name: 'offsets of converters', offsets: true },
  { name: 'nonlinearity of converters, 5 values', bent: true },
  { name: 'read noise', noise: true },
];

export async function benchConverters(): Promise<void> {
  const table: string[][] = [];
  for (const kind of ['conv', 'matmul'] as const) {
    for (const form of forms) {
      const layer = layerOf(kind, form);
      const arrays = arraysOf(layer, form);
      const converted = await measure(
        kind,
        (emit) => {
          const noise = form.noise ? noiseSource : undefined;
          lowerCrossbar(emit, layer, foldLayer(layer, arrays), { noise });
        },
        form.noise,
      );
      const added = await measure(kind, (emit) => emitProducts(emit, layer, arrays));
      const conversions =
        planesOf(layer).length * side * side * columns * (form.convert === 'column' ? 2 : 1);
      const ns = (seconds: number) => ((1e9 * seconds) / conversions).toFixed(2);
      const operators = [...converted.operators].flatMap(([op, count]) => {
        const more = count - (added.operators.get(op) ?? 0);
        return more > 0 ? [more === 1 ? op : `${more} ${op}`] : [];
      });
      table.push([
        kind === 'conv' ? 'Conv' : 'MatMul',
        form.name,
        operators.join(', '),
        ns(converted.seconds),
        ns(Math.max(0, converted.seconds - added.seconds)),
      ]);
    }
  }
  process.stdout.write(`${cpus()[0]!.model}, Node ${process.version}\n\n`);
  const header = [
    'layer',
    'form',
    'operators beside the products',
    'ns per conversion',
    'beside the products',
  ];
  process.stdout.write(
    `${formatTable(
      header.map((text) => ({ header: text })),
      table,
    )}\n`,
  );
}

function layerOf(kind: 'conv' | 'matmul', form: Form): CrossbarLayer {
  const { adcBits = 8, driverBits = 1, inputCoding = 'binary', convert = 'pair' } = form;
  const settings = columns * (convert === 'pair' ? 1 : 2);
  const around = {
    groupStart: 0,
    groupEnd: 1,
    rowStart: 0,
    rowEnd: rows,
    columnStart: 0,
    columnEnd: columns,
  };
  return {
    input: 'x',
    output: 'y',
    origin: { name: 'layer', op: 'Conv', index: 0 },
    geometry:
      kind === 'conv'
        ? { kind, kernel: [3, 3], strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], autoPad: 'NOTSET' }
        : { kind },
    groups: 1,
    rows,
    columns,
    quantization: { scale: 1 / 255, zero: inputCoding === 'binary' ? 0 : 128, signed: false, bits: 8 },
    inputCoding,
    driverBits,
    encoding: 'differential',
    convert,
    adcBits,
    radix: 127,
    slices: 1,
    copies: 1,
    digitsPerOne: 1,
    repeats: 1,
    digitStep: 1e-6,
    tiles: [{ block: 0, array: 0, row: 0, column: 0, ...around, slice: 0, copy: 0 }],
    converterZero: new Int32Array(settings),
    converterStep: new Float32Array(settings).fill(1e-5),
    scales: new Float32Array(columns).fill(1),
    columnSums: new Int32Array(columns),
    bias: new Float32Array(columns),
  };
}

function arraysOf(layer: CrossbarLayer, form: Form): ProgrammedArrays {
  const cells = Float32Array.from(
    { length: rows * 2 * columns },
    (_, i) => 5e-6 * (1 + Math.sin(1.7 * i * i)),
  );
  const half = 2 ** (layer.adcBits - 1);
  const bends = [0, 0.4, -0.3, 0.6, 0];
  return {
    columns: 2 * columns,
    conductances: [cells],
    ...(form.noise && { variances: [cells.map(() => 1e-14)] }),
    converters: new Map([[0, { zero: layer.converterZero, step: layer.converterStep }]]),
    ...(form.offsets && {
      converterErrors: [
        {
          sharedBy: 1,
          gain: new Float32Array(2 * columns).fill(1),
          offset: new Float32Array(2 * columns).fill(0.3),
        },
      ],
    }),
    curves: {
      converter: form.bent ? piecewiseLinear(bends, -half, half - 1) : undefined,
      driver: form.bentDrivers ? piecewiseLinear(bends, 0, 2 ** layer.driverBits - 1) : undefined,
    },
  };
}

/** Planes, products and shift-and-add, without any conversion. */
function emitProducts(emit: Emitter, layer: CrossbarLayer, arrays: ProgrammedArrays): void {
  const folded = foldLayer(layer, arrays);
  const codes = emitCodes(emit, layer);
  const parts = folded.parts.map((_, part) => {
    const product = emitLinear(
      emit,
      layer,
      folded,
      conductanceFactors({ first: part, weights: folded.parts[part]!.weights }),
    );
    if (layer.geometry.kind === 'conv') {
      const planes = emitWeightedPlanes(emit, layer, codes, arrays.curves?.driver);
      return planes.map(product).reduceRight((sum, plane) => emit.op('Add', [sum, plane]));
    }
    const { planes, weights } = emitPlanes(emit, layer, codes, arrays.curves?.driver);
    const flat = emit.op('Reshape', [
      product(planes),
      emit.constant('planes', int64([2], [weights.length, -1])),
    ]);
    const vector = emit.constant('plane_weights', float32([1, weights.length], weights));
    return emit.op('Reshape', [
      emit.op('MatMul', [vector, flat]),
      emit.constant('out', int64([2], [-1, columns])),
    ]);
  });
  emit.op('Sum', parts, {}, 'y');
}

async function measure(kind: 'conv' | 'matmul', write: (emit: Emitter) => void, noise = false) {
  const emit = createEmitter('y', { name: 'y', op: 'Conv', index: 0 });
  write(emit);
  const dims = kind === 'conv' ? [1, channels, side, side] : [side * side, rows];
  const plain: Graph = {
    name: 'converters',
    irVersion: 10,
    opsets: { '': 21 },
    inputs: [{ name: 'x', elementType: 1, dims }],
    outputs: [{ name: 'y', elementType: 1, dims: undefined }],
    nodes: emit.nodes,
    constants: emit.constants,
    functions: [],
  };
  const session = await openSession(encodeModel(noise ? withNormals(plain, 1) : plain), { threads: 1 });
  const values = Float32Array.from({ length: dims.reduce((a, b) => a * b) }, (_, i) => (i * 0.618) % 1);
  const feeds: Record<string, Tensor> = { x: float32(dims, values) };
  if (noise) feeds[noiseSource.reading] = int64([1], [0]);
  const { least } = await time(60, () => session.run(feeds));
  await session.release();
  const operators = new Map<string, number>();
  for (const { op } of emit.nodes) operators.set(op, (operators.get(op) ?? 0) + 1);
  return { seconds: least, operators };
}
