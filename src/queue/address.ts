/** The URL of a queue -> how Redis is reached, and its name without the password. */
import { queueAddress } from '../diagnostics/all.ts';
import { DiagnosticError } from '../diagnostics/diagnostic.ts';
import { withoutCredentials } from '../text/credentials.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  /** Server whose certificate is asked for; absent without TLS. */
  readonly tls?: { readonly servername: string };
  /** For people to read: without user and password. */
  readonly name: string;
}

const usualPort = 6379;
/** As many databases as a server could be told to have. */
const mostDatabases = 2 ** 16;

/**
 * @param text `redis://` or, through TLS, `rediss://`, then `user:password@host:port/database`, of which the host is needed alone
 * @throws DiagnosticError queue/address
 */
export function parseAddress(text: string): Address {
  const refuse = (reason: string) => new DiagnosticError([queueAddress(withoutCredentials(text), reason)]);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw refuse('it is no URL');
  }
  if (!['redis:', 'rediss:'].includes(url.protocol))
    throw refuse('it begins neither with redis:// nor rediss://');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (host === '') throw refuse('it names no host');
  const path = url.pathname.replace(/^\//, '');
  const db = path === '' ? 0 : Number(path);
  if (!/^\d*$/.test(path) || db >= mostDatabases) throw refuse(`'${path}' is no number of a database`);
  if (url.search !== '' || url.hash !== '') throw refuse('nothing follows the number of the database');
  const tls = url.protocol === 'rediss:';
  const port = url.port === '' ? usualPort : Number(url.port);
  return {
    ...{ host, port, db },
    ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
    ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
    ...(tls && { tls: { servername: host } }),
    name: `${url.protocol}//${url.host}${db === 0 ? '' : `/${db}`}`,
  };
}
