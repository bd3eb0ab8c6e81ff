/** Addresses whose traffic others can read: http to a host that is not this machine. */
import { isIPv4 } from "node:net";

/** Warns once of each address that is not encrypted; `what` says what would cross the network in clear. */
export function warnOfPlainHttp(addresses: readonly string[], what: string, log: (line: string) => void): void {
  for (const address of new Set(addresses)) {
    const { protocol, hostname } = new URL(address);
    const isLoopback =
      hostname === "localhost" || hostname === "[::1]" || (isIPv4(hostname) && hostname.startsWith("127."));
    if (protocol === "http:" && !isLoopback)
      log(`warning: ${address} is not encrypted: ${what} the network in clear; use https`);
  }
}
