/** Where instructions are hidden from onnxruntime, it computes what it computes on a processor without them, bit for bit. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hideInstructions, runOlder, whatIsLacking } from '../../bench/older-processor.ts';
import { installRoot } from '../../src/files/install-root.ts';
import { type Built, build } from '../support/built.ts';
import { long } from '../support/shared-models.ts';
import { hasEmulator, runWithoutVnni } from '../support/without-vnni.ts';

const lacking = whatIsLacking() ?? (hasEmulator ? undefined : 'which takes qemu-user');
if (!long) console.log('skipped: CROSSLOOM_LONG=1 also hides instructions from onnxruntime');
else if (lacking) console.log(`skipped: instructions are not hidden, ${lacking}`);

/** Writes the outputs of the demo's model, for inputs that are no round numbers. */
const script = (output: string) => `
  import { writeFileSync } from 'node:fs';
  import { readModel } from './dist/src/onnx/decode.js';
  import { encodeModel } from './dist/src/onnx/encode.js';
  import { openSession } from './dist/src/runtime/session.js';
  const { graph } = await readModel(${JSON.stringify(join(installRoot(), 'fixtures/fashion-mobilenetv2/model.onnx'))});
  const session = await openSession(encodeModel(graph), { threads: 1 });
  const data = Float32Array.from({ length: 28 * 28 }, (_, i) => Math.sin(i * 12.9898));
  const outputs = await session.run({ [graph.inputs[0].name]: { type: 'float32', dims: [1, 1, 28, 28], data } });
  writeFileSync(${JSON.stringify(output)}, JSON.stringify(Object.values(outputs).map((t) => [...t.data])));`;

describe.skipIf(!long || lacking !== undefined)('with AVX-512 and VNNI hidden', () => {
  let built: Built;
  let folder: string;
  beforeAll(async () => {
    built = await build();
    folder = await mkdtemp(join(tmpdir(), 'crossloom-older-'));
  });
  afterAll(async () => {
    await built?.remove();
    if (folder) await rm(folder, { recursive: true });
  });

  it('sums are those of an emulated Haswell, and not those of this processor', async () => {
    await hideInstructions(folder);
    await cp(join(built.folder, 'dist'), join(folder, 'dist'), { recursive: true });
    const results: Record<string, string> = {};
    const run = async (name: string, place: string, start: (file: string) => Promise<unknown>) => {
      const [file, output] = [join(place, 'outputs.mjs'), join(folder, `${name}.json`)];
      await writeFile(file, script(output));
      await start(file);
      results[name] = await readFile(output, 'utf8');
    };
    await run('hidden', folder, (file) => runOlder(folder, [file]));
    await run('emulated', built.folder, runWithoutVnni);
    await run('here', built.folder, async () => built.script(script(join(folder, 'here.json'))));
    expect(results.hidden).toBe(results.emulated);
    expect(results.hidden).not.toBe(results.here);
  });
});
