// The real clusters that the tests of this directory share, each behind a witness; started on first use, stopped after
// the last test. Also what a test does behind Pulumi's back, and what an S3 client sees.

import assert from "node:assert/strict";
import * as aws4 from "aws4";
import { type Credentials, type RealCeph, startCeph } from "../../../tools/ceph/cluster";
import { startWitness, type Witness } from "./witness";

/** A user as the admin API shows it. */
export interface LiveUser {
  readonly user_id: string;
  readonly tenant: string;
  readonly display_name: string;
  readonly email: string;
  readonly suspended: number;
  readonly max_buckets: number;
  readonly op_mask: string;
  readonly keys: readonly { readonly user: string; readonly access_key: string; readonly secret_key: string }[];
  readonly subusers: readonly { readonly id: string; readonly permissions: string }[];
  readonly swift_keys: readonly { readonly user: string; readonly secret_key: string }[];
  readonly caps: readonly { readonly type: string; readonly perm: string }[];
  readonly user_quota: LiveQuota;
  readonly bucket_quota: LiveQuota;
  /** From Ceph 20 on. */
  readonly create_date?: string;
}

/** A quota as the admin API shows it. */
export interface LiveQuota {
  readonly enabled: boolean;
  readonly max_size: number;
  readonly max_objects: number;
}

/** One real cluster. */
export interface Cluster {
  readonly ceph: RealCeph;
  readonly witness: Witness;
  /** The environment that makes this cluster the one that resources without a provider go to. */
  readonly env: Readonly<Record<"RADOSGW_ENDPOINT" | "RADOSGW_ACCESS_KEY" | "RADOSGW_SECRET_KEY", string>>;
  /** A user as it is; undefined when there is none. */
  user(uid: string): Promise<LiveUser | undefined>;
  /** Names of all users. */
  users(): Promise<string[]>;
  /** An admin request past the witness, as somebody else would send it. Throws unless it succeeds. */
  admin(method: string, query: Readonly<Record<string, string>>): Promise<unknown>;
  /** What S3 answers to a signed request: 200, or "403 InvalidAccessKeyId". Default: listing the buckets. */
  s3(key: Credentials, method?: string, path?: string): Promise<string>;
  /** What a Swift login is answered, by a subuser's id and its secret: 200, or "401". */
  swift(key: Credentials): Promise<string>;
}

const started = new Map<string, Promise<Cluster>>();

/** The cluster of this name, of the newest release or of this one. */
export async function cluster(name: "one" | "two" | "languages" = "one", release?: number): Promise<Cluster> {
  const { cephAvailable } = await import("../../../tools/ceph/install.mjs");
  const found = cephAvailable(release);
  if (!found.available) throw new Error(found.reason);
  const key = `${name}, Ceph ${found.release}`;
  const running = started.get(key) ?? startCluster(found.release);
  started.set(key, running);
  return running;
}

/** Releases that may differ: the newest and the oldest, or the one that is chosen. */
export const RELEASES = process.env.OBJECT_USERS_CEPH ? [Number(process.env.OBJECT_USERS_CEPH)] : [20, 16];

/** A suite on the newest of them, in the long form on each: what takes an S3 client and no CLI is in the contract. */
export function describeReleases(title: string, suite: (this: Mocha.Suite, release: number) => void): void {
  for (const release of process.env.OBJECT_USERS_LONG ? RELEASES : RELEASES.slice(0, 1)) {
    describe(`${title}, on Ceph ${release}`, function () {
      suite.call(this, release);
    });
  }
}

/** All secrets that any cluster's witness has seen, the admins' own included. */
export async function secretsSeen(): Promise<string[]> {
  const clusters = await Promise.all(started.values());
  return clusters.flatMap(({ ceph, witness }) => [ceph.admin.secretKey, ...witness.secrets]);
}

/**
 * Has the clusters stopped after the last test. Every file calls it at its top: files that run in a process of their own
 * then stop what they started, and files that run together share it to the end.
 */
export function sharedClusters(): void {
  after(async function stopClusters() {
    this.timeout(30_000);
    const running = await Promise.allSettled(started.values());
    started.clear();
    for (const each of running) {
      if (each.status === "rejected") continue; // Whoever asked for it has heard of it.
      await each.value.witness.close();
      await each.value.ceph.stop();
    }
  });
}

async function startCluster(release: number): Promise<Cluster> {
  const ceph = await startCeph({ release });
  const witness = await startWitness(ceph.endpoint);
  const { admin } = ceph;
  const adminRequest = (method: string, query: Readonly<Record<string, string>>) =>
    signedFetch(ceph.endpoint, method, `/admin/user?${escaped(ceph.release < 20 ? query : twice(query))}`, admin);
  return {
    ceph,
    witness,
    env: {
      RADOSGW_ENDPOINT: witness.endpoint,
      RADOSGW_ACCESS_KEY: admin.accessKey,
      RADOSGW_SECRET_KEY: admin.secretKey,
    },
    user: async (uid) => {
      const { status, text } = await adminRequest("GET", { uid });
      if (status === 404) return undefined;
      assert.equal(status, 200, text);
      return JSON.parse(text) as LiveUser;
    },
    admin: async (method, query) => {
      const { status, text } = await adminRequest(method, query);
      assert.equal(status, 200, `${method} ${query.uid} was answered ${status} ${text}`);
      return text === "" ? undefined : (JSON.parse(text) as unknown);
    },
    users: async () => {
      const { text } = await signedFetch(ceph.endpoint, "GET", "/admin/metadata/user", admin);
      return JSON.parse(text) as string[];
    },
    s3: async (key, method = "GET", path = "/") => {
      const { status, text } = await signedFetch(ceph.endpoint, method, path, key);
      return [status, /<Code>(\w+)</.exec(text)?.[1]].filter(Boolean).join(" ");
    },
    swift: async ({ accessKey, secretKey }) => {
      const headers = { "X-Auth-User": accessKey, "X-Auth-Key": secretKey };
      const { status } = await fetch(`${ceph.endpoint}/auth/v1.0`, { headers });
      return status === 204 ? "200" : String(status);
    },
  };
}

/** For releases that decode a query twice. */
function twice(query: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, encodeURIComponent(value)]));
}

/** A query in which everything is escaped that signatures want escaped. */
function escaped(query: Readonly<Record<string, string>>): string {
  const text = (part: string) =>
    encodeURIComponent(part).replace(
      /[!'()*]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  return Object.entries(query)
    .map(([name, value]) => `${text(name)}=${text(value)}`)
    .join("&");
}

/** Signs with aws4, as any S3 client would; nothing of the provider's own code is used. */
async function signedFetch(endpoint: string, method: string, path: string, key: Credentials) {
  const { host } = new URL(endpoint);
  const { headers } = aws4.sign(
    { service: "s3", region: "us-east-1", method, host, path },
    { accessKeyId: key.accessKey, secretAccessKey: key.secretKey },
  );
  const { Host: _, "Content-Length": _length, ...own } = headers as Record<string, string>;
  const response = await fetch(`${endpoint}${path}`, { method, headers: own });
  return { status: response.status, text: await response.text() };
}
