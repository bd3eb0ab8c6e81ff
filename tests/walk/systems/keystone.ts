/**
 * What walks on a real Keystone have in common. The walk's clock runs ahead of the real one, so S3 requests are checked here
 * and signed anew for the real gateway. Whoever sleeps waits until nothing else is under way.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { readCall } from "../../../devserver/rgw/call";
import { authenticate } from "../../../devserver/rgw/signature";
import type { Store as Keys } from "../../../devserver/rgw/store";
import { nodeSend } from "../../../provider/http/send";
import type { Send, WireRequest, WireResponse } from "../../../provider/http/wire";
import { world as realWorld } from "../../../provider/world";
import type { Store } from "../../openstack/store";
import { type FakeWorld, fakeWorld } from "../../provider/world";
import { type Others, type Pair, type Site, THEIRS, type Users } from "../system";

/** A credential as Keystone has it. */
interface Credential {
  readonly user_id: string;
  readonly project_id: string;
  readonly blob: string;
}

/** Whether a request to Keystone, S3 or an API before them changes nothing. */
export const isReading = ({ method, url, headers }: WireRequest) =>
  method === "GET" ||
  url.pathname.endsWith("/auth/tokens") ||
  String(headers.Authorization ?? headers.authorization).startsWith("AWS4");

/** The keys of a user, by Keystone's id for it, as access and secret keys by access key. */
export type KeysOf = (userId: string) => ReadonlyMap<string, Pair>;

/** What differs between the systems. */
export interface Before {
  readonly store: Store;
  /** Keystone's id of the project that keys open. */
  readonly project: string;
  users(keysOf: KeysOf): Promise<Users>;
  /** Keystone's id of a user. */
  idOf(uid: string): Promise<string>;
  /** Resolves when the systems have nothing under way any more. */
  settled(): Promise<void>;
  /** What others do, besides their deeds to keys. */
  readonly others: Others;
  /** An API before Keystone, which answers for all hosts but "s3." and "keystone.". */
  readonly api?: Send;
}

type Common = Pick<Site, "world" | "advance" | "open" | "look" | "s3" | "others" | "logsIn">;

/** The part of a site that the systems have in common. What was seen stays so until something is written. */
export function siteBefore({ store, project, users, idOf, settled, others, api }: Before): Common {
  const seen = new Map<string, Promise<unknown>>();
  const changed = () => seen.clear();
  function once<T>(what: string, look: () => Promise<T>): Promise<T> {
    const known = seen.get(what) ?? look();
    seen.set(what, known);
    return known as Promise<T>;
  }
  const pairs = () =>
    once("pairs", async () => {
      const { body } = await store.ask("GET", "/credentials?type=ec2");
      return (body.credentials as Credential[])
        .filter(({ project_id }) => project_id === project)
        .map(({ user_id, blob }) => ({ ...(JSON.parse(blob) as { access: string; secret: string }), user_id }));
    });
  const keysOf = async (): Promise<KeysOf> => {
    const all = await pairs();
    const of = (userId: string) => all.filter(({ user_id }) => user_id === userId);
    return (userId) =>
      new Map(of(userId).map(({ access: accessKey, secret: secretKey }) => [accessKey, { accessKey, secretKey }]));
  };

  let underWay = 0;
  let hasDeadToken = false;
  const world: FakeWorld = fakeWorld(undefined, {
    newPassword: realWorld.newPassword,
    random: realWorld.random,
    sleep: async (ms) => {
      world.advance(ms / 1000);
      // Keystone knows whole seconds only: a token of the second in which a password changed is dead from birth.
      if (hasDeadToken) await sleep(1_020 - (Date.now() % 1000));
      hasDeadToken = false;
      do await sleep(1);
      while (underWay > 0);
      await settled();
    },
  });

  /** The request by the real clock, with a wrong secret where it has a wrong signature. */
  async function s3(request: WireRequest): Promise<WireResponse> {
    const call = readCall(request);
    const accessKey = /Credential=([^/]+)\//.exec(call.headers.get("authorization") ?? "")?.[1] ?? "";
    const secret = (await pairs()).find(({ access }) => access === accessKey)?.secret ?? "";
    const keys = { byAccessKey: () => ({ keys: new Map([[accessKey, { secret }]]) }) } as unknown as Keys;
    let secretKey = secret;
    try {
      authenticate(call, keys, world.now());
    } catch {
      secretKey = "a-wrong-secret";
    }
    return { ...(await store.askS3({ accessKey, secretKey })), headers: {} };
  }

  async function keystone(send: Send, request: WireRequest, timeoutMs: number): Promise<WireResponse> {
    const path = request.url.pathname.replace(/^\/v3/, "");
    const url = new URL(`${store.keystone.authUrl}${path}${request.url.search}`);
    const answer = await send({ ...request, url }, timeoutMs);
    hasDeadToken = answer.status === 401 && path !== "/auth/tokens";
    return answer;
  }

  const all: Others = {
    ...others,
    addKey: async (_, uid, number) => {
      const user_id = await idOf(uid);
      const access = `${THEIRS}${number}${user_id.slice(0, 8)}`;
      const blob = JSON.stringify({ access, secret: `their-secret-number-${number}` });
      await store.ask("POST", "/credentials", { credential: { type: "ec2", blob, project_id: project, user_id } });
    },
    removeKey: async (_, uid, { accessKey }) =>
      void (await store.ask("DELETE", `/users/${await idOf(uid)}/credentials/OS-EC2/${accessKey}`)),
  };
  const noted = Object.entries(all).map(([name, deed]) => [
    name,
    async (...how: unknown[]) => {
      await (deed as (...how: unknown[]) => unknown)(...how);
      changed();
    },
  ]);
  return {
    world,
    advance: world.advance,
    open: (_cluster, options) => {
      const send = nodeSend(options);
      return async (request, timeoutMs) => {
        const { hostname } = request.url;
        underWay++;
        try {
          if (hostname.startsWith("s3.")) return await s3(request);
          if (api && !hostname.startsWith("keystone.")) return await api(request, timeoutMs);
          return await keystone(send, request, timeoutMs);
        } finally {
          underWay--;
          if (!isReading(request)) changed();
        }
      };
    },
    look: async () => {
      await settled();
      return once("users", async () => users(await keysOf()));
    },
    s3: (_cluster, pair) => once(JSON.stringify(pair), () => store.s3(pair)),
    logsIn: async (_cluster, uid, password) => (await store.logIn({ id: await idOf(uid), password })).status === 201,
    others: Object.fromEntries(noted) as unknown as Others,
  };
}
