/** Packages whose sums are right and whose contents are not: each is refused, with the place and the reason. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeBitstream } from '../../src/bitstream/encode.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import { encodeNpy } from '../../src/files/npy.ts';
import { readZip, writeZip } from '../../src/files/zip.ts';
import { type Graph, int, type OnnxNode } from '../../src/ir/graph.ts';
import { float32, int32, type Tensor } from '../../src/math/tensor.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { crossbarDomain } from '../../src/package/crossbar-node.ts';
import { type Manifest, packageFiles } from '../../src/package/manifest.ts';
import { openPackage } from '../../src/package/open.ts';
import { writePackage } from '../../src/package/write.ts';
import { programChip } from '../../src/program.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { loadTarget, targetFingerprint } from '../../src/target/load.ts';
import { matMulModel } from '../lower/against-direct.ts';
import { compileModel, drawFeeds, modelOf } from '../support/build.ts';
import { reseal } from '../support/reseal.ts';

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-contents-'));
  const graph = matMulModel([2], 12, 5);
  const loaded = await loadTarget('tetramem-256-6bit', [
    'array.rows=16',
    'array.columns=16',
    'driver.rowsAtOnce=16',
  ]);
  const compiled = await compileModel(modelOf(graph), loaded, [drawFeeds(graph.inputs, 1)]);
  await writePackage(compiled, at('sound.xbar'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What is said of the package after `change`. */
async function toldOf(use: (place: string) => Promise<unknown>, change: (place: string) => Promise<void>) {
  const place = at('changed.xbar');
  await rm(place, { recursive: true, force: true });
  await cp(at('sound.xbar'), place, { recursive: true });
  await change(place);
  const error: unknown = await use(place).then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof DiagnosticError)) throw new Error(`no diagnostics but ${String(error)}`);
  return error.diagnostics.map((d) => `${d.code} ${d.at.slice(place.length + 1)}: ${d.message}`).join('\n');
}

const program = async (place: string) => programChip(await openPackage(place), { seed: 1, threads: 1 });

describe('manifest.json', () => {
  const values = (manifest: Manifest) => manifest.target.values as Record<string, Record<string, unknown>>;

  test('is noticed when it is edited', async () => {
    const told = await toldOf(openPackage, async (place) => {
      const path = join(place, packageFiles.manifest);
      await writeFile(path, (await readFile(path, 'utf8')).replace('"conversions": ', '"conversions": 1'));
    });
    expect(told).toMatch(
      /^package\/unreadable manifest\.json: .*sha256: it was changed after it was written/,
    );
  });

  test('its target is the one of its fingerprint', async () => {
    const edited = (place: string) =>
      reseal(place, (manifest) => {
        values(manifest).cell!.gMax = 4e-3;
        values(manifest).cell!.gUseMax = 4e-3;
      });
    expect(await toldOf(openPackage, edited)).toContain(
      'target.fingerprint: that of target.values is another',
    );
  });

  test.each<[string, (manifest: Manifest) => void, string]>([
    ['a section less', (m) => delete values(m).driver, 'target.values.driver: Invalid input'],
    [
      'a field of another kind',
      (m) => {
        values(m).adc!.bits = '8';
      },
      'target.values.adc.bits: Invalid input',
    ],
    [
      'fields that do not fit',
      (m) => {
        values(m).driver!.rowsAtOnce = 17;
      },
      'target.values.driver.rowsAtOnce: the array has 16 rows',
    ],
    [
      'arrays that no memory holds',
      (m) => {
        Object.assign(values(m).array!, { rows: 65_535, columns: 65_534 });
      },
      'target.values.array.columns: an array has at most 16,777,216 cells',
    ],
    [
      'a field that nothing would use',
      (m) => {
        Object.assign(values(m).programming!, { constructor: 100 });
      },
      'target.values.programming: Unrecognized key',
    ],
    [
      'a table of other layers',
      (m) => {
        m.summary = { ...m.summary, layers: [] };
      },
      'summary.layers: 0, and host.onnx has 1 matrices',
    ],
    [
      'a count that is none',
      (m) => {
        m.summary.conversions = -1;
      },
      'summary.conversions: Too small',
    ],
    [
      'an answer to nothing',
      (m) => {
        m.knownAnswers.z = m.knownAnswers.y!;
      },
      "knownAnswers: reference.onnx has no 'z'",
    ],
  ])('%s', async (_, change, reason) => {
    const told = await toldOf(openPackage, (place) =>
      reseal(place, (manifest) => {
        change(manifest);
        manifest.target.fingerprint = targetFingerprint(manifest.target.values as never);
      }),
    );
    expect(told).toContain('package/unreadable manifest.json');
    expect(told).toContain(reason);
  });
});

