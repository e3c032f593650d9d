/** What lies in Redis, by name. */

/** Of every key. */
export const prefix = 'crossloom';

/** Tasks of other code have a queue of their own: no worker can take them by mistake. */
export const queueOf = (code: string) => `tasks-${code.slice(0, 16)}`;

/** Before the key of a job, and before the names of the sets that it may be in; as BullMQ writes them. */
export const jobsOf = (code: string) => `${prefix}:${queueOf(code)}:`;

export const blobKey = (sha256: string) => `${prefix}:blob:${sha256}`;

export const rollKey = (role: Role) => `${prefix}:${role}s`;
export type Role = 'worker' | 'submitter';

/** Workers that may die of a task, or stop answering, before it is given up. */
export const mostDeaths = 3;
