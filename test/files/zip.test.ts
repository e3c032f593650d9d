import { unzipSync } from 'fflate';
import { expect, it } from 'vitest';
import { readZip, writeZip } from '../../src/files/zip.ts';

const files = new Map<string, Uint8Array>([
  ['empty', new Uint8Array()],
  ['text.json', Buffer.from('{ "a": [1, 2, 3] }')],
  ['größe.npy', Uint8Array.from({ length: 70_000 }, (_, i) => (i % 7 < 4 ? 0 : Math.sin(i) * 128))],
]);

it('another reader finds the same files', () => {
  const found = unzipSync(writeZip(files));
  expect(Object.values(found).map((f) => Buffer.from(f))).toEqual(
    [...files.values()].map((f) => Buffer.from(f)),
  );
  expect(Object.keys(found)).toEqual([...files.keys()]);
});

it('reads what it wrote, the same bytes every time', () => {
  const bytes = writeZip(files);
  expect(Buffer.compare(bytes, writeZip(files))).toBe(0);
  const again = readZip(bytes);
  expect([...again.keys()]).toEqual([...files.keys()]);
  for (const [name, data] of again) expect(Buffer.compare(data, files.get(name)!)).toBe(0);
});

it('refuses anything else, and any changed byte of a file', () => {
  const bytes = writeZip(files);
  expect(() => readZip(Uint8Array.of(1, 2, 3))).toThrow('no zip archive');
  expect(() => readZip(bytes.subarray(0, -30))).toThrow('no zip archive');
  const changed = Uint8Array.from(bytes);
  changed[bytes.length >> 1]! ^= 1;
  expect(() => readZip(changed)).toThrow();
});
