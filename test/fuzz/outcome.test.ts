/** What was thrown -> refused by a code, or a finding and its kind. */
import { expect, it } from 'vitest';
import { Bug, Inconsistency, judge, Refusal, whatOf } from '../../fuzz/outcome.ts';
import { optionInvalid } from '../../src/diagnostics/all.ts';
import { DiagnosticError, InternalError } from '../../src/diagnostics/diagnostic.ts';

const diagnostic = optionInvalid('--slices', 'it is none');

it('a diagnostic is a refusal by its code', () => {
  expect(judge(new DiagnosticError([diagnostic]))).toEqual({ kind: 'refused', code: 'options/invalid' });
  expect(judge(new Refusal('onnx/unreadable'))).toEqual({ kind: 'refused', code: 'onnx/unreadable' });
});

it('a code that nobody registered is a finding, and so is an error without diagnostics', () => {
  for (const diagnostics of [[{ ...diagnostic, code: 'nothing/known' }], []])
    expect(judge(new DiagnosticError(diagnostics))).toMatchObject({
      kind: 'finding',
      what: 'no registered code',
    });
});

it('any other error is a finding by its name and the topmost frame of ours', () => {
  const outcome = judge(new InternalError('stage', 'an invariant broke'));
  expect(outcome).toMatchObject({ kind: 'finding', message: expect.stringContaining('an invariant broke') });
  expect(judge(new Bug('TypeError at f', 'text'))).toMatchObject({ what: 'TypeError at f', message: 'text' });
  expect(judge(new Inconsistency('the sums differ: 1 and 2')).kind).toBe('finding');
  expect(judge(new Inconsistency('the sums differ: 1 and 2'))).toMatchObject({
    what: 'Inconsistency: the sums differ',
  });
  expect(judge('a text')).toMatchObject({ kind: 'finding', what: 'no Error' });
});

it.each([
  [
    'at Map.get (native)\n    at sizeOf (file:///a/dist/src/math/tensor.js:12:3)',
    'E at sizeOf (src/math/tensor.js:12)',
  ],
  ['at async file:///a/src/dist/passes/map/tile.js:3:4', 'E at (module) (passes/map/tile.js:3)'],
  ['at run (/a/node_modules/x/dist/src/backend.js:53:92)', 'E at run (backend.js:53)'],
  ['', 'E without a frame'],
])('of the stack %s the kind is %s', (frames, what) => {
  expect(whatOf('E', `E: message\n    ${frames}`)).toBe(what);
});
