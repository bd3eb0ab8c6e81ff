// The account API's stand-in in front of the real Keystone and the real S3 gateway that the suites of a process share.

import { type ServedAccount, serveAccount } from "../../devserver/infomaniak/serve";
import type { CloudUser, ProjectUsers } from "../../devserver/infomaniak/users";
import { type World, world } from "../../provider/world";
import { openProgram, type Program } from "../openstack/program";
import { type Store, storeFor } from "../openstack/store";

/** Numbers of the account's public cloud and of its project. */
export const CLOUD = 1200;
export const PROJECT = 34_000;
export const TOKEN = "token-of-the-stand-in-0123456789abcdef";

/** An account with the handles of tests. */
export interface Setting {
  readonly store: Store;
  readonly served: ServedAccount;
  readonly users: ProjectUsers;
  /** The stack configuration that reaches it. */
  readonly config: Readonly<Record<string, unknown>>;
  /** A program on it; its waits take a fiftieth of the time. */
  open(config?: Readonly<Record<string, unknown>>, outside?: Partial<World>): Promise<Program>;
  /** The user of this description. */
  user(description: string): CloudUser | undefined;
}

interface Options {
  readonly requestsPerMinute?: number;
  readonly delayMs?: number;
  readonly cli?: boolean;
}

/** For `before`: an account of its own; skips where the real things behind it cannot be had. */
export async function openAccount(context: Mocha.Context, options: Options = {}): Promise<Setting> {
  return accountBefore(await storeFor(context, options), options);
}

/** An account of its own in front of a store that runs. */
export async function accountBefore(store: Store, options: Options = {}): Promise<Setting> {
  const { authUrl, admin } = store.keystone;
  const served = await serveAccount({
    region: { authUrl, ...admin },
    token: TOKEN,
    publicCloudId: CLOUD,
    projects: { [PROJECT]: "PCP-TESTING", [PROJECT + 1]: "PCP-OTHER" },
    requestsPerMinute: options.requestsPerMinute ?? 100_000,
    delayMs: options.delayMs ?? 10,
  });
  const users = served.account.usersOf(PROJECT);
  const config = {
    "infomaniak:token": TOKEN,
    "infomaniak:endpoint": served.endpoint,
    "infomaniak:authUrl": authUrl,
    "infomaniak:s3Endpoint": store.s3Endpoint,
    "infomaniak:requestsPerMinute": 100_000,
    "infomaniak:timeoutSeconds": 10,
  };
  return {
    store,
    served,
    users,
    config,
    open: (more = {}, outside = {}) =>
      openProgram({
        kind: "infomaniak",
        config: { ...config, ...more },
        world: { sleep: (ms) => world.sleep(Math.max(ms / 50, 5)), ...outside },
      }),
    user: (description) => [...users.users.values()].find((one) => one.description === description),
  };
}
