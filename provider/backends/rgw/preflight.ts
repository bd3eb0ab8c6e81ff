/**
 * The preflight of a gateway. The rights are found out by requests about a user that cannot exist: with the capability the
 * answer is "no such user", without it "access denied"; so it is on 16.2, where the capability is asked for first. Newer
 * releases have a capability to see users without their keys, which only shows with a user that exists: the admin itself.
 * Buckets are asked for of the admin, too: of a user that does not exist, Ceph 20 answers with nothing at all.
 */
import { randomBytes } from "node:crypto";
import { orUndefined } from "../../http/api";
import type { BackendDeps, Finding, Preflight } from "../backend";
import { atMostWarning, granted, unlessNeeded } from "../preflight-steps";
import { checkS3 } from "../s3-check";
import { type Requests, requestsTo } from "./requests";
import type { Settings } from "./settings";
import { userIdOf } from "./wire";

/** How much slower a kept connection may be than a fresh one before that is odd, in milliseconds. */
const ODD_MS = 20;
const ROUNDS = 4;

/** Opens the preflight of a gateway. */
export function preflight(settings: Settings, deps: BackendDeps): Preflight {
  const { caCertificate, insecure } = settings;
  return { caCertificate, insecure, check: () => checks(settings, deps) };
}

async function* checks(settings: Settings, deps: BackendDeps): AsyncIterable<Finding> {
  const send = deps.openTransport(settings);
  const requests = requestsTo(settings, { ...deps, send });
  const nobody = `object-users-check-${randomBytes(8).toString("hex")}`;

  const read = await granted("users=read", () => requests.getUser(nobody), READ);
  if (read.verdict === "failed" && !LACKS.test(read.says)) return yield { ...read, what: "credentials" };
  yield { what: "credentials", verdict: "ok", says: "the gateway knows the admin key" };
  let own: string | undefined;
  const seeItself = async () => {
    own = userIdOf(await requests.getOwnUser());
  };
  yield read.verdict === "failed" ? read : await granted("users=read", seeItself, READ);
  yield await granted("users=write", () => requests.modifyUser(nobody, {}), WRITE);
  yield atMostWarning(await granted("buckets=read", () => requests.listBuckets(own ?? nobody), BUCKETS));
  if (await requests.hasRateLimits()) {
    const limits = await granted("ratelimit=*", async () => {
      await orUndefined(requests.getRateLimit(nobody));
      await requests.setRateLimit(nobody, { enabled: false });
    });
    yield unlessNeeded(limits, "rateLimit");
  }
  yield await checkS3(settings, settings, { ...deps, send });
  yield* speed(settings, deps, nobody);
}

const LACKS = /^the admin user lacks/;
const READ = 'Without it nothing works: radosgw-admin caps add --uid=ADMIN --caps="users=*".';
const WRITE = 'Without it nothing can be changed: radosgw-admin caps add --uid=ADMIN --caps="users=*".';
const BUCKETS =
  'Without it a refusal to delete cannot name the buckets: radosgw-admin caps add --uid=ADMIN --caps="buckets=read".';

/** A gateway without tcp_nodelay sends an answer in two parts, and the second waits some 40 ms on a kept connection. */
async function* speed(settings: Settings, deps: BackendDeps, nobody: string): AsyncIterable<Finding> {
  const open = () => requestsTo(settings, { ...deps, send: deps.openTransport({ ...settings, maxConcurrency: 1 }) });
  const kept = open();
  await ask(kept, nobody);
  const times = { fresh: [] as number[], kept: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    times.fresh.push(await timed(deps, () => ask(open(), nobody)));
    times.kept.push(await timed(deps, () => ask(kept, nobody)));
  }
  const slower = Math.round(median(times.kept) - median(times.fresh));
  if (slower <= ODD_MS) return;
  yield {
    what: "speed",
    verdict: "warning",
    says: `requests on a kept connection take ${slower} ms longer than on a fresh one`,
    advice: "Set tcp_nodelay=1 in the gateway's rgw_frontends: without it every answer waits some 40 ms.",
  };
}

async function ask(requests: Requests, nobody: string): Promise<void> {
  await requests.getUser(nobody).catch(() => undefined);
}

async function timed({ now }: BackendDeps, task: () => Promise<void>): Promise<number> {
  const began = now().getTime();
  await task();
  return now().getTime() - began;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
