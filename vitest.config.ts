import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Tests use onnxruntime without src/runtime too.
    // A result that an earlier run kept tests nothing.
    env: { ORT_DISABLE_TELEMETRY: '1', CROSSLOOM_RESULTS: 'off' },
    // Both cores of a small machine: few tests use threads of their own.
    maxWorkers: '100%',
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
