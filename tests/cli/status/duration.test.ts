import assert from "node:assert/strict";
import { InvalidArgumentError } from "commander";
import { parseDuration, secondsBetween, showDuration } from "../../../cli/status/duration";

describe("spans of time", () => {
  for (const [text, seconds] of [
    ["90d", 7_776_000],
    ["12h", 43_200],
    ["30m", 1_800],
    ["45s", 45],
  ] as const) {
    it(`${text} is ${seconds} s`, () => assert.equal(parseDuration(text), seconds));
  }

  for (const text of ["", "90", "d", "0d", "-1d", "1.5d", "90 d", "3w", "90D", "1d12h", "1e3s", "9999999999d"]) {
    it(`${JSON.stringify(text)} is refused with how to say it`, () => {
      assert.throws(
        () => parseDuration(text),
        (error) => error instanceof InvalidArgumentError && /such as 90d/.test(error.message),
      );
    });
  }

  for (const [seconds, text] of [
    [-5, "0 s"],
    [0, "0 s"],
    [59, "59 s"],
    [60, "1 min"],
    [3_599, "59 min"],
    [3_600, "1 h"],
    [86_399, "23 h"],
    [86_400, "1 d"],
    [1_036_800, "12 d"],
    [86_400_000, "1000 d"],
  ] as const) {
    it(`${seconds} s is shown as ${text}`, () => assert.equal(showDuration(seconds), text));
  }

  it("counts whole seconds between two moments", () => {
    assert.equal(secondsBetween("2026-01-01T00:00:00.900Z", "2026-01-01T00:01:00.000Z"), 59);
  });
});
