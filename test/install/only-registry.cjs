// Preloaded into npm and every Node that it starts: no host has an address but the one that CROSSLOOM_REGISTRY names.
const dns = require('node:dns');

const { lookup } = dns;
dns.lookup = (host, ...rest) => {
  if (host === process.env.CROSSLOOM_REGISTRY) return lookup(host, ...rest);
  const refused = new Error(`${host} is not the registry`);
  return rest.at(-1)(Object.assign(refused, { code: 'ENOTFOUND', hostname: host }));
};
