import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Tests use onnxruntime without src/runtime too.
    // A result that an earlier run kept tests nothing.
    env: { ORT_DISABLE_TELEMETRY: '1', CROSSLOOM_RESULTS: 'off' },
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
