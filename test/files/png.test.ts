import sharp from 'sharp';
import { expect, test } from 'vitest';
import { encodePng } from '../../src/files/png.ts';

test('an image is read back by another decoder, odd widths and clear pixels too', async () => {
  const palette = Array.from({ length: 16 }, (_, i) => [i * 17, 255 - i * 3, i] as const);
  const [width, height] = [7, 5];
  const pixels = Uint8Array.from({ length: width * height }, (_, i) => (i * 5) % 16);
  const png = encodePng({ width, height, palette, pixels, clear: 3 });
  const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height, info.channels]).toEqual([width, height, 4]);
  const expected = [...pixels].flatMap((colour) => [...palette[colour]!, colour === 3 ? 0 : 255]);
  expect([...data]).toEqual(expected);
});
