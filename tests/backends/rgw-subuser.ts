/** The part of rgw.Subuser in the contract, with keys of both types, on the embedded gateway. */
import assert from "node:assert/strict";
import { subuser } from "../../provider/backends/rgw/subuser";
import type { Adapter } from "./adapter";
import { embedded, type RgwSystem } from "./rgw";

/** The user whose subusers they are. */
export const OWNER = "own";

/** The user's key: nothing that is done with subusers has a part in it. */
const OWNERS = { accessKey: "OWNERS", secretKey: "owners-secret" };

/** Subusers with keys of a type. */
export function withKeys(keyType: "s3" | "swift"): Adapter<RgwSystem> {
  const isSwift = keyType === "swift";
  return {
    backend: subuser as Adapter["backend"],
    on: `the embedded gateway, with keys for ${keyType}`,
    user: (name) => ({ user: OWNER, name, access: "full", keyType }),
    setting: { name: "access", first: "read", next: "write", others: "readwrite" },
    refused: embedded.refused,
    async open(clock) {
      const system = await embedded.open(clock);
      const { gateway, meddle } = system;
      meddle(`PUT user?uid=${OWNER}&display-name=Own&access-key=${OWNERS.accessKey}&secret-key=${OWNERS.secretKey}`);
      const owner = () => gateway.user(OWNER)?.user;
      const s3Keys = (name: string) => [...(owner()?.keys.values() ?? [])].filter((key) => key.subuser === name);
      const addKey = (name: string, key: { accessKey: string; secretKey: string }) => {
        const id = isSwift ? `${OWNER}:${name}` : key.accessKey;
        const which = isSwift ? "key-type=swift" : `key-type=s3&access-key=${id}`;
        meddle(`PUT user?key&uid=${OWNER}&subuser=${name}&${which}&secret-key=${key.secretKey}`);
        return { ...key, accessKey: id };
      };
      return {
        ...system,
        count: (name) => (owner()?.subusers.has(name) ? 1 : 0),
        keys: (name) => (isSwift ? Number(owner()?.swiftKeys.has(name) ?? false) : s3Keys(name).length),
        look: (name) => words[owner()?.subusers.get(name) ?? ""],
        s3: ({ accessKey, secretKey }) =>
          accessKey.includes(":") ? logIn(system, accessKey, secretKey) : system.s3({ accessKey, secretKey }),
        make: (name) => {
          meddle(
            `PUT user?uid=${OWNER}&subuser=${name}&access=full&key-type=s3&access-key=FIRST&secret-key=their-first`,
          );
          if (!isSwift) return { accessKey: "FIRST", secretKey: "their-first" };
          meddle(`DELETE user?key&uid=${OWNER}&access-key=FIRST`);
          return addKey(name, { accessKey: "", secretKey: "their-first-secret" });
        },
        change: (name) => meddle(`POST user?uid=${OWNER}&subuser=${name}&access=readwrite`),
        remove: (name) => meddle(`DELETE user?uid=${OWNER}&subuser=${name}`),
        addKey: (name) => addKey(name, { accessKey: "THEIRS", secretKey: "their-secret" }),
        endKey: (name, key) =>
          meddle(
            `DELETE user?key&uid=${OWNER}&${isSwift ? `subuser=${name}&key-type=swift` : `access-key=${key.accessKey}`}`,
          ),
      };
    },
  };
}

const words: Readonly<Record<string, string>> = {
  read: "read",
  write: "write",
  "read-write": "readwrite",
  "full-control": "full",
};

/** What a Swift login is answered: "200", or "401 AccessDenied". */
function logIn({ gateway }: RgwSystem, id: string, secret: string): string {
  const url = new URL("https://gateway.test/auth/v1.0");
  const headers = { "X-Auth-User": id, "X-Auth-Key": secret };
  const { status, body } = gateway.handle({ method: "GET", url, headers });
  return status === 204 ? "200" : `${status} ${JSON.parse(body).Code}`;
}

/** Fails unless the owner and its key are as they were. */
export function assertOwnerUntouched({ gateway }: RgwSystem): void {
  assert.equal(gateway.user(OWNER)?.keys.get(OWNERS.accessKey), OWNERS.secretKey);
}
