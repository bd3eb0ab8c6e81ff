/** What servers of reference in this process have in common: a clock that sleeping moves, and an S3 that is asked at once. */
import { sign } from "aws4";
import type { WireRequest, WireResponse } from "../../../provider/http/wire";
import { type FakeWorld, fakeWorld } from "../../provider/world";
import type { Pair } from "../system";

/** A world whose clock moves when somebody sleeps; whoever sleeps lets everything else happen that does not. */
export function clockOf(): Pick<FakeWorld, "advance"> & { readonly world: FakeWorld } {
  const world: FakeWorld = fakeWorld(undefined, {
    sleep: (ms) => {
      world.advance(ms / 1000);
      return new Promise((resolve) => setImmediate(resolve));
    },
  });
  return { world, advance: world.advance };
}

/** What S3 answers to a pair: "200", or a status and a code. The server verifies signatures by arithmetic of its own. */
export function s3Answer(
  server: { handle(request: WireRequest): WireResponse },
  { accessKey: accessKeyId, secretKey: secretAccessKey }: Pair,
  at: Date,
): string {
  const date = at.toISOString().replace(/[:-]|\.\d{3}/g, "");
  const request = { host: "s3.test", method: "GET", path: "/", service: "s3", headers: { "X-Amz-Date": date } };
  const { headers } = sign({ ...request, region: "us-east-1" }, { accessKeyId, secretAccessKey });
  const url = new URL("http://s3.test/");
  const { status, body } = server.handle({ method: "GET", url, headers: headers as Record<string, string> });
  return [status, /<Code>(\w+)</.exec(body)?.[1]].filter(Boolean).join(" ");
}
