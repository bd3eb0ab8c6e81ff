/**
 * A line of the ops log of a Ceph gateway: one JSON text for each request. What a line says is read loosely; what is done
 * with it is not decided here.
 *
 * A gateway's socket begins with "[" and puts a comma behind each text. Its file may have several texts on one line: the
 * gateway ends the line only when it has written all that had come together by then.
 *
 * Documentation: https://docs.ceph.com/en/latest/radosgw/config-ref/#logging-settings
 */
import * as z from "zod";

/** A request as the gateway has logged it. Texts are as the client sent them: never show one without `printable`. */
export interface LoggedRequest {
  /** When the gateway got it: milliseconds since 1970. */
  readonly at: number;
  /** The key that signed it; none when nothing did, or the gateway did not accept the signature. */
  readonly accessKey: string | undefined;
  /** The user whom the gateway took the client for. */
  readonly user: string;
  /** The client's address; a load balancer's if the gateway is not told otherwise. */
  readonly from: string;
  /** The client's user agent. */
  readonly client: string;
  /** Ceph's word, such as "list_bucket". */
  readonly operation: string;
  readonly status: number;
}

const text = z.string().catch("");

const entry = z.looseObject({
  time: z.string(),
  access_key_id: text,
  user: text,
  remote_addr: text,
  user_agent: text,
  operation: text,
  http_status: z.coerce.number(),
});

/** The requests of a line; undefined stands for each text that is none. */
export function requestsIn(line: string): (LoggedRequest | undefined)[] {
  const texts = line.trim().replace(/^\[/, "").replace(/,$/, "");
  if (texts === "" || texts === "]") return [];
  const one = requestOf(texts);
  // Inside of a text a quotation mark has a backslash before it, so this stands between two only.
  return one ? [one] : texts.split(/(?<=\}),?\s*(?=\{"\w)/).map(requestOf);
}

function requestOf(json: string): LoggedRequest | undefined {
  const { data } = entry.safeParse(parsed(json));
  const at = data === undefined ? undefined : momentOf(data.time);
  if (data === undefined || at === undefined) return undefined;
  return {
    at,
    accessKey: data.access_key_id === "" ? undefined : data.access_key_id,
    user: data.user,
    from: data.remote_addr,
    client: data.user_agent,
    operation: data.operation,
    status: data.http_status,
  };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d{1,3})?\d* ?(?:Z|([+-]\d\d):?(\d\d))?$/;

/** Milliseconds since 1970; without a zone the time is UTC, as the gateway's is. */
function momentOf(time: string): number | undefined {
  const [, day, clock, fraction = "", hours, minutes] = TIME.exec(time) ?? [];
  const moment = Date.parse(`${day}T${clock}${fraction}${hours === undefined ? "Z" : `${hours}:${minutes}`}`);
  return Number.isNaN(moment) ? undefined : moment;
}
