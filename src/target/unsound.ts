/**
 * Fields of a target that could not be read. Checks of how fields fit together run all the same: whichever looks at such a
 * field ends there, and says nothing.
 */

class Unsound extends Error {}

/** Makes a field of `group` one that cannot be looked at. */
export function setUnsound(group: object, key: string): void {
  Object.defineProperty(group, key, {
    configurable: true,
    enumerable: true,
    get() {
      throw new Unsound(key);
    },
  });
}

/** What a check says, or nothing where it looks at a field that could not be read. */
export function whereSound<T>(check: () => readonly T[]): readonly T[] {
  try {
    return check();
  } catch (error) {
    if (error instanceof Unsound) return [];
    throw error;
  }
}
