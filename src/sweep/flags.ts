/** What is yes or no of every image, as text: eight images a byte, the first in the lowest bit, in base64. */

/** @param flags 1 or 0 per image */
export function packFlags(flags: ArrayLike<number>): string {
  const bytes = Buffer.alloc(Math.ceil(flags.length / 8));
  for (let i = 0; i < flags.length; i++) bytes[i >> 3]! |= (flags[i]! & 1) << (i & 7);
  return bytes.toString('base64');
}

/** Whether a text is that of so many images, as `packFlags` writes it. */
export function areFlags(text: string, images: number): boolean {
  return bytesOf(text, images) !== undefined;
}

/** @returns 1 or 0 per image; undefined where the text is not that of so many images */
export function unpackFlags(text: string, images: number): Uint8Array | undefined {
  const bytes = bytesOf(text, images);
  return bytes && Uint8Array.from({ length: images }, (_, i) => (bytes[i >> 3]! >> (i & 7)) & 1);
}

function bytesOf(text: string, images: number): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  const rest = images % 8;
  const whole = bytes.length === Math.ceil(images / 8) && bytes.toString('base64') === text;
  return whole && (rest === 0 || bytes.at(-1)! >> rest === 0) ? bytes : undefined;
}
