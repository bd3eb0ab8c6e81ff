/** Ceph's part in the contract, on the embedded gateway. */
import assert from "node:assert/strict";
import { Gateway } from "../../devserver/rgw/gateway";
import { rgw } from "../../provider/backends/rgw";
import { admin } from "../devserver/request";
import { s3Says } from "../provider/stack";
import { chance, inProcess } from "../provider/world";
import type { Adapter, System } from "./adapter";
import { listBuckets, openStack, type Stack, type StackOptions, verdictOf } from "./stack";

const ENDPOINT = "https://gateway.test";

/** The gateway with what tests ask of it. */
export interface RgwSystem extends System {
  readonly gateway: Gateway;
  /** What somebody else does with the admin API: `meddle("POST user?uid=ann&suspended=true")`. Answers the JSON. */
  meddle(what: string): unknown;
}

export const embedded: Adapter<RgwSystem> = {
  backend: rgw as Adapter["backend"],
  on: "the embedded gateway",
  user: (name) => ({ uid: name, displayName: "Ann" }),
  setting: { name: "maxBuckets", first: 5, next: 7, others: 9 },
  lock: { suspended: true },
  refused: { "rgw:secretKey": "not-the-admins-secret" },
  async open(clock) {
    const { accessKey, secretKey } = { accessKey: "ADMINADMINADMINADMIN", secretKey: "the-admins-own-secret-key" };
    const gateway = new Gateway({ now: clock, random: chance(11), admin: { accessKey, secretKey } });
    const meddle = (what: string) => {
      const { status, body } = gateway.handle(admin(gateway, what, clock()));
      assert.equal(status, 200, `${what}: ${body}`);
      return body === "" ? undefined : JSON.parse(body);
    };
    const addKey = (name: string, key = { accessKey: "THEIRS", secretKey: "their-secret" }) => {
      meddle(`PUT user?key&uid=${name}&access-key=${key.accessKey}&secret-key=${key.secretKey}`);
      return key;
    };
    return {
      gateway,
      meddle,
      openTransport: () => inProcess(gateway),
      config: { "rgw:endpoint": ENDPOINT, "rgw:accessKey": accessKey, "rgw:secretKey": secretKey },
      secrets: [secretKey],
      count: (name) => (gateway.user(name) ? 1 : 0),
      keys: (name) => gateway.user(name)?.keys.size ?? 0,
      look: (name) => gateway.user(name)?.user.maxBuckets,
      s3: (key) => verdictOf(gateway.handle(listBuckets(key, clock()))),
      make: (name) => {
        meddle(`PUT user?uid=${name}&display-name=Ann&generate-key=false`);
        return addKey(name, { accessKey: "FIRST", secretKey: "their-first-secret" });
      },
      change: (name) => meddle(`POST user?uid=${name}&max-buckets=9`),
      remove: (name) => meddle(`DELETE user?uid=${name}`),
      addKey: (name) => addKey(name),
      endKey: (name, key) => meddle(`DELETE user?key&uid=${name}&access-key=${key.accessKey}`),
    };
  },
};

/** A stack with rgw.User "ann" on the embedded gateway. */
export interface RgwStack extends Stack<RgwSystem> {
  readonly gateway: Gateway;
  readonly meddle: RgwSystem["meddle"];
  /** Counts only what comes from here on, without the one question of a connection for whom it talks to. */
  tally(task: () => Promise<unknown>): Promise<Record<string, number>>;
  /** Ids of ann's keys on the gateway. */
  keys(): string[];
  /** Names of all users of the gateway but its admin. */
  uids(): string[];
  /** What S3 answers to a key: "200", or "403 InvalidAccessKeyId". */
  says(accessKey: unknown, secretKey: unknown): string;
}

/** Opens it. */
export async function openRgw(options: StackOptions = {}): Promise<RgwStack> {
  const stack = await openStack(embedded, options);
  const { gateway, meddle } = stack.system;
  return Object.assign(stack, {
    gateway,
    meddle,
    async tally(task: () => Promise<unknown>) {
      gateway.requests.reset();
      await task();
      const { "GET info": _, ...tally } = gateway.requests.tally();
      return tally;
    },
    keys: () => [...(gateway.user("ann")?.keys.keys() ?? [])],
    uids: () => gateway.users().map(({ uid }) => uid),
    says: (accessKey: unknown, secretKey: unknown) => s3Says({ gateway, world: stack.world }, accessKey, secretKey),
  });
}
