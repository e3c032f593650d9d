/** Misspelt names: finds the known names that a user may have meant, by Levenshtein distance. */

/** Number of single-character insertions, deletions and substitutions between two words. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}

/**
 * Up to three known names near `name`, nearest first. A dotted path is also near where its last part agrees:
 * `bits` finds `adc.bits`.
 */
export function nearNames(name: string, known: readonly string[]): readonly string[] {
  const limit = Math.max(2, Math.floor(name.length / 3));
  const last = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return known
    .map((candidate) => {
      const sameLast = candidate.slice(candidate.lastIndexOf('.') + 1).toLowerCase() === last;
      const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
      return { candidate, distance: sameLast ? Math.min(distance, 1) : distance };
    })
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** `Did you mean 'adc.bits'?`, or nothing where no known name is near. */
export function didYouMean(name: string, known: readonly string[]): readonly string[] {
  const near = nearNames(name, known);
  return near.length === 0 ? [] : [`Did you mean ${near.map((n) => `'${n}'`).join(' or ')}?`];
}
