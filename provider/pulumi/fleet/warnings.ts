/** What people should hear of a fleet before it is done: each warning once, with the members that it is about. Pure. */
import type { Capabilities } from "../../lifecycle/model";
import { warningOfDeletion } from "../../lifecycle/warning";
import { isRetained, listOf } from "./removals";
import type { FleetState } from "./state";

/** The lines, of what is planned for members and of those that leave. */
export function warningsOf(
  title: string,
  planned: readonly { readonly name: string; readonly warnings: readonly string[] }[],
  leaving: FleetState,
  capabilities: Capabilities,
): string[] {
  const names = new Map<string, string[]>();
  const add = (name: string, warning: string) => names.set(warning, [...(names.get(warning) ?? []), name]);
  for (const { name, warnings } of planned) for (const warning of warnings) add(name, warning);
  const ofDeletion = warningOfDeletion(capabilities);
  for (const [name, member] of leaving) if (ofDeletion !== undefined && !isRetained(member)) add(name, ofDeletion);
  return [...names].map(([warning, members]) => `warning: ${title} ${listOf(members)}: ${warning}`);
}
