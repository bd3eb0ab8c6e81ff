/**
 * By whom and when keys were used, summed up from requests that come by one after another, in any order. Memory grows with
 * the number of keys, not of requests.
 */
import { USER_AGENT } from "../../provider/http/send";
import type { LoggedRequest } from "./line";

/** A request that was made with a key. */
export interface Use {
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly from: string;
  readonly client: string;
  readonly operation: string;
  readonly status: number;
}

/** What is known of a key's use. */
export interface KeyUse {
  /** The user as the gateway calls it. */
  readonly user: string;
  /** How many requests were made. Refused are those with status 401 and 403: the signature was right, the user may not. */
  readonly accepted: number;
  readonly refused: number;
  readonly lastAccepted?: Use;
  readonly lastRefused?: Use;
}

/** What a client says of itself, cut to this length: it is a line for people. */
const LONGEST_TEXT = 200;

/** Whether a request was made with a key by somebody else than this package, which proves keys by requests of its own. */
export function isUse(request: LoggedRequest): request is LoggedRequest & { readonly accessKey: string } {
  return request.accessKey !== undefined && request.client !== USER_AGENT;
}

/** Whether the gateway did what was asked for, or would have. */
export function isAccepted({ status }: LoggedRequest): boolean {
  return status !== 401 && status !== 403;
}

/** Adds a request to what is known of the uses of each key. */
export function addUse(uses: Map<string, KeyUse>, request: LoggedRequest & { readonly accessKey: string }): void {
  const { accessKey, user } = request;
  const before = uses.get(accessKey) ?? { user, accepted: 0, refused: 0 };
  uses.set(
    accessKey,
    isAccepted(request)
      ? { ...before, accepted: before.accepted + 1, lastAccepted: later(before.lastAccepted, request) }
      : { ...before, refused: before.refused + 1, lastRefused: later(before.lastRefused, request) },
  );
}

function later(before: Use | undefined, { at, from, client, operation, status }: LoggedRequest): Use {
  if (before && Date.parse(before.at) > at) return before;
  const [where, who, what] = [from, client, operation].map((text) => text.slice(0, LONGEST_TEXT));
  return { at: new Date(at).toISOString(), from: where ?? "", client: who ?? "", operation: what ?? "", status };
}

/** Who used a key and when, as a clause. */
export function showUse({ at, from, client, operation }: Use): string {
  return `${at} from ${from || "an unknown address"} by ${client === "" ? "a nameless client" : `"${client}"`} (${operation})`;
}
