import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldConstants } from '../../passes/lower/fold-constants.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { float32 } from '../../src/math/tensor.ts';
import { decodeModel, newestIrVersion, newestOpset, readModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { type GraphProto, type ModelProto, modelCodec, type TensorProto } from '../../src/onnx/proto.ts';
import { openSession } from '../../src/runtime/session.ts';
import { float, model, node } from '../support/onnx-model.ts';

const type = (elemType: number, ...dims: number[]) => ({
  tensorType: { elemType, shape: { dim: dims.map((dimValue) => ({ dimValue })) } },
});

function proto(graph: Partial<GraphProto>, rest: Partial<ModelProto> = {}): Uint8Array {
  return modelCodec.encode({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      node: [{ opType: 'Identity', input: ['x'], output: ['y'] }],
      input: [{ name: 'x', type: type(1, 2) }],
      output: [{ name: 'y', type: type(1, 2) }],
      ...graph,
    },
    ...rest,
  });
}

async function codes(work: Promise<unknown>): Promise<string[]> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics.map((d) => d.code);
    throw error;
  }
  return [];
}

const decode = (bytes: Uint8Array) => decodeModel(bytes, { file: 'm.onnx' });

describe('complete models', () => {
  it('survive a round trip with every kind of attribute, names and dynamic dimensions', async () => {
    const graph = model({
      inputs: { x: ['batch', undefined, 3], u: undefined },
      outputs: { y: ['batch', 4] },
      constants: {
        w: float32(
          [3, 4],
          Array.from({ length: 12 }, (_, i) => i / 7),
        ),
        text: { type: 'string', dims: [1], data: ['ä'] },
      },
      nodes: [
        node('MatMul', ['x', 'w'], ['m'], {}, 'user/name'),
        node(
          'Odd',
          ['m', '', 'u'],
          ['y', ''],
          {
            i: -5,
            huge: 2 ** 63,
            f: float(0.5),
            s: 'text',
            none: [],
            fs: { type: 'floats', value: [0.25] },
            ss: { type: 'strings', value: ['a', ''] },
            t: { type: 'tensor', value: { type: 'int64', dims: [1], data: BigInt64Array.of(-(2n ** 62n)) } },
          },
          'Odd_1',
        ),
      ],
    });
    const bytes = encodeModel(graph, { key: 'value' });
    expect((await decode(bytes)).graph).toEqual(graph);
    expect(encodeModel(graph, { key: 'value' })).toEqual(bytes);
    expect(modelCodec.decode(bytes).metadataProps).toMatchObject([{ key: 'key', value: 'value' }]);
  });

  it('lose initializers from their inputs, and are put into order', async () => {
    const { graph } = await decode(
      proto(
        {
          node: [
            { opType: 'Relu', input: ['a'], output: ['y'] },
            { opType: 'Add', input: ['x', 'w'], output: ['a'] },
          ],
          input: [
            { name: 'x', type: type(1, 2) },
            { name: 'w', type: type(1, 2) },
          ],
          initializer: [{ name: 'w', dataType: 1, dims: [2], floatData: [1, 2] }],
        },
        { irVersion: 3 },
      ),
    );
    expect(graph.inputs.map((v) => v.name)).toEqual(['x']);
    expect(graph.nodes.map((n) => n.origin)).toEqual([
      { name: 'Add_1', op: 'Add', index: 1 },
      { name: 'Relu_0', op: 'Relu', index: 0 },
    ]);
    expect(graph.irVersion).toBe(4);
  });

  const tensors: [string, TensorProto, ArrayLike<number | bigint>][] = [
    ['float16 in int32_data', { dataType: 10, dims: [2], int32Data: [0x3c00, 0xc000] }, [0x3c00, 0xc000]],
    ['int8 in int32_data', { dataType: 3, dims: [2], int32Data: [-1, 5] }, [-1, 5]],
    ['uint32 in uint64_data', { dataType: 12, dims: [1], uint64Data: [4294967295] }, [4294967295]],
    ['int64 beyond 2^53', { dataType: 7, dims: [1], int64Data: ['9007199254740993'] }, [9007199254740993n]],
    ['double', { dataType: 11, dims: [1], doubleData: [0.1] }, [0.1]],
    ['raw int16', { dataType: 5, dims: [2], rawData: Uint8Array.of(0xff, 0xff, 1, 1) }, [-1, 257]],
    ['int4 in raw data', { dataType: 22, dims: [3], rawData: Uint8Array.of(0x8f, 0x07) }, [-1, -8, 7]],
    ['uint4 in int32_data', { dataType: 21, dims: [3], int32Data: [0x8f, 0x07] }, [15, 8, 7]],
    [
      'int2 in raw data',
      { dataType: 26, dims: [5], rawData: Uint8Array.of(0b11100100, 1) },
      [0, 1, -2, -1, 1],
    ],
    ['uint2 in raw data', { dataType: 25, dims: [4], rawData: Uint8Array.of(0b11100100) }, [0, 1, 2, 3]],
    ['float4 in raw data', { dataType: 23, dims: [2], rawData: Uint8Array.of(0x2f) }, [15, 2]],
    ['float8', { dataType: 17, dims: [2], rawData: Uint8Array.of(0x38, 0xff) }, [0x38, 0xff]],
    ['a scalar', { dataType: 1, dims: [], floatData: [2] }, [2]],
    ['nothing', { dataType: 1, dims: [0] }, []],
  ];
  it.each(tensors)('hold tensors as %s', async (_, tensor, values) => {
    const { graph } = await decode(proto({ initializer: [{ name: 'w', ...tensor }] }));
    expect([...graph.constants.get('w')!.data]).toEqual(Array.from(values));
  });

  it('are written with elements of less than a byte as they were read', async () => {
    for (const [dataType, rawData] of [
      [22, Uint8Array.of(0x8f, 0x07)],
      [21, Uint8Array.of(0x8f, 0x07)],
      [26, Uint8Array.of(0b100100)],
      [23, Uint8Array.of(0x2f, 0x01)],
    ] as const) {
      const dims = [3];
      const { graph } = await decode(proto({ initializer: [{ name: 'w', dataType, dims, rawData }] }));
      const again = modelCodec.decode(encodeModel(graph)).graph!.initializer![0]!;
      expect([again.dataType, new Uint8Array(again.rawData!)]).toEqual([dataType, rawData]);
    }
  });

  it('hold sparse tensors, as dense ones, by flat indices or one per axis', async () => {
    for (const graph of [sparse([2, 3], [1, 5]), sparse([2, 3], [0, 1, 1, 2], 2)]) {
      const { constants } = (await decode(proto(graph))).graph;
      expect(constants.get('w')).toEqual(float32([2, 3], [0, 1.5, 0, 0, 0, -2]));
    }
  });

  it('are those that onnxruntime opens: opsets and IR versions', async () => {
    const opens = (opset: number, irVersion: number) =>
      openSession(proto({}, { opsetImport: [{ version: opset }], irVersion })).then(
        (session) => session.release().then(() => true),
        () => false,
      );
    expect(await opens(newestOpset, newestIrVersion)).toBe(true);
    expect(await opens(newestOpset + 1, newestIrVersion)).toBe(false);
    expect(await opens(newestOpset, newestIrVersion + 1)).toBe(false);
  });

  it('come in any order, with as many nodes as there are', async () => {
    // Sweeps over the file that find one node each would take minutes.
    const count = 100_000;
    const nodes = Array.from({ length: count }, (_, i) => ({
      opType: 'Relu',
      input: [i === 0 ? 'x' : `v${i}`],
      output: [i === count - 1 ? 'y' : `v${i + 1}`],
    }));
    const { graph } = await decode(proto({ node: nodes.toReversed() }));
    expect(graph.nodes.map((n) => n.origin.index)).toEqual(nodes.map((_, i) => count - 1 - i));
  });

  it('hold raw data at any alignment', async () => {
    for (const name of ['w', 'ww', 'www', 'wwww']) {
      const rawData = new Uint8Array(Float64Array.of(1 / 3, -2).buffer);
      const { graph } = await decode(proto({ initializer: [{ name, dataType: 11, dims: [2], rawData }] }));
      expect([...graph.constants.get(name)!.data]).toEqual([1 / 3, -2]);
    }
  });

  it('have subgraphs, carried with the outer values that they read', async () => {
    const branch = (read: string): GraphProto => ({
      name: 'branch',
      node: [{ opType: 'Add', input: [read, 'local'], output: ['z'] }],
      initializer: [{ name: 'local', dataType: 1, dims: [], floatData: [1] }],
      output: [{ name: 'z', type: type(1, 2) }],
    });
    const bytes = proto({
      node: [
        { opType: 'Relu', input: ['x'], output: ['outer'] },
        {
          opType: 'If',
          input: ['c'],
          output: ['y'],
          attribute: [
            { name: 'then_branch', type: 5, g: branch('outer') },
            { name: 'else_branch', type: 5, g: branch('x') },
          ],
        },
      ],
      input: [
        { name: 'x', type: type(1, 2) },
        { name: 'c', type: type(9) },
      ],
    });
    const { graph } = await decode(bytes);
    expect(graph.nodes[1]).toMatchObject({
      attributes: { then_branch: { captures: ['outer'] }, else_branch: { captures: ['x'] } },
    });
    expect((await decode(encodeModel(graph))).graph).toEqual(graph);
  });
});

