import { expect, test } from 'vitest';
import { withoutCredentials } from '../../src/text/credentials.ts';

test.each([
  ['redis://host:6379/1', 'redis://host:6379/1'],
  ['--queue redis://:pw@host', '--queue redis://***@host'],
  ['to rediss://me:p@ss/w@host:1 and http://a.b/c', 'to rediss://***@host:1 and http://a.b/c'],
  ["'redis://u:p@h' 'redis://u:p@i'", "'redis://***@h' 'redis://***@i'"],
  ['somebody@example.org', 'somebody@example.org'],
])('%s', (text, shown) => expect(withoutCredentials(text)).toBe(shown));
