/** A function of one value -> the same, asked once for every value. */
export function remembered<Key, Result>(make: (key: Key) => Result): (key: Key) => Result {
  const known = new Map<Key, Result>();
  return (key) => {
    if (known.has(key)) return known.get(key)!;
    const made = make(key);
    known.set(key, made);
    return made;
  };
}
