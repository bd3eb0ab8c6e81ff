/** Who that asks to come back later is known not to have acted. */
import assert from "node:assert/strict";
import { comeBackLater } from "../../../provider/http/later";

describe("come back later", () => {
  const rows: readonly [
    status: number,
    safe: boolean,
    isOwn: boolean,
    code: string | undefined,
    uncertain?: boolean,
  ][] = [
    [429, false, false, "rate-limited", false],
    [429, true, false, "rate-limited", false],
    [503, true, false, "rate-limited", false],
    [503, false, true, "rate-limited", false],
    [503, false, false, "unavailable", true],
    [500, true, true, undefined],
    [502, false, false, undefined],
    [200, true, false, undefined],
  ];
  for (const [status, safe, isOwn, code, uncertain] of rows) {
    const whose = isOwn ? "the system's own" : "anybody's";
    it(`${whose} ${status} to ${safe ? "a read" : "a change"}: ${code ?? "another matter"}`, () => {
      const later = comeBackLater(status, "X", { safe, isOwn });
      assert.equal(later?.code, code);
      assert.equal(later?.uncertain, uncertain);
    });
  }
});
