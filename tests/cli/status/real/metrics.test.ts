/** The metrics, read by Prometheus' own parser. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { prometheusText } from "../../../../cli/status/prometheus";
import { skipWithout } from "../../../real/needs";
import { crowd } from "../crowd";
import { ago, reportOn, rgwUser } from "../states";

const READ = `
import json, sys
from prometheus_client.parser import text_string_to_metric_families
print(json.dumps([
    [family.name, family.type, family.documentation, [[sample.name, sample.labels, sample.value] for sample in family.samples]]
    for family in text_string_to_metric_families(sys.stdin.read())
]))
`;

type Family = [string, string, string, [string, Record<string, string>, number][]];

function parsed(text: string): Family[] {
  const { status, stdout, stderr } = spawnSync("/usr/bin/python3", ["-c", READ], {
    input: text,
    encoding: "utf8",
    maxBuffer: 64 << 20,
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Family[];
}

describe("the metrics, read by Prometheus' parser", function () {
  this.timeout(30_000);

  before(async function () {
    const { parserAvailable } = await import("../../../../tools/prometheus/install.mjs");
    skipWithout(this, parserAvailable());
  });

  it("are seven gauges with a help text, in base units", () => {
    const families = parsed(prometheusText(reportOn(crowd(46))));
    assert.deepEqual(
      families.map(([name]) => name),
      [
        "object_users_key_issued_timestamp_seconds",
        "object_users_key_proven_timestamp_seconds",
        "object_users_key_expires_timestamp_seconds",
        "object_users_users",
        "object_users_stack_up",
        "object_users_unreadable_resources",
        "object_users_status_timestamp_seconds",
      ],
    );
    for (const [name, type, help, samples] of families) {
      assert.equal(type, "gauge", name);
      assert.match(help, /\.$/, name);
      assert.ok(samples.length > 0, name);
    }
  });

  it("give back names with quotes, backslashes and line ends, and never the same series twice", () => {
    const name = 'a"b\\c\nd}e=f,\\n é 日本';
    const key = { id: "K", issued: 3, proven: 3 };
    const text = prometheusText(reportOn({ [name]: [rgwUser(name, { keys: [key], current: "K" })] }));
    const families = parsed(text);
    const [, , , [issued] = []] = families[0] ?? [];
    assert.deepEqual(issued, [
      "object_users_key_issued_timestamp_seconds",
      { stack: name, kind: "rgw", resource: name, user: name, access_key: "K" },
      Date.parse(ago(3)) / 1000,
    ]);
    for (const [family, , , samples] of parsed(prometheusText(reportOn(crowd(500))))) {
      const series = samples.map(([, labels]) => JSON.stringify(labels));
      assert.equal(new Set(series).size, series.length, family);
    }
  });
});
