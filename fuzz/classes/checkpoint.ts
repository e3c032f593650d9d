/** Checkpoints of training: gone on from. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeNpy } from '../../src/files/npy.ts';
import { drawn } from '../corpus/onnx-parts.ts';
import { made } from '../corpus/packages.ts';
import { changeFile, type FuzzClass, type Input } from '../input.ts';
import { mutateZip } from '../mutate/arrays.ts';
import { runVerb, withFiles } from '../verb.ts';

const [count, inputs, classes] = [24, 5, 3];
const file = 'model.xbar.checkpoint';

export const checkpoint: FuzzClass = {
  name: 'checkpoint',
  async open(scratch) {
    const samples = encodeNpy({
      type: 'float32',
      dims: [count, inputs],
      data: drawn('learnt', count * inputs),
    });
    const labels = encodeNpy({
      type: 'uint8',
      dims: [count],
      data: Uint8Array.from({ length: count }, (_, i) => i % classes),
    });
    const data: Input = new Map([
      ['samples.npy', samples],
      ['labels.npy', labels],
    ]);
    const train = (folder: string, batch: number, ...more: readonly string[]) => {
      const at = (name: string) => join(folder, name);
      const given = ['--data', at('samples.npy'), '--labels', at('labels.npy'), '--batch', String(batch)];
      const network = ['--mlp', `${inputs}-4-${classes}`, '--epochs', '2'];
      return runVerb(['train', ...network, ...given, '-o', at('model.xbar'), ...more]);
    };
    const corpus: Input[] = [];
    for (const batch of [1, 2]) {
      const files = await made(scratch, async (folder) => {
        for (const [name, bytes] of data) await writeFile(join(folder, name), bytes);
        await train(folder, batch, '--checkpoint-every', '18');
        return folder;
      });
      corpus.push(new Map([...data, ['batch', Buffer.from(String(batch))], [file, files.get(file)!]]));
    }
    return {
      corpus,
      mutate: (random, input) => changeFile(input, file, (bytes) => mutateZip(random, bytes)),
      execute: (input) =>
        withFiles(scratch, input, async () => {
          await train(scratch, Number(String(input.get('batch'))), '--resume');
        }),
    };
  },
};
