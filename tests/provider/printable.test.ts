/** What a terminal is shown of text that came from elsewhere, and what JSON has of it. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { ObjectUserError } from "../../provider/errors";
import { printable, printableJson } from "../../provider/printable";
import { withoutStack } from "../../provider/pulumi/engine";
import { world } from "../../provider/world";

const HOSTILE = "a\u001b[31m\u009b2J\u007f\r\u0000\u202eb\u2066\tc\nd";
const SHOWN = "a\\x1b[31m\\x9b2J\\x7f\\x0d\\x00\\u202eb\\u2066\tc\nd";

describe("text for terminals", () => {
  it("has its control signs written out, all but line end and tab", () => {
    assert.equal(printable(HOSTILE), SHOWN);
  });

  it("is left alone otherwise, in any script", () => {
    for (const text of ["", "team-1/alice: ok", "日本語 é ü ß 👩‍💻 עברית", "back \\ slash"])
      assert.equal(printable(text), text);
  });

  it("as JSON is what JSON.parse makes the same of, and nothing that a terminal obeys", () => {
    const unit = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "binary", maxLength: 1 }));
    fc.assert(
      fc.property(fc.array(unit), (parts) => {
        const value = { [parts.join("")]: [parts.join("")] };
        for (const json of [printableJson(value), printableJson(value, 2)]) {
          assert.deepEqual(JSON.parse(json), value);
          assert.equal(printable(json), json);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("is what Pulumi shows of a line that the provider says", () => {
    const lines: unknown[] = [];
    const before = console.log;
    console.log = (line) => lines.push(line);
    try {
      world.log(`rgw.User ${HOSTILE}: looking again`);
    } finally {
      console.log = before;
    }
    assert.deepEqual(lines, [`rgw.User ${SHOWN}: looking again`]);
  });

  it("is what Pulumi shows of an error", () => {
    const parts = { code: "conflict", operation: "reading", subject: `user "${HOSTILE}"`, problem: "no" } as const;
    assert.equal(withoutStack(new ObjectUserError(parts)).message, `reading user "${SHOWN}": no.`);
  });
});
