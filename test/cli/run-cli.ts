/** Runs one command line in process, with a pinned help width and a clock that stands still. */
import type { Io } from '../../src/cli/io.ts';
import { main } from '../../src/cli.ts';

export interface Outcome {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** An Io that collects what is written. */
export function collectingIo(overrides: Partial<Io> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const io: Io = {
    stdout: (text) => void out.push(text),
    stderr: (text) => void err.push(text),
    redraw: (line) => void err.push(`\r\u001b[K${line}`),
    stdin: async function* () {},
    isTty: false,
    columns: 160,
    env: {},
    now: () => 0,
    onInterrupt: () => () => undefined,
    ...overrides,
  };
  return { io, out: () => out.join(''), err: () => err.join('') };
}

export async function runCli(args: readonly string[], overrides: Partial<Io> = {}): Promise<Outcome> {
  const { io, out, err } = collectingIo(overrides);
  const exit = await main(args, io);
  return { exit, out: out(), err: err() };
}

/** The exit code of a run that failed, and the codes of its problems: `40 data/no-labels`. */
export function problemOf({ exit, err }: Outcome): string {
  const codes = [...err.matchAll(/^error\[([a-z-]+\/[a-z-]+)\]/gm)].map((match) => match[1]!);
  return [exit, ...new Set(codes)].join(' ');
}
