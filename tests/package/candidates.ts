// The systems on which a program outside of the repository is tried, as a table: what the program says, where it finds the
// system, what somebody does there behind its back, and what S3 answers. Here are those that this process can serve itself.

import { CegedimServer } from "../../devserver/cegedim/server";
import { EcsServer } from "../../devserver/ecs/server";
import { Gateway } from "../../devserver/rgw/gateway";
import { type Exchanger, serve } from "../../devserver/rgw/serve";
import { type Credentials, signed } from "../../provider/http/sigv4";
import { openS3 } from "../../tools/demo/s3-client";
import { act } from "../../tools/demo/systems/ask";
import type { ConfigValue } from "../real/pulumi";

/** One system with one user to be made. */
export interface Candidate {
  /** The module of the package, which is also the name of the user in the program. */
  readonly name: string;
  /** The class in that module. */
  readonly type: "User" | "ObjectUser";
  readonly config: Readonly<Record<string, ConfigValue>>;
  /** What the administrator signs in with. */
  readonly secret: string;
  /** The inputs of the user, besides `rotationId`; those that are changed later; those that lock it, where that is possible. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly changed: Readonly<Record<string, unknown>>;
  readonly locked: Readonly<Record<string, unknown>>;
  /** What S3 answers to a key whose user is locked. Without a lock: 200. */
  readonly whenLocked: string;
  /** What S3 answers to the old key or secret after its grace. */
  readonly whenOver: string;
  /** What S3 answers to a key whose user is gone. */
  readonly whenGone: string;
  /** Ends the grace on the system, where it is counted in more than seconds. */
  readonly passGrace?: () => void;
  /** What S3 answers to a request that lists buckets: "200", or "403 AccessDenied". */
  s3(key: Credentials): Promise<string>;
  /** Changes the user past Pulumi. The preview has to say it like this. */
  meddle(): Promise<unknown>;
  readonly drift: RegExp;
  /** Whether the system has the user. */
  isThere(): Promise<boolean>;
  close(): Promise<void>;
}

/** Shorter than this and a busy machine does not look before it is over. */
const GRACE_SECONDS = 12;

const REGION = "us-east-1";

/** What S3 at this address answers. */
export function s3At(endpoint: string): Candidate["s3"] {
  const s3 = openS3({ endpoint, region: REGION });
  return async (key) => {
    const { status, code } = await s3(key, "GET", "/");
    return [status, code].filter(Boolean).join(" ");
  };
}

/** Ceph's gateway, embedded. */
export async function openRgw(): Promise<Candidate> {
  const gateway = new Gateway();
  const { url, s3, close } = await listen(gateway);
  const { accessKey, secretKey } = gateway.admin;
  const rename = new URL(`${url}/admin/user?uid=alice&display-name=Mallory`);
  return {
    name: "rgw",
    type: "User",
    config: { "rgw:endpoint": url, "rgw:accessKey": accessKey, "rgw:secretKey": { value: secretKey, secret: true } },
    secret: secretKey,
    inputs: { uid: "alice", displayName: "Alice", gracePeriodSeconds: GRACE_SECONDS },
    changed: { displayName: "Alice L." },
    locked: { suspended: true },
    whenLocked: "403 UserSuspended",
    whenOver: "403 InvalidAccessKeyId",
    whenGone: "403 InvalidAccessKeyId",
    s3,
    meddle: () => act(signed({ method: "POST", url: rename }, gateway.admin, REGION, new Date())),
    drift: /displayName is "Mallory", wanted "Alice L\."/,
    isThere: async () => gateway.users().length > 0,
    close,
  };
}

/** Dell ECS, its server of reference. ECS counts graces in minutes: its clock is moved. */
export async function openEcs(): Promise<Candidate> {
  let aheadMs = 0;
  const server = new EcsServer({ now: () => new Date(Date.now() + aheadMs) });
  const { url, s3, close } = await listen(server);
  const [manager] = server.managers;
  const { username = "", password = "" } = manager ?? {};
  return {
    name: "ecs",
    type: "ObjectUser",
    config: {
      "ecs:endpoint": url,
      "ecs:s3Endpoint": url,
      "ecs:username": username,
      "ecs:password": { value: password, secret: true },
    },
    secret: password,
    inputs: { userId: "alice", namespace: "ns1", tags: { team: "red" }, gracePeriodSeconds: 60 },
    changed: { tags: { team: "blue" } },
    locked: { locked: true },
    whenLocked: "403 AccessDenied",
    whenOver: "403 SignatureDoesNotMatch",
    whenGone: "403 InvalidAccessKeyId",
    passGrace: () => {
      aheadMs += 60_000;
    },
    s3,
    meddle: async () => server.meddle("PUT /object/users/lock", { user: "alice", namespace: "ns1", isLocked: true }),
    drift: /locked is true, wanted false/,
    isThere: async () => server.users().length > 0,
    close,
  };
}

/** cegedim.cloud, its server of reference. It ends graces by its own clock, the real one: all systems have to be done before. */
export async function openCegedim(): Promise<Candidate> {
  const server = new CegedimServer();
  const { url, s3, close } = await listen(server);
  const [account] = server.accounts;
  const { clientId = "", clientSecret = "" } = account ?? {};
  return {
    name: "cegedim",
    type: "ObjectUser",
    config: {
      "cegedim:endpoint": `${url}/itcare`,
      "cegedim:tokenUrl": `${url}/token`,
      "cegedim:s3Endpoint": url,
      "cegedim:clientId": clientId,
      "cegedim:clientSecret": { value: clientSecret, secret: true },
    },
    secret: clientSecret,
    inputs: { objectStore: "cos-acme-media", label: "alice", gracePeriodSeconds: 45 },
    changed: { label: "Alice L." },
    locked: { locked: true },
    whenLocked: "403 AccessDenied",
    whenOver: "401",
    whenGone: "401",
    s3,
    meddle: async () => {
      const user = server.users()["Alice L."];
      if (user) user.label = "Mallory";
    },
    drift: /label is "Mallory", wanted "Alice L\."/,
    isThere: async () => Object.keys(server.users()).some((label) => label !== "Initial S3 user"),
    close,
  };
}

async function listen(server: Exchanger): Promise<{ url: string } & Pick<Candidate, "s3" | "close">> {
  const served = await serve(server);
  return { url: served.url, s3: s3At(served.url), close: () => served.close() };
}
