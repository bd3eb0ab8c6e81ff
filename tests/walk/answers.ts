/** What the engine makes of a provider's answers: a difference, with a resource's options; a fault; a half-made resource. */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { DiffResult } from "../../provider/pulumi/engine";
import type { Processes, Values } from "./processes";
import type { Declaration } from "./program";
import type { Resource } from "./state";

/** What `--replace` stands for: nobody is asked. */
export const REPLACE: DiffResult = { changes: true, replaces: ["id"], deleteBeforeReplace: false };

/** Whether there is a difference, and whether it takes another resource. Where the provider leaves it open, inputs are compared. */
export function weigh(
  { changes: told, replaces }: DiffResult,
  { replaceOnChanges }: Declaration,
  old: Resource,
  inputs: Values,
): { readonly changes: boolean; readonly replaces: boolean } {
  const names = [...new Set([...Object.keys(old.inputs), ...Object.keys(inputs)])];
  const changed = names.filter((name) => !isDeepStrictEqual(old.inputs[name], inputs[name]));
  const changes = told ?? changed.length > 0;
  // Pulumi knows by name only what it has found out itself.
  const isNamed = changes && told === undefined && changed.some((name) => replaceOnChanges.includes(name));
  const isForErrors = old.initErrors.length > 0 && replaceOnChanges.includes("#initerrors");
  return { changes: changes || isForErrors, replaces: replaces.length > 0 || isNamed || isForErrors };
}

/** What a provider left that did not reach its end. */
export interface HalfMade {
  readonly id: string;
  readonly outputs: Values;
  readonly initErrors: readonly string[];
}

/** A thrown fault as Pulumi stores it; undefined when there is nothing to store. */
export function halfMade(error: unknown, processes: Processes): HalfMade | undefined {
  const { id, properties = {}, reasons = [] } = error as { id?: string; properties?: Values; reasons?: string[] };
  if (!id) return undefined;
  assert.equal(typeof properties.__provider, "string", "a half-made resource keeps its __provider");
  assert.equal(reasons.length, 1, "a half-made resource has a reason");
  return { id, outputs: processes.stored(properties, "a half-made resource") as Values, initErrors: reasons };
}

/** What people are shown of a fault. Only errors that the provider means to throw are shown. */
export function messageOf(error: unknown): string {
  if (error instanceof Error && error.name === "Error") return error.message;
  throw error;
}

/** Check failures, a line each. */
export function linesOf(failures: readonly { readonly property: string; readonly reason: string }[]): string {
  return failures.map(({ property, reason }) => (property ? `${property}: ${reason}` : reason)).join("\n");
}
