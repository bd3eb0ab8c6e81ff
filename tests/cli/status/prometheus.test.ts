/** The metrics' text. That Prometheus reads it the same way is tested with its own parser. */
import assert from "node:assert/strict";
import { prometheusText } from "../../../cli/status/prometheus";
import { ecsUser, type KeyText, reportOn, rgwUser } from "./states";

const samples = (text: string, name: string) =>
  text.split("\n").filter((line) => line.startsWith(`object_users_${name}{`));
const FORMER: KeyText = { id: "OLD", issued: 90, proven: 90, retired: 2, expires: 1 };
const CURRENT: KeyText = { id: "NOW", issued: 2, proven: 2 };

describe("the metrics", () => {
  it("tell when keys were issued and proven, and when retired ones are due", () => {
    const text = prometheusText(reportOn({ prod: [rgwUser("alice", { keys: [FORMER, CURRENT], current: "NOW" })] }));
    const labels = (key: string) => `{stack="prod",kind="rgw",resource="alice",user="alice",access_key="${key}"}`;
    const at = (days: number) => Date.parse("2026-11-22T12:00:00Z") / 1000 - days * 86_400;
    for (const [name, key, days] of [
      ["key_issued_timestamp_seconds", "NOW", 2],
      ["key_proven_timestamp_seconds", "NOW", 2],
      ["key_expires_timestamp_seconds", "OLD", 1],
    ] as const) {
      assert.deepEqual(samples(text, name), [`object_users_${name}${labels(key)} ${at(days)}`]);
    }
  });

  it("count users by phase, zeros included, and say which stacks could be read", () => {
    const text = prometheusText(reportOn({ prod: [rgwUser("a", { keys: [] })], empty: [], gone: "no such stack" }));
    assert.deepEqual(
      samples(text, "users").filter((line) => !line.endsWith(" 0")),
      ['object_users_users{stack="prod",kind="rgw",phase="no-key"} 1'],
    );
    assert.equal(samples(text, "users").length, 9);
    assert.deepEqual(samples(text, "stack_up"), [
      'object_users_stack_up{stack="prod"} 1',
      'object_users_stack_up{stack="empty"} 1',
      'object_users_stack_up{stack="gone"} 0',
    ]);
    assert.equal(samples(text, "unreadable_resources").length, 2);
  });

  it("do not call a grace that the system has ended overdue", () => {
    const text = prometheusText(reportOn({ prod: [ecsUser("a", { keys: [FORMER, CURRENT], current: "NOW" })] }));
    assert.deepEqual(samples(text, "key_expires_timestamp_seconds"), []);
  });

  it("are one sample a line with any name, of which only backslash, quote and line end are escaped", () => {
    const name = 'a\\b"c\nd\re\u001b[2Jf\u2028g\u202e';
    const text = prometheusText(reportOn({ prod: [rgwUser(name, { keys: [CURRENT], current: "NOW" })] }));
    const label = name.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
    const [line = ""] = samples(text, "key_issued_timestamp_seconds");
    assert.ok(line.includes(`user="${label}",`), line);
    for (const each of text.split("\n").filter(Boolean))
      assert.match(each, /^(# (HELP|TYPE) \w+ .*|\w+\{(\w+="([^"\\]|\\[\\"n])*",?)+\} -?[\d.e+]+)$/u);
  });

  it("have one sample where a user and the one that replaces it share their labels: the older", () => {
    const twice = [1, 9].map((issued) => rgwUser("a", { keys: [{ ...CURRENT, issued }], current: "NOW" }));
    const lines = samples(prometheusText(reportOn({ prod: twice })), "key_issued_timestamp_seconds");
    assert.deepEqual(
      lines.map((line) => line.split(" ").at(-1)),
      [`${Date.parse("2026-11-13T12:00:00Z") / 1000}`],
    );
  });
});
