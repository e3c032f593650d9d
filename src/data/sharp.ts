/** The decoder of images, whose library is loaded once there is an image to decode or to resize. */
export const loadSharp = async () => (await import('sharp')).default;
