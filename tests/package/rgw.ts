// Ceph's gateway, embedded, with everything that rgw has, for a program outside of the repository.

import { Gateway } from "../../devserver/rgw/gateway";
import { nodeSend } from "../../provider/http/send";
import { signed } from "../../provider/http/sigv4";
import { act } from "../../tools/demo/systems/ask";
import { type Candidate, ENDED, fleetOf, type KeyStory, listen } from "./candidates";

/** Shorter than this and a busy machine does not look before it is over. */
const GRACE = { gracePeriodSeconds: 12 };
const REFUSED = "403 InvalidAccessKeyId";

/** Users, keys of a user that somebody else has made, subusers with keys of both types, and an account. */
export async function openRgw(): Promise<Candidate[]> {
  const gateway = new Gateway();
  const { url, asks, close } = await listen(gateway);
  const { accessKey, secretKey } = gateway.admin;
  const meddle = (method: string, what: string) =>
    act(signed({ method, url: new URL(`${url}/admin/${what}`) }, gateway.admin, "us-east-1", new Date()));
  await meddle("PUT", "user?caps&uid=admin&user-caps=accounts=*");
  for (const uid of ["theirs", "theirs-too", "owner"])
    await meddle("PUT", `user?uid=${uid}&display-name=${uid}&access-key=THE-${uid}&secret-key=their-secret`);

  const one = {
    config: { "rgw:endpoint": url, "rgw:accessKey": accessKey, "rgw:secretKey": { value: secretKey, secret: true } },
    secret: secretKey,
    keys: { asks, whenOver: REFUSED, whenGone: REFUSED },
  };
  const user = (uid: string): Candidate => ({
    ...one,
    name: "rgw",
    type: "rgw.User",
    inputs: { uid, displayName: "Alice", ...GRACE },
    changed: { displayName: "Alice L." },
    locked: { suspended: true },
    keys: { ...one.keys, whenLocked: "403 UserSuspended" },
    meddle: () => meddle("POST", `user?uid=${uid}&display-name=Mallory`),
    drift: /displayName is "Mallory", wanted "Alice L\."/,
    isThere: async () => gateway.user(uid) !== undefined,
  });
  const keyOf = (userId: string): Candidate => ({
    ...one,
    name: "rgw.accessKey",
    type: "rgw.AccessKey",
    inputs: { userId, ...GRACE },
    meddle: (key) => meddle("DELETE", `user?key&uid=${userId}&access-key=${key.accessKey}`),
    drift: ENDED,
    isThere: async () => gateway.user(userId)?.keys.size !== 1,
  });
  const subuser = (name: string, keyType: "s3" | "swift"): Candidate => ({
    ...one,
    name: `rgw.subuser ${keyType}`,
    type: "rgw.Subuser",
    inputs: { user: "owner", name, access: "read", keyType, ...(keyType === "s3" ? GRACE : {}) },
    changed: { access: "readwrite" },
    ...(keyType === "s3" ? {} : { keys: swiftKeys(url) }),
    meddle: () => meddle("POST", `user?uid=owner&subuser=${name}&access=full`),
    drift: /access is "full", wanted "readwrite"/,
    isThere: async () => gateway.user("owner")?.user.subusers.has(name) ?? false,
  });
  const { keys: _, ...keyless } = one;
  const account: Candidate = {
    ...keyless,
    name: "rgw.account",
    type: "rgw.Account",
    inputs: { name: "media", maxUsers: 20 },
    changed: { maxUsers: 30 },
    meddle: () => meddle("PUT", "account?name=media&max-users=9"),
    drift: /maxUsers is 9, wanted 30/,
    isThere: () =>
      meddle("GET", "account?name=media").then(
        () => true,
        () => false,
      ),
  };
  return [
    { ...user("alice"), close },
    fleetOf(user("beth")),
    keyOf("theirs"),
    fleetOf(keyOf("theirs-too")),
    subuser("reader", "s3"),
    fleetOf(subuser("writer", "s3")),
    subuser("legacy", "swift"),
    account,
  ];
}

/** What Swift answers to a login. The next secret ends the one before it immediately. */
function swiftKeys(endpoint: string): KeyStory {
  const send = nodeSend({ maxConcurrency: 1 });
  return {
    asks: async ({ accessKey, secretKey }) => {
      const headers = { "X-Auth-User": accessKey, "X-Auth-Key": secretKey };
      const { status } = await send({ method: "GET", url: new URL(`${endpoint}/auth/v1.0`), headers }, 30_000);
      return status === 204 ? "200" : String(status);
    },
    whenRotated: "401",
    whenOver: "401",
    whenGone: "403",
  };
}
