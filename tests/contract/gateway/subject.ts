/**
 * The two gateways that the contract is held against: the embedded one and the real Ceph. Each is started once per
 * test run, when its first test asks for it.
 */
import { Gateway } from "../../../devserver/rgw/gateway";
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
  start(): Promise<Subject | { readonly unavailable: string }>;
}

const started: Subject[] = [];

/** The candidates, the fast one first. */
export const candidates: readonly Candidate[] = [
  { name: "the embedded gateway", start: once(startEmbedded) },
  { name: "a real Ceph", start: once(startReal) },
];

after("stop the gateways", async () => {
  await Promise.all(started.map((subject) => subject.stop()));
});

async function startEmbedded(): Promise<Subject> {
  const gateway = new Gateway();
  const served = await serve(gateway);
  return { endpoint: served.url, admin: gateway.admin, stop: served.close };
}

async function startReal(): Promise<Subject | { unavailable: string }> {
  const { cephAvailable } = await import("../../../tools/ceph/install.mjs");
  const found = cephAvailable(16);
  if (!found.available) {
    console.warn(`\n  !!! SKIPPED, so the embedded gateway is compared with nothing. ${found.reason}\n`);
    return { unavailable: found.reason };
  }
  return startCeph({ release: 16 });
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
