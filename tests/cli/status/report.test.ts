/** What is found, what is missing, and that nothing of a secret is in it. */
import assert from "node:assert/strict";
import { isIncomplete } from "../../../cli/status/report";
import { ecsUser, type KeyText, reportOn, rgwUser } from "./states";

const key = (id: string, issued: number, more: Partial<KeyText> = {}): KeyText => ({
  id,
  issued,
  proven: issued,
  ...more,
});
const DAY = 86_400;

const young = rgwUser("young", { keys: [key("Y", 89.9)], current: "Y" });
const old = rgwUser("old", { keys: [key("O", 90.1)], current: "O" });
const overdue = rgwUser("overdue", { keys: [key("B", 200, { retired: 3, expires: 2 }), key("C", 3)], current: "C" });
const ended = ecsUser("ended", { keys: [key("S1", 200, { retired: 3, expires: 2 }), key("S2", 3)], current: "S2" });

describe("a report", () => {
  it("finds published keys older than the limit, and overdue graces", () => {
    const { findings } = reportOn({ test: [young, old, overdue, ended] }, 90 * DAY);
    assert.deepEqual(
      findings.map(({ finding, resource, accessKey }) => [finding, resource, accessKey]),
      [
        ["key-too-old", "old", "O"],
        ["grace-overdue", "overdue", "B"],
      ],
    );
  });

  it("finds no key too old without a limit, and at the limit", () => {
    const at = rgwUser("at", { keys: [key("A", 90)], current: "A" });
    assert.deepEqual(reportOn({ test: [old] }).findings, []);
    assert.deepEqual(reportOn({ test: [at] }, 90 * DAY).findings, []);
  });

  it("is incomplete when a stack or a resource cannot be read, and shows the others", () => {
    const newer = rgwUser("newer", { keys: [], outputs: { schemaVersion: 2 } });
    const unknown = { ...rgwUser("x", { keys: [] }), type: "pulumi-nodejs:dynamic/object-users/atlantis:User" };
    const damaged = rgwUser("damaged", { keys: [], outputs: { keys: "none" } });
    assert.equal(isIncomplete(reportOn({ test: [young], empty: [] })), false);
    assert.equal(isIncomplete(reportOn({ test: [young], gone: "no stack named 'gone' found" })), true);
    const report = reportOn({ test: [young, newer, unknown, damaged] });
    assert.equal(isIncomplete(report), true);
    assert.deepEqual(
      report.users.map(({ resource }) => resource),
      ["young"],
    );
    const problems = report.unreadable.map(({ problem }) => problem);
    assert.match(problems[0] ?? "", /schema version 2.*Install the release that wrote it, or a later one/);
    assert.match(problems[1] ?? "", /no resource atlantis.User/);
    assert.match(problems[2] ?? "", /damaged: restore it/);
  });

  it("sorts users of a stack by resource, numbers as numbers", () => {
    const users = ["b", "a10", "a9"].map((name) => rgwUser(name, { keys: [] }));
    assert.deepEqual(
      reportOn({ test: users }).users.map(({ resource }) => resource),
      ["a9", "a10", "b"],
    );
  });

  it("keeps the whole name of a resource that has colons", () => {
    const [user] = reportOn({ test: [rgwUser("a::b", { keys: [] })] }).users;
    assert.equal(user?.resource, "a::b");
  });

  it("holds nothing of a secret, also when the export shows them", () => {
    const clear = {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      plaintext: '"hunter2secret"',
    };
    const user = rgwUser("u", {
      keys: [key("K", 1)],
      current: "K",
      outputs: { secretKey: clear, previousSecretKey: clear, password: clear },
    });
    const broken = rgwUser("v", { keys: [], outputs: { secretKey: { ...clear, plaintext: "hunter2secret" } } });
    const report = reportOn({ test: [user, broken] });
    assert.equal(report.users.length, 1);
    assert.deepEqual(
      report.unreadable.map(({ problem }) => problem),
      ["Its state is not in a form that is known."],
    );
    assert.equal(JSON.stringify(report).includes("hunter2"), false);
  });
});
