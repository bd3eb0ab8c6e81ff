/**
 * The gateways that the contract is held against: the embedded one as each release, and the real Ceph of each release. Each
 * is started once per test run, when its first test asks for it.
 */
import { Gateway } from "../../../devserver/rgw/gateway";
import { RELEASES, type Release } from "../../../devserver/rgw/release";
import { serve } from "../../../devserver/rgw/serve";
import { startCeph } from "../../../tools/ceph/cluster";

/** A running gateway with its administrator, whichever it is. */
export interface Subject {
  readonly endpoint: string;
  readonly admin: { readonly accessKey: string; readonly secretKey: string };
  stop(): Promise<void>;
}

/** A gateway that can be started, or the reason why it cannot. */
export interface Candidate {
  readonly name: string;
  readonly release: Release;
  start(): Promise<Subject | { readonly unavailable: string }>;
}

const started: Subject[] = [];
/** OBJECT_USERS_CEPH leaves one of the real ones. */
const chosen = RELEASES.filter((release) => [undefined, "", String(release)].includes(process.env.OBJECT_USERS_CEPH));

/** The candidates, the fast ones first. */
export const candidates: readonly Candidate[] = [
  ...RELEASES.map((release) => ({
    name: `the embedded gateway as ${release}`,
    release,
    start: once(() => startEmbedded(release)),
  })),
  ...chosen.map((release) => ({ name: `a real Ceph ${release}`, release, start: once(() => startReal(release)) })),
];

after("stop the gateways", async () => {
  await Promise.all(started.map((subject) => subject.stop()));
});

async function startEmbedded(release: Release): Promise<Subject> {
  const gateway = new Gateway({ release });
  const served = await serve(gateway);
  return { endpoint: served.url, admin: gateway.admin, stop: served.close };
}

async function startReal(release: Release): Promise<Subject | { unavailable: string }> {
  const { cephAvailable } = await import("../../../tools/ceph/install.mjs");
  const found = cephAvailable(release);
  if (!found.available) {
    console.warn(`\n  !!! SKIPPED, so the embedded gateway as ${release} is compared with nothing. ${found.reason}\n`);
    return { unavailable: found.reason };
  }
  return startCeph({ release });
}

function once(start: Candidate["start"]): Candidate["start"] {
  let running: ReturnType<Candidate["start"]> | undefined;
  return () => {
    running ??= start().then((subject) => {
      if ("endpoint" in subject) started.push(subject);
      return subject;
    });
    return running;
  };
}
