// EC2 credentials at a Keystone that a test plays: whose key an id is that is there already.

import assert from "node:assert/strict";
import { isObjectUserError } from "../../../../provider/errors";
import { issueKey } from "../../../../provider/protocols/keystone/credentials";
import { openSession } from "../../../../provider/protocols/keystone/session";

const OWNER = { userId: "u", name: "ann", projectId: "media" };
const ADDRESS = { authUrl: "https://keystone.test/v3", timeoutSeconds: 5 };
const LOGIN = {
  identity: { by: "password", user: { id: "u" }, password: "the-password" },
  scope: "unscoped",
  who: 'user "ann"',
  advice: "Check it.",
} as const;

/** A Keystone that has one credential of the id MINE, and the session of its user. */
function keystone(there: { readonly secret: string; readonly tenant_id: string }) {
  const keys = new Map([["MINE", there]]);
  const session = openSession(LOGIN, ADDRESS, {
    random: () => 0.5,
    now: () => new Date(0),
    sleep: async () => {},
    send: async ({ method, url, body = "" }) => {
      const answer = (status: number, json: object) => ({ status, headers: {}, body: JSON.stringify(json) });
      if (url.pathname.endsWith("/auth/tokens"))
        return { ...answer(201, { token: { user: { id: "u", name: "ann" } } }), headers: { "x-subject-token": "t" } };
      if (method === "GET") return answer(200, { credentials: [...keys].map(([access, key]) => ({ access, ...key })) });
      if (method === "DELETE")
        return keys.delete(url.pathname.split("/").at(-1) ?? "") ? answer(204, {}) : answer(404, {});
      const { blob, project_id } = JSON.parse(String(body)).credential;
      const { access, secret } = JSON.parse(blob);
      if (keys.has(access)) return answer(409, { error: { code: 409, message: "exists", title: "Conflict" } });
      keys.set(access, { secret, tenant_id: project_id });
      return answer(201, { credential: {} });
    },
  });
  return { session, secret: () => keys.get("MINE")?.secret };
}

describe("an EC2 credential whose id is there already", () => {
  const media = { secret: "theirs", tenant_id: "media" };
  const rows: readonly [what: string, there: typeof media, given: Parameters<typeof issueKey>[3], then: string][] = [
    ["is what an unanswered request left, where any secret will do", media, {}, "theirs"],
    ["is what an unanswered request left, where it has the given secret", media, { secretKey: "theirs" }, "theirs"],
    ["gets another secret, if it has the one that was seen", media, { secretKey: "x", replaces: "theirs" }, "x"],
    ["makes room, if it opens another project", { ...media, tenant_id: "archive" }, { secretKey: "x" }, "x"],
  ];
  for (const [what, there, given, then] of rows)
    it(what, async () => {
      const { session, secret } = keystone(there);
      assert.equal((await issueKey(session, OWNER, "MINE", given)).secretKey, then);
      assert.equal(secret(), then);
    });

  for (const replaces of [undefined, "what was there when it was looked for"])
    it(`is not replaced that somebody else has made meanwhile${replaces ? " in its place" : ""}`, async () => {
      const { session, secret } = keystone(media);
      await assert.rejects(
        issueKey(session, OWNER, "MINE", { secretKey: "x", replaces }),
        (error) => isObjectUserError(error, "conflict") && error.uncertain && !error.message.includes("theirs"),
      );
      assert.equal(secret(), "theirs");
    });
});
