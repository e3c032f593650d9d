/** Checkpoints of training: gone on from. */
import { join } from 'node:path';
import { encodeNpy } from '../../src/files/npy.ts';
import { drawn } from '../corpus/onnx-parts.ts';
import { made } from '../corpus/packages.ts';
import { changeFile, type FuzzClass, type Input } from '../input.ts';
import { withFiles, writeFiles } from '../input-files.ts';
import { mutateZip } from '../mutate/arrays.ts';
import { Refusal } from '../outcome.ts';
import { runVerb } from '../verb.ts';

const [count, inputs, classes] = [24, 5, 3];
const widths = `${inputs}-4-${classes}`;
const file = 'model.xbar.checkpoint';

export const fuzzClass: FuzzClass = {
  name: 'checkpoint',
  module: import.meta.url,
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
    const train = (folder: string, batch: string, ...more: readonly string[]) => {
      const at = (name: string) => join(folder, name);
      const given = ['--data', at('samples.npy'), '--labels', at('labels.npy'), '--batch', batch];
      const often = ['--epochs', '2', '--transfer-every', '4', '--set', 'faults.endurance=5'];
      return runVerb(['train', '--mlp', widths, ...given, ...often, '-o', at('model.xbar'), ...more]);
    };
    const corpus: Input[] = [];
    for (const batch of ['1', '2']) {
      const files = await made(scratch, async (folder) => {
        await writeFiles(folder, data);
        // A run that wears out a device ends early and leaves its checkpoint.
        await train(folder, batch, '--checkpoint-every', '4').catch((error: unknown) => {
          if (!(error instanceof Refusal)) throw error;
        });
        return folder;
      });
      corpus.push(new Map([...data, ['batch', Buffer.from(batch)], [file, files.get(file)!]]));
    }
    return {
      corpus,
      mutate: (random, input) => changeFile(input, file, (bytes) => mutateZip(random, bytes)),
      execute: (input) =>
        withFiles(scratch, input, async () => {
          await train(scratch, String(input.get('batch')), '--resume', '--beyond-endurance');
        }),
    };
  },
};
