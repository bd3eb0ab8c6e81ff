/**
 * The proof of a Swift secret: a login, which changes nothing.
 *
 * Documentation: https://docs.ceph.com/en/latest/radosgw/swift/auth/
 */
import * as z from "zod";
import { type Dialect, refused, repeatable } from "../../../http/dialect";
import { exchange } from "../../../http/exchange";
import type { Credentials } from "../../../http/sigv4";
import type { Send } from "../../../http/wire";
import type { Verdict } from "../../../lifecycle/user-api";
import type { BackendDeps } from "../../backend";

/** The body of a refusal. A gateway that has S3 alone answers in XML. */
const refusal = z.object({ Code: z.string() }).transform(({ Code }) => ({ code: Code }));

const foreign = {
  problem: "does not answer like the Swift login of a RADOS Gateway",
  advice:
    'Check s3Endpoint, and that the gateway has "swift" and "swift_auth" in rgw_enable_apis; or set prove: false to go without the proof.',
};

/** Where a login is answered. */
export interface SwiftTarget {
  readonly endpoint: string;
  readonly timeoutSeconds: number;
}

/** Logs in with a subuser's id and its Swift secret. Ceph lets the subusers of a suspended user log in, too. */
export function logIn(
  { accessKey: id, secretKey }: Credentials,
  { endpoint, timeoutSeconds }: SwiftTarget,
  deps: BackendDeps & { readonly send: Send },
): Promise<Verdict> {
  const dialect: Dialect = { endpoint, timeoutSeconds, who: "Swift", refusal, meanings: {}, foreign };
  const act = repeatable("proving", `key ${id} of subuser "${id}"`);
  return exchange(deps, {
    ...act,
    timeoutMs: timeoutSeconds * 1000,
    request: () => ({
      method: "GET",
      url: new URL(`${endpoint}/auth/v1.0`),
      headers: { "X-Auth-User": inHeader(id), "X-Auth-Key": inHeader(secretKey) },
    }),
    read(response) {
      const { status, headers, body } = response;
      if (status < 300 && headers["x-auth-token"] !== undefined) return "accepted";
      const said = refusal.safeParse(parsed(body)).data;
      if ((status === 401 || status === 403) && said?.code === "AccessDenied") return "refused";
      throw refused(dialect, act, response, said ?? {});
    },
  });
}

/** A text as a header has it: its bytes in UTF-8, a character each. */
function inHeader(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
