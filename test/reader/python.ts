/** The Python that tests run: Debian's, as others may come without NumPy. */
import { spawnSync } from 'node:child_process';

export const python = process.env.CROSSLOOM_PYTHON ?? '/usr/bin/python3';

/** Whether it has a module; where not, says what is skipped for want of which package of Debian's. */
export function hasModule(name: string): boolean {
  const has = spawnSync(python, ['-c', `import ${name}`]).status === 0;
  if (!has) console.log(`skipped: ${python} has no ${name} (Debian's package python3-${name})`);
  return has;
}
