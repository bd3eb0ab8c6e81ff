/** Addresses whose traffic others can read: http to a host that is not this machine. */
import { isIPv4 } from "node:net";

/** Whether others can read what is sent to an address. */
export function isReadable(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === "http:" && !isLoopback(hostname);
}

/** Whether a host's name, as URLs have it, is this machine. A look-alike such as "127.evil.example" is not. */
function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || (isIPv4(hostname) && hostname.startsWith("127."));
}