describe('host.onnx', () => {
  type Parts = { node: OnnxNode; constants: Map<string, Tensor> };

  async function changed(place: string, change: (parts: Parts) => OnnxNode): Promise<void> {
    const path = join(place, packageFiles.host);
    const { graph } = await decodeModel(await readFile(path), { file: path, folder: place });
    const constants = new Map(graph.constants);
    const own = (node: Graph['nodes'][number]) => node.kind === 'onnx' && node.domain === crossbarDomain;
    const nodes = graph.nodes.map((node) =>
      own(node) ? change({ node: node as OnnxNode, constants }) : node,
    );
    await writeFile(path, encodeModel({ ...graph, nodes, constants }));
    await reseal(place);
  }

  /** The node with another value of a field of its one tile. */
  const tile =
    (field: number, value: number) =>
    ({ node, constants }: Parts) => {
      const data = (constants.get('y/tiles')!.data as Int32Array).slice();
      data[field] = value;
      constants.set('y/tiles', int32([data.length / 12, 12], data));
      return node;
    };
  const table =
    (name: string, tensor: Tensor) =>
    ({ node, constants }: Parts) => {
      constants.set(`y/${name}`, tensor);
      return node;
    };
  const having =
    (attributes: OnnxNode['attributes']) =>
    ({ node }: Parts) => ({ ...node, attributes: { ...node.attributes, ...attributes } });
  const without =
    (name: string) =>
    ({ node }: Parts) => ({
      ...node,
      attributes: Object.fromEntries(Object.entries(node.attributes).filter(([key]) => key !== name)),
    });

  test.each<[string, (parts: Parts) => OnnxNode, string]>([
    ['an array that does not exist', tile(1, 7), 'none of the 1 arrays'],
    ['rows beyond the array', tile(2, 9), 'block 0 does not fit into its array'],
    ['columns before the array', tile(3, -2), 'block 0 does not fit into its array'],
    ['weights that are not there', tile(7, 13), 'block 0 is no part of it'],
    ['part of the weights', tile(7, 11), 'its blocks do not hold its weights once each'],
    ['a table of another length', table('scales', float32([3], [1, 1, 1])), 'scales: 3, and 5 are expected'],
    ['what is no number', table('bias', float32([5], [1, 2, Number.NaN, 4, 5])), 'hold what is no number'],
    ['converters without a step', table('converter_step', float32([5], [0, 1, 1, 1, 1])), 'not above 0'],
    ['a table of another type', table('tiles', float32([12], Array(12).fill(0))), "it has no table 'tiles'"],
    ['an attribute less', without('radix'), "its attribute 'radix' is not int"],
    ['more digits than copies', having({ digits_per_one: int(3) }), 'digits_per_one is 3, of 1 copies'],
    ['no digits', having({ digits_per_one: int(0) }), 'digits_per_one is 0'],
  ])('%s', async (_, change, reason) => {
    const told = await toldOf(openPackage, (place) => changed(place, change));
    expect(told).toContain('package/unreadable host.onnx');
    expect(told).toContain(reason);
  });

  test('blocks that share cells', async () => {
    const twice = ({ node, constants }: Parts) => {
      const data = [...(constants.get('y/tiles')!.data as Int32Array)];
      // The lower half of the rows as a block of its own, over the upper half.
      const [upper, lower] = [data.slice(), data.slice()];
      upper[7] = 6;
      lower[0] = 1;
      lower[6] = 6;
      constants.set('y/tiles', int32([2, 12], [...upper, ...lower]));
      for (const name of ['converter_zero', 'converter_step']) {
        const { data: own, type } = constants.get(`y/${name}`)!;
        const both = [...(own as Float32Array), ...(own as Float32Array)];
        constants.set(`y/${name}`, type === 'int32' ? int32([10], both) : float32([10], both));
      }
      return node;
    };
    const told = await toldOf(openPackage, (place) => changed(place, twice));
    expect(told).toContain('two blocks share cells of array 0');
  });

  test('a graph that onnxruntime refuses', async () => {
    const shapeless = ({ node, constants }: Parts) => {
      constants.set('two', float32([3, 3], Array(9).fill(1)));
      return { ...node, inputs: ['two', ...node.inputs.slice(1)] };
    };
    const use = async (place: string) => {
      const pkg = await openPackage(place);
      const session = await simulate(pkg, await programChip(pkg, { seed: 1, threads: 1 }), { threads: 1 });
      await session.run({ x: float32([2, 12], Array(24).fill(0)) });
    };
    expect(await toldOf(use, (place) => changed(place, shapeless))).toMatch(
      /^package\/unreadable host\.onnx: .*onnxruntime refuses it/,
    );
  });
});

