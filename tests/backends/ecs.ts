/** Dell ECS's part in the contract, on its server of reference. */
import { type EcsOptions, EcsServer } from "../../devserver/ecs/server";
import { ecs } from "../../provider/backends/ecs";
import { inProcess } from "../provider/world";
import type { Adapter, System } from "./adapter";
import { listBuckets, verdictOf } from "./stack";

const ENDPOINT = "https://ecs.test:4443";
const PASSWORD = "the-managers-own-password";

/** The server with what tests ask of it. */
export interface EcsSystem extends System {
  readonly server: EcsServer;
}

/** A server with these options. `skewSeconds`: how far its clock is ahead. */
export function ecsWith({ skewSeconds = 0, ...options }: EcsOptions & { readonly skewSeconds?: number } = {}) {
  return {
    backend: ecs as Adapter["backend"],
    on: "its server of reference",
    user: (userId) => ({ userId, namespace: "ns1" }),
    setting: { name: "tags", first: { team: "red" }, next: { team: "green", cost: "7" }, others: { team: "blue" } },
    lock: { locked: true },
    refused: { "ecs:password": "not-the-right-password" },
    async open(clock) {
      const theirs = () => new Date(clock().getTime() + skewSeconds * 1000);
      const server = new EcsServer({ now: theirs, ...options });
      const keysOf = (user: string) => `/object/user-secret-keys/${user}`;
      const addKey = (user: string, secretKey = "made-by-somebody-else") => {
        server.meddle(`POST ${keysOf(user)}`, { secretkey: secretKey });
        return { accessKey: user, secretKey };
      };
      return {
        server,
        openTransport: () => inProcess(server),
        config: {
          "ecs:endpoint": ENDPOINT,
          "ecs:s3Endpoint": ENDPOINT,
          "ecs:username": "root",
          "ecs:password": PASSWORD,
        },
        secrets: [PASSWORD],
        count: (name) => server.users().filter((one) => one === name).length,
        keys: (name) => server.secretsOf(name).length,
        look: (name) => {
          const { tag } = server.meddle(`GET /object/users/${name}/info?namespace=ns1`) as { tag: Tag[] };
          return Object.fromEntries(tag.map((one) => [one.name, one.value]));
        },
        s3: (key) => verdictOf(server.handle(listBuckets(key, theirs()))),
        make: (user) => {
          server.meddle("POST /object/users", { user, namespace: "ns1" });
          return addKey(user, "made-by-hand-and-long-enough");
        },
        change: (user) => server.meddle(`POST /object/users/${user}/tags`, { tags: [{ name: "team", value: "blue" }] }),
        remove: (user) => server.meddle("POST /object/users/deactivate", { user, namespace: "ns1" }),
        addKey: (user) => addKey(user),
        endKey: (user, { secretKey }) =>
          server.meddle(`POST ${keysOf(user)}/deactivate`, { namespace: "ns1", secret_key: secretKey }),
      };
    },
  } satisfies Adapter<EcsSystem>;
}

interface Tag {
  readonly name: string;
  readonly value: string;
}
