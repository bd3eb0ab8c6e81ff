// The search for secrets itself: a search that finds nothing anywhere would prove nothing.

import assert from "node:assert/strict";
import { assertNoSecrets } from "./leaks";

const SECRET = 'a+b/c="d"-efghijklmnopqrstuvw';

describe("the search for secrets", () => {
  for (const [form, text] of Object.entries({
    plain: `secret: ${SECRET}.`,
    JSON: JSON.stringify({ secret: SECRET }),
    "JSON as Ceph writes it": JSON.stringify(SECRET).replaceAll("/", "\\/"),
    address: `/?secret-key=${encodeURIComponent(SECRET)}&uid=alice`,
    base64: Buffer.from(`${SECRET}, and more`).toString("base64"),
  })) {
    it(`finds one in this form: ${form}, and does not show it`, () => {
      assert.throws(
        () => assertNoSecrets({ clean: "nothing here", dirty: text }, ["other", SECRET]),
        (error: Error) => error.message.startsWith("a secret stands in dirty: ") && !error.message.includes("efgh"),
      );
    });
  }

  it("is content where there is none", () => {
    assertNoSecrets({ clean: "nothing here" }, [SECRET]);
  });
});
