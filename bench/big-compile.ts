/** The process that bench/big.ts measures: reads a model, compiles it with drawn samples, and writes the package. */
import { compile } from '../src/compile/compile.ts';
import { sha256 } from '../src/files/hash.ts';
import { parseOptions } from '../src/ir/options.ts';
import { openStream } from '../src/math/random.ts';
import { float32 } from '../src/math/tensor.ts';
import { readModel } from '../src/onnx/decode.ts';
import { writePackage } from '../src/package/write.ts';
import { loadTarget } from '../src/target/load.ts';
import { contextLength, vectorsKept } from './big-model.ts';

/** Wall-clock and processor time of a stage (s): on a busy machine the first says little. */
export interface StageTime {
  readonly wall: number;
  readonly processor: number;
}

export interface BigResult {
  /** In this order. */
  readonly stages: Readonly<Record<'read' | 'calibrate' | 'map' | 'write', StageTime>>;
  readonly arrays: number;
  /** Largest resident memory (bytes). */
  readonly peak: number;
}

const samples = 16;

async function compileBig(file: string, output: string, words: number): Promise<BigResult> {
  const lap = createClock();
  const model = { ...(await readModel(file)), file };
  const read = lap();
  let calibrate: StageTime | undefined;
  const compiled = await compile(
    model,
    await loadTarget('tetramem-256-6bit'),
    // Correcting for wires solves every array once: hours for a model of this size.
    parseOptions({ calibrationVectors: vectorsKept, wireCorrection: 'none' }),
    { kind: 'samples', samples: { length: samples, sample: (index) => sample(index, words) } },
    {
      onProgress(stage, done) {
        if (stage === 'map' && done === 0) calibrate = lap();
      },
    },
  );
  const map = lap();
  await writePackage(compiled, output);
  const write = lap();
  return {
    stages: { read, calibrate: calibrate!, map, write },
    arrays: compiled.mapping.arrays,
    peak: process.resourceUsage().maxRSS * 1024,
  };
}

/** Time since the last call. */
function createClock(): () => StageTime {
  const now = (): StageTime => {
    const { user, system } = process.cpuUsage();
    return { wall: performance.now() / 1000, processor: (user + system) / 1e6 };
  };
  let last = now();
  return () => {
    const time = now();
    const passed = { wall: time.wall - last.wall, processor: time.processor - last.processor };
    last = time;
    return passed;
  };
}

async function sample(index: number, words: number) {
  const stream = openStream(index, 'bench-words', 0);
  const draw = () => Math.floor(stream.uniform() * words);
  const data = Float32Array.from({ length: contextLength }, draw);
  const feeds = { words: float32([1, contextLength], data) };
  return { feeds, hash: sha256(new Uint8Array(data.buffer)) };
}

const [file = '', output = '', words = ''] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await compileBig(file, output, Number(words))));
