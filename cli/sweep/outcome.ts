/** What a sweep came to, as data, and as the JSON that scripts read. */
import type { Ending } from "../../provider/operator/sweep";
import { EXIT, type ExitCode } from "../exit";

/** A key whose fate is known. */
export interface SweptKey extends Ending {
  readonly stack: string;
  /** The resource's name in the program, "fleet/member" for a member. */
  readonly resource: string;
  readonly user: string;
}

/** A key with one of our ids that no given stack knows. */
export interface Orphan {
  /** The system: its kind and its address. */
  readonly system: string;
  readonly user: string;
  readonly accessKey: string;
  readonly outcome: "found" | "revoked";
  readonly isProven: boolean;
  /** Why it was not revoked although it was to be, as a clause without a full stop. */
  readonly why?: string;
}

/** Something that could not be done, as a sentence. */
export interface Failure {
  readonly stack: string;
  readonly resource?: string;
  readonly problem: string;
}

/** A user that was left alone, with the reason. */
export interface Skipped {
  readonly stack: string;
  readonly resource: string;
  readonly user: string;
  readonly reason: string;
}

/** All that a sweep came to. */
export interface Outcome {
  readonly dryRun: boolean;
  readonly keys: SweptKey[];
  readonly skipped: Skipped[];
  readonly orphans: Orphan[];
  readonly failures: Failure[];
  users: number;
  interrupted: boolean;
}

/** An outcome before anything was done. */
export function newOutcome(dryRun: boolean): Outcome {
  return { dryRun, keys: [], skipped: [], orphans: [], failures: [], users: 0, interrupted: false };
}

/** The exit code: what is worst. */
export function exitOf({ keys, skipped, orphans, failures, interrupted }: Outcome): ExitCode {
  if (interrupted) return EXIT.interrupted;
  if (failures.length > 0) return EXIT.incomplete;
  const wantsAttention =
    skipped.length > 0 ||
    keys.some(({ outcome }) => outcome === "due" || outcome === "left") ||
    orphans.some(({ outcome }) => outcome === "found");
  return wantsAttention ? EXIT.findings : EXIT.ok;
}

/** A key's fate in a line. */
export function keyLine(swept: SweptKey): string {
  const { stack, resource, accessKey, expiresAt, outcome, isProven, isQuarantine, why } = swept;
  const grace = `its grace ended ${expiresAt}`;
  const key = `${stack} ${resource}: key ${accessKey}`;
  switch (outcome) {
    case "revoked":
      return `${key} revoked${isProven ? " and refused by S3" : ", not proven"}; ${grace}`;
    case "disabled":
      return `${key} disabled for its quarantine${isProven ? " and refused by S3" : ", not proven"}; ${grace}`;
    case "due":
      return `${key} would be ${isQuarantine ? "disabled" : "revoked"}; ${grace}`;
    case "gone":
      return `${key} is gone already; ${grace}`;
    case "left":
      return `${key} is left: ${why}`;
  }
}

/** An orphan's fate in a line. */
export function orphanLine({ system, user, accessKey, outcome, isProven, why }: Orphan): string {
  const key = `${system}: orphan ${accessKey} of user "${user}"`;
  if (why !== undefined) return `${key} is left: ${why}`;
  return outcome === "found" ? key : `${key} revoked${isProven ? " and refused by S3" : ", not proven"}`;
}

/** The sum in a line. */
export function sumLine(outcome: Outcome, seconds: number): string {
  const { keys, skipped, orphans, failures, users, dryRun, interrupted } = outcome;
  const count = (wanted: SweptKey["outcome"]) => keys.filter((key) => key.outcome === wanted).length;
  const ended = orphans.filter(({ outcome }) => outcome === "revoked").length;
  const parts = [
    dryRun ? `${count("due")} keys would be revoked` : `${count("revoked")} keys revoked`,
    count("disabled") > 0 && `${count("disabled")} disabled`,
    count("gone") > 0 && `${count("gone")} gone already`,
    count("left") > 0 && `${count("left")} left`,
    skipped.length > 0 && `${skipped.length} users skipped`,
    orphans.length > 0 && `${orphans.length} orphans${ended > 0 ? `, ${ended} of them revoked` : ""}`,
    failures.length > 0 && `${failures.length} failures`,
  ].filter(Boolean);
  const begin = interrupted ? "interrupted: " : "";
  return `${begin}${parts.join(", ")}; ${users} users in state, ${seconds.toFixed(1)} s`;
}
