/** A network between two ends on this machine, which can be cut, and can swallow what it is given. */
import { once } from 'node:events';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';

export interface Proxy {
  readonly port: number;
  /** Ends all connections, and refuses others until it is mended. */
  cut(): Promise<void>;
  /** Keeps connections, and lets nothing through. */
  swallow(): void;
  /** Lets through what comes from now on; what was swallowed is lost. */
  pass(): void;
  mend(): Promise<void>;
}

/** @param to port on this machine */
export async function startProxy(to: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let swallowing = false;
  const server: Server = createServer((near) => {
    const far = dial(to, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('data', (bytes) => {
        if (!swallowing) other.write(bytes);
      });
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server.address() as { readonly port: number };
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    async cut() {
      const closed = once(server, 'close');
      server.close();
      drop();
      await closed;
    },
    swallow() {
      swallowing = true;
    },
    pass() {
      swallowing = false;
    },
    async mend() {
      if (!server.listening) await listen(port);
    },
  };
}
