/** Who has nothing to do is left alone: a fleet's update asks about none of its members whose inputs are as they were. */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { ADDRESS } from "../../provider/protocol";
import type { Inputs } from "../../provider/pulumi/state";
import { isDue, type Managed, quarantineOf } from "./managed";
import type { Report } from "./oracle";
import type { Watch } from "./watch";

type Users = Readonly<Record<string, Inputs>>;

/** Fails when a run asks about such a member. */
export function idleMembersAreLeft(report: Report, before: readonly Managed[], { asked, declared }: Watch): void {
  const { what, program, end, isRefreshed, isDisturbed } = report;
  if (what !== "up" || isRefreshed || isDisturbed) return;
  for (const { urn, member, place, isReplaced, ring, published, outputs } of before) {
    const old = report.before.resources.find((one) => one.urn === urn && one.kind === "fleet" && !one.isReplaced);
    const now = declared.get(place);
    if (old === undefined || isReplaced || member === undefined || old.initErrors.length > 0) continue;
    if (now?.declaration.urn !== urn || now.member !== member) continue;
    const [was, is] = [old.inputs, now.declaration.inputs].map(({ users }) => (users as Users)[member]);
    const isThere =
      new URL(String(outputs[ADDRESS])).hostname === `${program.addresses[now.declaration.instance]}.test`;
    const isWaiting = ring.some(
      (key) => isDue(key, end, quarantineOf(now.item)) || (key.retiredAt !== undefined && !key.expiresAt),
    );
    if (!isThere || isWaiting || published?.id === undefined || !isDeepStrictEqual(was, is)) continue;
    assert.ok(!asked.has(place), `(5) ${urn} asks about ${member}, who has nothing to do`);
  }
}
