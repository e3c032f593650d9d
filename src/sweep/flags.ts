/** What is yes or no of every image, as text: eight images a byte, the first in the lowest bit, in base64. */

/** @param flags 1 or 0 per image */
export function packFlags(flags: ArrayLike<number>): string {
  const bytes = Buffer.alloc(Math.ceil(flags.length / 8));
  for (let i = 0; i < flags.length; i++) bytes[i >> 3]! |= (flags[i]! & 1) << (i & 7);
  return bytes.toString('base64');
}

/** @returns 1 or 0 per image; undefined where the text is not that of so many images */
export function unpackFlags(text: string, images: number): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== Math.ceil(images / 8) || bytes.toString('base64') !== text) return undefined;
  const flags = Uint8Array.from({ length: images }, (_, i) => (bytes[i >> 3]! >> (i & 7)) & 1);
  return packFlags(flags) === text ? flags : undefined;
}
