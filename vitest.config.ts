import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take minutes, the longest first: one of them begun last would keep a core waiting for it. */
const longest = [
  'conformance/models',
  'readme',
  'fuzz/classes',
  'simulate/ideal',
  'cli/demo',
  'cli/threads',
  'queue/faults',
  'queue/sweep',
  'sweep/processes',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = longest.findIndex((name) => moduleId.endsWith(`test/${name}.test.ts`));
      return place < 0 ? longest.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Tests use onnxruntime without src/runtime too.
    // A result that an earlier run kept tests nothing.
    env: { ORT_DISABLE_TELEMETRY: '1', CROSSLOOM_RESULTS: 'off' },
    // Both cores of a small machine: few tests use threads of their own.
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
