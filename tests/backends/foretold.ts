/** What a preview foretells of outputs, against what came. */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { Outputs } from "../../provider/pulumi/state";
import { UNKNOWN } from "../../provider/pulumi/unknowns";

/** Fails where what was foretold is known and did not come; answers how many values did. */
export function compareForetold(expected: unknown, came: unknown, path: readonly string[]): number {
  if (expected === UNKNOWN) return 0;
  const isPart = (value: unknown): value is Outputs => typeof value === "object" && value !== null;
  if (isPart(expected) && isPart(came)) {
    const names = new Set([...Object.keys(expected), ...Object.keys(came)].filter((name) => !name.startsWith("__")));
    let foretold = 0;
    for (const name of names) foretold += compareForetold(expected[name], came[name], [...path, name]);
    return foretold;
  }
  const isSame = isDeepStrictEqual(expected ?? null, came ?? null);
  assert.ok(isSame, `foretold ${path.join(".")}: ${JSON.stringify(expected)}; came ${JSON.stringify(came)}`);
  return 1;
}
