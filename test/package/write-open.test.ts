/** Packages on disk: what is written is read back, what was changed is noticed, and a failure leaves nothing. */

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../src/compile/compile.ts';
import { DiagnosticError } from '../../src/diagnostics/diagnostic.ts';
import type { Compiled } from '../../src/ir/compiled.ts';
import { inputsOf, outputsOf } from '../../src/ir/graph.ts';
import { float32 } from '../../src/math/tensor.ts';
import { dataFileOf, writeModel } from '../../src/onnx/write.ts';
import { packageFiles } from '../../src/package/manifest.ts';
import { openPackage } from '../../src/package/open.ts';
import { writePackage } from '../../src/package/write.ts';
import { decodeRecord, encodeRecord } from '../../src/record/record-file.ts';
import { loadTarget } from '../../src/target/load.ts';
import type { LoadedTarget } from '../../src/target/target.ts';
import { convModel } from '../lower/against-direct.ts';
import { compileModel, drawFeeds, modelOf } from '../support/build.ts';
import { node, model as onnxModel } from '../support/onnx-model.ts';
import { reseal } from '../support/reseal.ts';

const graph = convModel([3, 6, 6], [4, 3, 3, 3], { pads: [1, 1, 1, 1] });
const model = modelOf({ ...graph, outputs: [{ name: 'y', elementType: 1, dims: [2, 4, 6, 6] }] });
const feeds = [1, 2].map((seed) => drawFeeds(model.graph.inputs, seed));
let folder: string;
let loaded: LoadedTarget;
let compiled: Compiled;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossloom-package-'));
  loaded = await loadTarget('tetramem-256-6bit');
  compiled = await compileModel(model, loaded, feeds);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function codesOf(promise: Promise<unknown>): Promise<string[]> {
  const error: unknown = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof DiagnosticError)) throw new Error(`no diagnostics but ${String(error)}`);
  return error.diagnostics.map((d) => `${d.code} ${d.at.replace(folder, '')}`);
}

describe('a package', () => {
  it('is read back as it was compiled', async () => {
    const place = join(folder, 'a.xbar');
    const manifest = await writePackage(compiled, place, { preprocessing: { mean: [1] } });
    expect((await readdir(place)).sort()).toEqual(Object.values(packageFiles).sort());
    const pkg = await openPackage(place);
    expect(pkg.manifest).toEqual(JSON.parse(JSON.stringify(manifest)));
    expect(pkg.loaded.target).toEqual(loaded.target);
    expect(pkg.record).toEqual(compiled.record);
    expect(pkg.manifest.preprocessing).toEqual({ mean: [1] });
    expect(pkg.manifest.nodes).toEqual([expect.objectContaining({ op: 'Conv', index: 0, crossbar: true })]);
    expect(pkg.layers.map((l) => l.output)).toEqual(['y']);
    expect(pkg.layers[0]!.scales).toEqual(Float32Array.from(compiled.mapping.layers[0]!.node.scales));
    expect(pkg.manifest.knownAnswers.y!.dims).toEqual([2, 4, 6, 6]);
  });

  it.each(['differential', 'offset'] as const)(
    'opens with layers of the encoding %s, as options ask for',
    async (encoding) => {
      const place = join(folder, `${encoding}.xbar`);
      await writePackage(await compileModel(model, loaded, feeds, { encoding }), place);
      expect((await openPackage(place)).layers.map((layer) => layer.encoding)).toEqual([encoding]);
    },
  );

  it('its graphs read only what is defined before, each value once', async () => {
    const { host, reference } = await openPackage(join(folder, 'a.xbar'));
    for (const written of [host, reference]) {
      const defined = new Set([...written.constants.keys(), ...written.inputs.map((i) => i.name)]);
      for (const node of written.nodes) {
        for (const input of inputsOf(node)) expect(defined).toContain(input);
        for (const output of outputsOf(node)) {
          expect(defined).not.toContain(output);
          defined.add(output);
        }
      }
      for (const output of written.outputs) expect(defined).toContain(output.name);
      const domains = written.nodes.flatMap((n) => (n.kind === 'onnx' ? [n.domain] : []));
      for (const domain of domains) expect(written.opsets[domain]).toBeGreaterThan(0);
    }
  });

  it('the same model, options and saved record give the same bytes', async () => {
    const record = decodeRecord(encodeRecord(compiled.record), 'record.npz');
    const again = await compile(model, loaded, compiled.options, { kind: 'record', record });
    await writePackage(again, join(folder, 'b.xbar'));
    for (const file of [
      packageFiles.bitstream,
      packageFiles.host,
      packageFiles.reference,
      packageFiles.calibration,
    ]) {
      const [a, b] = await Promise.all(
        ['a', 'b'].map((name) => readFile(join(folder, `${name}.xbar`, file))),
      );
      expect(Buffer.compare(a!, b!)).toBe(0);
    }
  });

  it.each(Object.values(packageFiles).filter((f) => f !== packageFiles.manifest))(
    'a changed %s is noticed, and a missing one',
    async (file) => {
      const place = join(folder, 'a.xbar');
      const path = join(place, file);
      const bytes = await readFile(path);
      const changed = Uint8Array.from(bytes);
      changed[bytes.length >> 1]! ^= 1;
      await writeFile(path, changed);
      expect(await codesOf(openPackage(place))).toEqual([`package/hash-mismatch /a.xbar/${file}`]);
      await rm(path);
      expect(await codesOf(openPackage(place))).toEqual([`package/unreadable /a.xbar/${file}`]);
      await writeFile(path, bytes);
      await openPackage(place);
    },
  );

  it('reports every file that differs, and a manifest that is none', async () => {
    const place = join(folder, 'c.xbar');
    await writePackage(compiled, place);
    for (const file of [packageFiles.host, packageFiles.reference]) await writeFile(join(place, file), 'x');
    expect(await codesOf(openPackage(place))).toHaveLength(2);
    await writeFile(join(place, packageFiles.manifest), '{"format": 2}');
    expect(await codesOf(openPackage(place))).toEqual(['package/unreadable /c.xbar/manifest.json']);
    await writeFile(join(place, packageFiles.manifest), '{');
    expect(await codesOf(openPackage(place))).toEqual(['package/unreadable /c.xbar/manifest.json']);
    expect(await codesOf(openPackage(join(folder, 'nothing')))).toEqual(['package/unreadable /nothing']);
  });
});

