/** The table for people: what it looks like, and that names cannot spoil it. */
import assert from "node:assert/strict";
import { tableLines } from "../../../cli/status/table";
import { crowd } from "./crowd";
import { reportOn, rgwFleet, rgwUser } from "./states";

const CURRENT = { id: "PULUAAAAAAAAAAAAAAAA", issued: 12.5, proven: 12.5 };
const FORMER = { id: "PULUBBBBBBBBBBBBBBBB", issued: 100, proven: 100, retired: 12.5, expires: -0.25 };

describe("the table", () => {
  it("has a line a user, one more for every other key, and what went wrong below", () => {
    const report = reportOn(
      {
        prod: [
          rgwUser("alice", { keys: [FORMER, CURRENT], current: CURRENT.id }),
          rgwFleet("teams", {
            red: {
              keys: [
                { ...FORMER, expires: 1 },
                { ...CURRENT, proven: 0.1 },
              ],
              current: CURRENT.id,
            },
            blue: { keys: [] },
          }),
        ],
        empty: [],
        gone: "no stack named 'gone' found",
      },
      86_400,
    );
    assert.deepEqual(tableLines(report), [
      "Stack prod: 3 users: 1 grace, 1 no-key, 1 overdue",
      "RESOURCE    USER   KIND  PHASE    KEY                   AGE    PROVEN  DEADLINE (UTC)",
      "alice       alice  rgw   grace    PULUAAAAAAAAAAAAAAAA  12 d   12 d",
      "                                  PULUBBBBBBBBBBBBBBBB  100 d  100 d   until 2026-11-22 18:00",
      "teams/blue  blue   rgw   no-key   -",
      "teams/red   red    rgw   overdue  PULUAAAAAAAAAAAAAAAA  12 d   2 h",
      "                                  PULUBBBBBBBBBBBBBBBB  100 d  100 d   overdue since 2026-11-21 12:00",
      "",
      "Stack empty has no object users.",
      "",
      "Stack gone cannot be read: no stack named 'gone' found",
      "",
      "Wants attention:",
      "  prod alice: PULUAAAAAAAAAAAAAAAA is 12 d old, more than 1 d",
      "  prod teams/red: PULUAAAAAAAAAAAAAAAA is 12 d old, more than 1 d",
      "  prod teams/red: PULUBBBBBBBBBBBBBBBB was to be revoked 2026-11-21T12:00:00.000Z and is still there",
    ]);
  });

  it("says why the last run did not finish, a line each", () => {
    const resource = { initErrors: ["2 of 2 users failed\nred: refused"] };
    const lines = tableLines(reportOn({ prod: [rgwFleet("teams", {}, resource)] }));
    assert.deepEqual(lines.slice(-3), [
      "The last run did not finish:",
      "  prod teams: 2 of 2 users failed",
      "    red: refused",
    ]);
  });

  it("is at most 120 columns wide with names of the usual length", () => {
    const widest = Math.max(...tableLines(reportOn(crowd(60))).map((line) => line.length));
    assert.ok(widest <= 120, `${widest}`);
  });

  it("does not let a name move the cursor, change colours, begin a line or turn the direction of reading", () => {
    const name = "\u001b[31mred\u001b[0m\r\n\u202eevil\u0007";
    const lines = tableLines(
      reportOn({ prod: [rgwUser(name, { keys: [CURRENT], current: CURRENT.id })], [name]: name }),
    );
    assert.equal(lines.length, 5);
    for (const line of lines) assert.doesNotMatch(line, /[\p{Cc}\p{Cf}]/u);
  });

  it("stays aligned behind a very long name", () => {
    const users = ["x".repeat(200), "y"].map((name) => rgwUser(name, { keys: [CURRENT], current: CURRENT.id }));
    const [, head = "", ...rows] = tableLines(reportOn({ prod: users }));
    for (const row of rows) assert.equal(row.indexOf("PULU"), head.indexOf("KEY"));
  });

  it("lists twenty findings and counts the others", () => {
    const lines = tableLines(reportOn(crowd(100), 1));
    const from = lines.indexOf("Wants attention:");
    assert.equal(
      lines.slice(from + 1).findIndex((line) => /^ {2}and \d+ more$/.test(line)),
      20,
    );
  });
});