describe('calibration.npz', () => {
  const record = async (place: string, change: (files: Map<string, Uint8Array>) => void) => {
    const path = join(place, packageFiles.calibration);
    const files = readZip(await readFile(path));
    change(files);
    await writeFile(path, writeZip(files));
    await reseal(place);
  };
  const json = (from: string, to: string) => (files: Map<string, Uint8Array>) => {
    const text = Buffer.from(files.get('record.json')!).toString();
    if (!text.includes(from)) throw new Error(`no ${from} in ${text}`);
    files.set('record.json', Buffer.from(text.replace(from, to)));
  };
  const floats = (...values: number[]) =>
    encodeNpy({ type: 'float32', dims: [values.length], data: Float32Array.from(values) });

  test.each<[string, (files: Map<string, Uint8Array>) => void, string]>([
    ['an array less', (files) => files.delete('vectors_0.npy'), 'it has no vectors_0.npy'],
    [
      'means of other rows',
      (files) => files.set('input_mean_0.npy', floats(1, 2)),
      'input_mean_0 does not hold 12 means',
    ],
    [
      'no numbers',
      (files) => files.set('input_mean_0.npy', floats(...Array<number>(12).fill(Number.NaN))),
      'input_mean_0 holds what is no number',
    ],
    [
      'another type',
      (files) => files.set('vectors_0.npy', floats(...Array<number>(12).fill(1))),
      'vectors_0 does not hold codes of 8 bits',
    ],
    [
      'fewer elements than its shape says',
      (files) => files.set('vectors_0.npy', files.get('vectors_0.npy')!.subarray(0, -5)),
      'takes 24 bytes, and has 19',
    ],
    ['an index of zero points', json('"zero": ', '"zero": 25600'), 'record.json: layers.0.zero'],
    ['another layer', json('"output": "y"', '"output": "z"'), "'y' has no inputs, and 12 in host.onnx"],
  ])('%s', async (_, change, reason) => {
    expect(await toldOf(openPackage, (place) => record(place, change))).toContain(reason);
  });

  test('an archive that would fill the memory', async () => {
    const path = at('bomb.npz');
    const bomb = writeZip(new Map([['record.json', new Uint8Array(2 ** 28 + 1)]]));
    await writeFile(path, bomb);
    expect(bomb.length).toBeLessThan(2 ** 22);
    expect(() => readZip(bomb)).toThrow('it unpacks to more than 256 MiB and 64 times its size');
  });
});

describe('program.xbs', () => {
  const written = async (place: string, rows: number, arrays = 1) => {
    const { fingerprint, target } = (await openPackage(place)).loaded;
    const header = {
      ...{ target: target.name, fingerprint, rows, columns: 16 },
      ...{ levels: target.cell.levels, hiddenBits: 0, arrays },
    };
    const bare = Array.from({ length: arrays }, (_, array) => ({ array, instructions: [] }));
    const chunks: Uint8Array[] = [];
    for await (const chunk of encodeBitstream(header, bare)) chunks.push(chunk);
    await writeFile(join(place, packageFiles.bitstream), Buffer.concat(chunks));
    await reseal(place);
  };

  test('of other arrays than the target has', async () => {
    expect(await toldOf(program, (place) => written(place, 65_535))).toContain(
      'the header announces rows 65535, and the target has 16',
    );
  });

  test('without the blocks that host.onnx reads', async () => {
    expect(await toldOf(program, (place) => written(place, 16))).toContain(
      'it has no converters of block 0 on array 0',
    );
  });
});