describe('a package with its tensors beside', () => {
  const size = 1040;
  const wide = onnxModel({
    inputs: { x: [1, size] },
    outputs: { y: [1, size] },
    constants: {
      w: float32(
        [size, size],
        Float32Array.from({ length: size * size }, (_, i) => Math.sin(i * i)),
      ),
    },
    nodes: [node('MatMul', ['x', 'w'], ['y'])],
  });
  const place = () => join(folder, 'wide.xbar');
  const beside = dataFileOf(packageFiles.reference);

  it('is read back, layer by layer, and has the same integers', async () => {
    const model = modelOf(wide);
    const feed = drawFeeds(model.graph.inputs, 1);
    const quick = { weightRounding: 'nearest', calibrationVectors: 16 } as const;
    await writePackage(await compileModel(model, loaded, [feed], quick), place());
    const { reference } = await openPackage(place());
    const names = await writeModel(reference, place(), packageFiles.reference, { inside: 0 });
    expect(names).toEqual([packageFiles.reference, beside]);
    await reseal(place(), ({ files }) => {
      files[beside] = '0'.repeat(64);
    });
    await reseal(place());
    const again = (await openPackage(place())).reference.constants.get('y/weights')!;
    expect(again.deferred).toBe(true);
    const bytes = (data: unknown) => Buffer.from(data as Int8Array);
    expect(Buffer.compare(bytes(again.data), bytes(reference.constants.get('y/weights')!.data))).toBe(0);
  });

  it('is refused where these differ or are missing', async () => {
    const path = join(place(), beside);
    const bytes = await readFile(path);
    bytes[1000]! ^= 1;
    await writeFile(path, bytes);
    expect(await codesOf(openPackage(place()))).toEqual([`package/hash-mismatch /wide.xbar/${beside}`]);
    await rm(path);
    expect(await codesOf(openPackage(place()))).toEqual([`package/unreadable /wide.xbar/${beside}`]);
  });
});

describe('writing', () => {
  it('replaces a package with force alone, and never a folder that is none', async () => {
    const place = join(folder, 'd.xbar');
    await writePackage(compiled, place);
    expect(await codesOf(writePackage(compiled, place))).toEqual(['package/exists /d.xbar']);
    await writeFile(join(place, 'stray'), '');
    await writePackage(compiled, place, { force: true });
    expect(await readdir(place)).not.toContain('stray');
    const other = join(folder, 'photos');
    await mkdir(other);
    await writeFile(join(other, 'cat.jpg'), '');
    expect(await codesOf(writePackage(compiled, other, { force: true }))).toEqual([
      'package/unreadable /photos',
    ]);
    expect(await readdir(other)).toEqual(['cat.jpg']);
  });

  it('leaves nothing behind when it fails, and what was there before', async () => {
    const before = (await readdir(folder)).sort();
    const broken: Compiled = {
      ...compiled,
      *schedule() {
        yield* compiled.schedule();
        throw new Error('power cut');
      },
    };
    await expect(writePackage(broken, join(folder, 'e.xbar'))).rejects.toThrow('power cut');
    await expect(writePackage(broken, join(folder, 'd.xbar'), { force: true })).rejects.toThrow('power cut');
    expect((await readdir(folder)).sort()).toEqual(before);
    await openPackage(join(folder, 'd.xbar'));
  });
});
