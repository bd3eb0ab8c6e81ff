/**
 * What people should hear before something is done that plan allows: clients lose their access, or nothing brings back what
 * is deleted. Only where that really is about to happen. Pure.
 */
import { isOver } from "./keys";
import type { Capabilities, KeyRecord, Known, Step } from "./model";

/** The clause to warn with before a step of a plan; undefined where there is nothing to warn of. */
export function warningBefore(step: Step, known: Known | undefined, now: Date): string | undefined {
  // Only where the system ends graces does the making of a secret have one, and only with a secret before it.
  if (step.do !== "issueKey" || step.key.graceSeconds !== 0 || !known || !isHeld(known, now)) return undefined;
  return "gracePeriodSeconds is 0: the old secret ends with this renewal, and S3 refuses clients until they have the new one";
}

/** Whether clients may have a secret that works. Of a user that was adopted they may, though nobody sees it. */
function isHeld({ keys, foreign, published, takenOver }: Known, now: Date): boolean {
  const wasPublished = ({ id, retiredAt }: KeyRecord) => id === published?.id || retiredAt !== undefined;
  return (
    takenOver === true ||
    keys.some((key) => wasPublished(key) && !isOver(key.expiresAt, now)) ||
    foreign.some(({ endsAt }) => !isOver(endsAt, now))
  );
}

/** The clause to warn with before users are deleted; undefined where there is nothing to warn of. */
export function warningOfDeletion({ deletesForGood }: Pick<Capabilities, "deletesForGood">): string | undefined {
  if (deletesForGood !== true) return undefined;
  return "deletion cannot be undone: one that is made again has another name and other keys";
}
