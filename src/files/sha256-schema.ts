/** A SHA-256 as it stands in files: 64 hexadecimal digits. */
import { z } from 'zod';

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);
