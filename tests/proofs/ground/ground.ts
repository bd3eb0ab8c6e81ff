/**
 * The ground that proofs stand on: a real Ceph of their own with a wire before its first gateway, and the truth about
 * users past the provider. Nothing is left after `close`.
 */
import assert from "node:assert/strict";
import { type CephOptions, type Credentials, type RealCeph, startCeph } from "../../../tools/ceph/cluster";
import { type S3Client, s3Client } from "./s3";
import { startWire, type Wire } from "./wire";

/** A user as Ceph shows it, with its S3 keys as secret by id. */
export interface LiveUser {
  readonly userId: string;
  readonly displayName: string;
  readonly suspended: boolean;
  readonly keys: ReadonlyMap<string, string>;
}

/** The connection's settings, as the environment gives them. */
export type ConnectionEnv = Readonly<Record<"RADOSGW_ENDPOINT" | "RADOSGW_ACCESS_KEY" | "RADOSGW_SECRET_KEY", string>>;

/** A real cluster and what is true about it. */
export interface Ground {
  readonly ceph: RealCeph;
  readonly wire: Wire;
  readonly s3: S3Client;
  /** The way to this cluster over the wire. */
  readonly env: ConnectionEnv;
  user(userId: string): Promise<LiveUser | undefined>;
  /** Names of all users but the admin. */
  users(): Promise<string[]>;
  /** An admin request past the wire, as somebody else would send it. */
  admin(method: string, query: Readonly<Record<string, string>>): Promise<{ said: string; body: string }>;
  /** What S3 says to a key at a gateway: "200", or "403 InvalidAccessKeyId". Default: the first gateway. */
  asks(key: Credentials, endpoint?: string): Promise<string>;
  /** Every secret of this cluster so far. */
  secrets(): Promise<string[]>;
  close(): Promise<void>;
}

/** Starts a cluster with a wire. */
export async function openGround(options: CephOptions = {}): Promise<Ground> {
  const ceph = await startCeph(options);
  const wire = await startWire(ceph.endpoint);
  const s3 = s3Client();
  const admin = async (method: string, query: Readonly<Record<string, string>>, path = "/admin/user") => {
    const text = Object.entries(query).map(([name, value]) => `${name}=${escaped(value)}`);
    return s3.send(ceph.endpoint, ceph.admin, method, `${path}?${text.join("&")}`);
  };
  return {
    ceph,
    wire,
    s3,
    env: {
      RADOSGW_ENDPOINT: wire.endpoint,
      RADOSGW_ACCESS_KEY: ceph.admin.accessKey,
      RADOSGW_SECRET_KEY: ceph.admin.secretKey,
    },
    admin: (method, query) => admin(method, query),
    user: async (uid) => {
      const { status, said, body } = await admin("GET", { uid });
      if (said === "404 NoSuchUser") return undefined;
      assert.equal(status, 200, `reading ${uid}: ${said}`);
      return liveUser(JSON.parse(body) as WireUser);
    },
    users: async () => {
      const { said, body } = await admin("GET", {}, "/admin/metadata/user");
      assert.equal(said, "200", "listing the users");
      return (JSON.parse(body) as string[]).filter((name) => name !== "admin").sort();
    },
    asks: async (key, endpoint = ceph.endpoint) => (await s3.send(endpoint, key)).said,
    secrets: async () => [ceph.admin.secretKey, ...wire.secrets],
    close: async () => {
      await wire.close();
      s3.close();
      await ceph.stop();
    },
  };
}

/** A line of figures under a test, for docs/proofs.md. */
export function figures(proof: string, counts: Readonly<Record<string, number | string>>): void {
  const text = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  console.log(`      figures of ${proof}: ${text.join(", ")}`);
}

interface WireUser {
  readonly user_id: string;
  readonly tenant: string;
  readonly display_name: string;
  readonly suspended: number;
  readonly keys: readonly { readonly access_key: string; readonly secret_key: string }[];
}

function liveUser({ tenant, user_id, display_name, suspended, keys }: WireUser): LiveUser {
  return {
    userId: tenant && !user_id.includes("$") ? `${tenant}$${user_id}` : user_id,
    displayName: display_name,
    suspended: suspended === 1,
    keys: new Map(keys.map(({ access_key, secret_key }) => [access_key, secret_key])),
  };
}

function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}
