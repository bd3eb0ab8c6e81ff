/** Where a server listens. */

/** A host that does not answer is waited for so long. */
export const PATIENCE_MS = 5_000;

/** A host and a port. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** The place of an address. */
export function placeOf(url: URL): Place {
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port };
}
