/** Addresses whose traffic others can read: http to a host that is not this machine. */
import { isIPv4 } from "node:net";

/** Warns once of each address that is not encrypted; `what` says what would cross the network in clear. */
export function warnOfPlainHttp(addresses: readonly string[], what: string, log: (line: string) => void): void {
  for (const address of new Set(addresses)) {
    const { protocol, hostname } = new URL(address);
    if (protocol === "http:" && !isLoopback(hostname))
      log(`warning: ${address} is not encrypted: ${what} the network in clear; use https`);
  }
}

/** Whether a host's name, as URLs have it, is this machine. A look-alike such as "127.evil.example" is not. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || (isIPv4(hostname) && hostname.startsWith("127."));
}
