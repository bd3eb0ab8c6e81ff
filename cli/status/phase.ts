/**
 * The words for how a user and its keys stand, and the reason in each case. Pure: the same state and moment give the same
 * words. How old a key may be is not decided here.
 */

import { capabilitiesOf } from "../../provider/backends/backend";
import { isOver } from "../../provider/lifecycle/keys";
import type { KeyRecord } from "../../provider/lifecycle/model";
import { deadlineOf } from "../../provider/lifecycle/retirement";
import type { ManagedUser } from "../../provider/operator/inventory";
import { quarantineOf } from "../../provider/pulumi/inputs";

/** Every word for a user, with its meaning; where several hold, the first. */
export const PHASES = {
  replaced: "another user has replaced it; the next `pulumi up` deletes it",
  pending: "an operation is in progress, or was interrupted",
  unfinished: "the last run failed half-way; the next `pulumi up` resumes",
  overdue: "a retired key is still there after its deadline; the next `pulumi up` revokes it",
  rotating: "a new key is issued or being made, and not proven and published yet",
  "no-key": "no key is published",
  grace: "a retired key is valid until its deadline",
  quarantine: "a retired key is disabled, and can come back until its deadline",
  stable: "one key, published",
} as const;

export type Phase = keyof typeof PHASES;

/** Every word for a key, with its meaning. */
export const KEY_PHASES = {
  current: "published: consumers hold it",
  new: "issued, and not proven and published yet",
  grace: "retired, and valid until its deadline",
  quarantine: "disabled after its grace; it can come back until its deadline, and is revoked then",
  overdue: "retired, past its deadline, and not revoked",
  ended: "retired, and ended by the system itself; the next `pulumi up` drops the record",
} as const;

export type KeyPhase = keyof typeof KEY_PHASES;

/** When something is to be done about a key: its grace ends, or its quarantine. */
export function keyDeadline(key: KeyRecord, { inputs }: ManagedUser): string | undefined {
  return deadlineOf(key, quarantineOf(inputs));
}

/** How a key stands at that moment. */
export function keyPhaseOf(key: KeyRecord, user: ManagedUser, now: Date): KeyPhase {
  const { current, backend, inputs } = user;
  if (key.id === current?.id) return "current";
  if (key.retiredAt === undefined) return "new";
  if (!isOver(keyDeadline(key, user), now)) return key.disabledAt === undefined ? "grace" : "quarantine";
  return capabilitiesOf(backend, inputs).rotates === "keys" ? "overdue" : "ended";
}

/** How a user stands at that moment, and why. */
export function phaseOf(user: ManagedUser, now: Date): { readonly phase: Phase; readonly reason: string } {
  const { known, current, backend, inputs } = user;
  if (user.isReplaced) return plain("replaced");
  if (user.isPending) return plain("pending");
  if (user.isUnfinished) return plain("unfinished");
  const found = (wanted: KeyPhase) => known.keys.find((key) => keyPhaseOf(key, user, now) === wanted);
  const what = (key: KeyRecord) =>
    capabilitiesOf(backend, inputs).rotates === "secrets" ? `a secret of ${key.accessKey}` : key.accessKey;

  const overdue = found("overdue");
  if (overdue) {
    return { phase: "overdue", reason: `${what(overdue)} ${overdueSince(keyDeadline(overdue, user))}` };
  }
  const issued = found("new");
  if (issued) {
    const isOut = current !== undefined && isOver(current.expiresAt, now);
    const end = isOut ? `; the system ended the published one ${current.expiresAt}` : "";
    return { phase: "rotating", reason: `${what(issued)} is issued and not proven yet${end}` };
  }
  if (current?.expiresAt !== undefined) {
    const reason = `${what(current)} is published and ends ${current.expiresAt}: a renewal failed; run pulumi up`;
    return { phase: "rotating", reason };
  }
  if (current === undefined) {
    return known.published === undefined
      ? plain("no-key")
      : { phase: "no-key", reason: `the published key ${known.published.accessKey} is known not to work` };
  }
  const former = found("grace");
  if (former)
    return { phase: "grace", reason: `${what(former)} lives on until ${former.expiresAt ?? "it is revoked"}` };
  const disabled = found("quarantine");
  if (disabled) {
    const until = keyDeadline(disabled, user);
    return { phase: "quarantine", reason: `${what(disabled)} is disabled, and can come back until ${until}` };
  }
  const ended = found("ended");
  if (ended) {
    return {
      phase: "stable",
      reason: `the system ended ${what(ended)} ${ended.expiresAt}; the next up drops the record`,
    };
  }
  return plain("stable");
}

/** What is wrong with a key that is overdue, as a clause without its subject. */
export function overdueSince(deadline: string | undefined): string {
  return `was to be revoked ${deadline} and is still there`;
}

function plain(phase: Phase): { phase: Phase; reason: string } {
  return { phase, reason: PHASES[phase] };
}
