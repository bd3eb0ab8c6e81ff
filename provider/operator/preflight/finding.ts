/** Findings, in the words of a preflight. */
import type { Finding } from "../../backends/backend";

/** It is as it should be. */
export function ok(what: string, says: string): Finding {
  return { what, verdict: "ok", says };
}

/** It works, and may not for long, or not well. */
export function warning(what: string, says: string, advice: string): Finding {
  return { what, verdict: "warning", says, advice };
}

/** It does not work. */
export function failed(what: string, says: string, advice: string): Finding {
  return { what, verdict: "failed", says, advice };
}
