/**
 * `npm run bench -- start-up`: what it takes until a command line has answered that computes nothing, in milliseconds of
 * processor time of its process and of the wall clock, the least of several runs. Beside it an empty script of Node, run in turns
 * with the others.
 */
import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { installRoot } from '../src/files/install-root.ts';
import { formatTable, numbers, texts } from '../src/report/table.ts';

const runs = 15;
const commands = [
  '--help',
  'targets',
  'targets show ideal',
  'compile --help',
  'verify --help',
  'report --help',
];
const empty = 'node -e 0';

interface Spent {
  readonly processor: number;
  readonly wall: number;
}

export async function benchStartUp(): Promise<void> {
  const cli = join(installRoot(), 'dist/src/cli.js');
  const lines = new Map<string, readonly string[]>([
    [empty, ['-e', '0']],
    ...commands.map((words) => [`crossloom ${words}`, [cli, ...words.split(' ')]] as const),
  ]);
  const least = new Map<string, Spent>();
  for (let i = 0; i < runs; i++)
    for (const [name, args] of lines) {
      const { processor, wall } = await spend(args);
      const before = least.get(name);
      least.set(name, {
        processor: Math.min(processor, before?.processor ?? Infinity),
        wall: Math.min(wall, before?.wall ?? Infinity),
      });
    }
  const node = least.get(empty)!;
  const rows = [...least].map(([name, { processor, wall }]) => [
    name,
    processor.toFixed(0),
    wall.toFixed(0),
    (processor / node.processor).toFixed(1),
  ]);
  process.stdout.write(`${cpus()[0]!.model}, Node ${process.version}\n\n`);
  process.stdout.write(
    formatTable([...texts('what'), ...numbers('processor ms', 'wall ms', `times ${empty}`)], rows),
  );
}

/** Has a process tell, on a pipe of its own, what processor time it took. */
const telling = `data:text/javascript,${encodeURIComponent(`
import { writeSync } from 'node:fs';
process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  writeSync(3, String((user + system) / 1000));
});`)}`;

/** Milliseconds of one run. */
function spend(args: readonly string[]): Promise<Spent> {
  const start = performance.now();
  const child = spawn(process.execPath, ['--import', telling, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  let told = '';
  child.stdio[3]!.on('data', (text) => {
    told += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0) reject(new Error(`node ${args.join(' ')} ended with ${code}`));
      else resolve({ processor: Number(told), wall: performance.now() - start });
    });
  });
}
