/** What the backends' preflights have in common: a request about something that cannot exist, and what its answer says. */
import { clauseOf, isObjectUserError, type ObjectUserError } from "../errors";
import type { Finding } from "./backend";

/** The answer's meaning as a finding: "not found" is as good as a success. Other faults than ours are thrown on. */
export async function granted(what: string, request: () => Promise<unknown>, lacking?: string): Promise<Finding> {
  try {
    await request();
  } catch (error) {
    if (!isObjectUserError(error)) throw error;
    if (error.code !== "not-found") return failedBy(what, error, error.code === "forbidden" ? lacking : undefined);
  }
  return { what, verdict: "ok", says: "granted" };
}

/** An error as a failed finding. */
export function failedBy(what: string, { parts }: ObjectUserError, advice?: string): Finding {
  return { what, verdict: "failed", says: clauseOf(parts), advice: advice ?? parts.advice ?? "Run again." };
}

/** A right that only those need who use an input: whoever lacks it is told, and not warned. */
export function unlessNeeded(finding: Finding, input: string): Finding {
  if (finding.verdict !== "failed") return finding;
  return { ...finding, verdict: "ok", says: `not granted, and needed only for ${input}` };
}

/** A finding that does not stop anything. */
export function atMostWarning(finding: Finding): Finding {
  return finding.verdict === "failed" ? { ...finding, verdict: "warning" } : finding;
}