describe('damaged models', () => {
  const whole = encodeModel(
    model({
      inputs: { x: [1, 2] },
      outputs: { y: [1, 2] },
      constants: { w: float32([2, 2], [1, 2, 3, 4]) },
      nodes: [node('MatMul', ['x', 'w'], ['y'])],
    }),
  );

  it('are unreadable wherever they are cut', async () => {
    for (let end = 0; end < whole.length; end++) {
      expect(await codes(decode(whole.subarray(0, end))), `cut at ${end}`).toEqual(['onnx/unreadable']);
    }
  });

  it('are unreadable with garbage at the end', async () => {
    const garbage = [[0], [0xff], [0, 0, 0, 0], [...Buffer.from('trailing')]];
    for (const tail of garbage) {
      expect(await codes(decode(Uint8Array.of(...whole, ...tail)))).toEqual(['onnx/unreadable']);
    }
  });

  it('never raise anything but diagnostics', async () => {
    const change = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = Uint8Array.from(whole);
        for (const { at, byte } of changes) bytes[at] = byte;
        await codes(decode(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it('are unreadable when they are text, empty or missing', async () => {
    expect(await codes(decode(Buffer.from('<html>not found</html>')))).toEqual(['onnx/unreadable']);
    expect(await codes(decode(new Uint8Array()))).toEqual(['onnx/unreadable']);
    expect(await codes(readModel('no/such/model.onnx'))).toEqual(['onnx/unreadable']);
  });

  it('name all short tensors at once', async () => {
    const short = (name: string): TensorProto => ({
      name,
      dataType: 1,
      dims: [3],
      rawData: new Uint8Array(8),
    });
    expect(await codes(decode(proto({ initializer: [short('a'), short('b')] })))).toEqual([
      'onnx/unreadable',
      'onnx/unreadable',
    ]);
  });
});

/** Two values, 1.5 and -2, of a sparse tensor. */
function sparse(dims: number[], places: number[], perValue?: number): GraphProto {
  const shape = perValue ? [2, perValue] : [2];
  return {
    sparseInitializer: [
      {
        values: { name: 'w', dataType: 1, dims: [2], floatData: [1.5, -2] },
        indices: { dataType: 7, dims: shape, int64Data: places },
        dims,
      },
    ],
  };
}

describe('invalid models', () => {
  const invalid: [string, Uint8Array, readonly string[]][] = [
    ['an old opset', proto({}, { opsetImport: [{ version: 5 }] }), ['onnx/opset-unsupported']],
    ['a new opset', proto({}, { opsetImport: [{ version: 27 }] }), ['onnx/opset-unsupported']],
    ['a new IR version', proto({}, { irVersion: 14 }), ['onnx/ir-unsupported']],
    ['no ONNX opset', proto({}, { opsetImport: [{ domain: 'x', version: 1 }] }), ['onnx/graph-invalid']],
    ['a dangling input', proto({ input: [] }), ['onnx/graph-invalid']],
    ['an output of nobody', proto({ output: [{ name: 'z' }] }), ['onnx/graph-invalid']],
    [
      'an initializer without a name',
      proto({ initializer: [{ dataType: 1, dims: [1], floatData: [1] }] }),
      ['onnx/graph-invalid'],
    ],
    [
      'sparse weights without values and name',
      proto({ sparseInitializer: [{}] }),
      ['onnx/unreadable', 'onnx/graph-invalid'],
    ],
    ['sparse weights beyond their shape', proto(sparse([4], [0, 4])), ['onnx/unreadable']],
    ['sparse weights beyond an axis', proto(sparse([2, 2], [0, 0, 1, 2], 2)), ['onnx/unreadable']],
    [
      'sparse weights that would be large',
      proto(sparse([2 ** 20, 2 ** 10], [0, 1])),
      ['onnx/type-unsupported'],
    ],
    [
      'complex weights, which a node reads',
      proto({
        initializer: [{ name: 'w', dataType: 14, dims: [0] }],
        node: [{ opType: 'Add', input: ['x', 'w'], output: ['y'] }],
      }),
      ['onnx/type-unsupported'],
    ],
    ['a complex input', proto({ input: [{ name: 'x', type: type(14, 2) }] }), ['onnx/type-unsupported']],
    [
      'a circle',
      proto({
        node: [
          { opType: 'Add', input: ['x', 'b'], output: ['y'] },
          { opType: 'Relu', input: ['y'], output: ['b'] },
        ],
      }),
      ['onnx/graph-invalid'],
    ],
    [
      'two problems',
      proto({ output: [{ name: 'z' }] }, { opsetImport: [{ version: 1 }] }),
      ['onnx/opset-unsupported', 'onnx/graph-invalid'],
    ],
  ];
  it.each(invalid)('with %s', async (_, bytes, expected) => {
    expect(await codes(decode(bytes))).toEqual(expected);
  });
});

describe('external data', () => {
  let folder = '';
  const values = Float32Array.of(1.5, -2, 3, 4);
  beforeAll(async () => {
    const root = await mkdtemp(join(tmpdir(), 'crossloom-'));
    folder = join(root, 'model');
    await mkdir(join(folder, 'data'), { recursive: true });
    await writeFile(join(root, 'secret.bin'), Buffer.alloc(64));
    await writeFile(join(folder, 'w.bin'), Buffer.concat([Buffer.alloc(16), Buffer.from(values.buffer)]));
    await writeFile(join(folder, 'data', 'w.bin'), Buffer.from(values.buffer));
    await symlink(join(root, 'secret.bin'), join(folder, 'link.bin'));
  });
  afterAll(() => rm(join(folder, '..'), { recursive: true }));

  const load = (location: string, entries: Record<string, string> = {}) => {
    const externalData = Object.entries({ location, ...entries }).map(([key, value]) => ({ key, value }));
    const bytes = proto({
      initializer: [{ name: 'w', dataType: 1, dims: [4], dataLocation: 1, externalData }],
    });
    return decodeModel(bytes, { file: join(folder, 'm.onnx'), folder });
  };

  it('is read at its offset, and counts in the hash', async () => {
    const { graph, sha256 } = await load('w.bin', { offset: '16', length: '16' });
    expect(graph.constants.get('w')!.data).toEqual(values);
    const first = await load('w.bin');
    expect([...first.graph.constants.get('w')!.data]).toEqual([0, 0, 0, 0]);
    expect(first.sha256).not.toBe(sha256);
    expect((await load('data/w.bin')).graph.constants.get('w')!.data).toEqual(values);
  });

  it('is read when asked for, and not kept, where it is large', async () => {
    const path = join(folder, 'large.bin');
    const large = Float32Array.from({ length: 300_000 }, (_, i) => i);
    await writeFile(path, large);
    const externalData = [{ key: 'location', value: 'large.bin' }];
    const bytes = proto({
      initializer: [{ name: 'w', dataType: 1, dims: [300, 1000], dataLocation: 1, externalData }],
      node: [
        { input: ['w'], output: ['t'], opType: 'Transpose' },
        { input: ['t'], output: ['flat'], opType: 'Flatten', attribute: [{ name: 'axis', type: 2, i: 0 }] },
        { input: ['flat'], output: ['y'], opType: 'Relu' },
      ],
    });
    const { graph } = await decodeModel(bytes, { file: join(folder, 'm.onnx'), folder });
    const stored = graph.constants.get('w')!;
    expect(stored.data).toEqual(large);
    const flat = (await foldConstants.run(graph)).constants.get('flat')!;
    expect(flat).toMatchObject({ dims: [1, 300_000], deferred: true });
    expect(flat.data[1]).toBe(1000);
    await writeFile(path, large.fill(5));
    expect([stored.data[1], flat.data[1]]).toEqual([5, 5]);
    await truncate(path, 1000);
    expect(() => stored.data).toThrow('onnx/external-data-missing');
    await rm(path);
    expect(() => stored.data).toThrow('onnx/external-data-missing');
  });

  it('must not leave the folder', async () => {
    for (const location of [
      '../secret.bin',
      'data/../../secret.bin',
      'link.bin',
      '/etc/hostname',
      join(folder, 'w.bin'),
    ]) {
      expect(await codes(load(location)), location).toEqual(['onnx/external-data-outside']);
    }
  });

  it('must be there and be long enough', async () => {
    expect(await codes(load('gone.bin'))).toEqual(['onnx/external-data-missing']);
    expect(await codes(load(''))).toEqual(['onnx/external-data-missing']);
    expect(await codes(load('w.bin', { offset: '20', length: '16' }))).toEqual([
      'onnx/external-data-missing',
    ]);
    expect(await codes(load('w.bin', { offset: '-4' }))).toEqual(['onnx/external-data-missing']);
    expect(await codes(load('w.bin', { length: '8' }))).toEqual(['onnx/unreadable']);
  });
});
