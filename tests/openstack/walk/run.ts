// One run of Pulumi in a walk: what there was before it, how it ended, and what there is afterwards.

import type { KeyRecord } from "../../../provider/lifecycle/model";
import type { Inputs, Outputs } from "../../../provider/pulumi/state";
import type { Stored } from "../../provider/engine";
import type { Air } from "./air";
import type { There } from "./ground";
import type { Weather, Wish } from "./story";

/** What was there at one moment: in state, among the users, and among the user's keys. */
export interface View {
  readonly at: number;
  readonly stored: Stored | undefined;
  readonly users: readonly There[];
  /** Secrets by access key, as Keystone has them. */
  readonly alive: ReadonlyMap<string, string>;
}

/** How a run ended. */
export type Outcome =
  | { readonly kind: "done"; readonly deed: string }
  | { readonly kind: "failed"; readonly error: Error }
  | { readonly kind: "killed" };

/** An `up`, with what was there before and after it. */
export interface Up {
  readonly wish: Wish;
  readonly inputs: Inputs;
  readonly weather: Weather | undefined;
  readonly outcome: Outcome;
  readonly before: View;
  readonly after: View;
  readonly air: Air;
  /** State and the systems agreed when it began, or it has looked at everything. */
  readonly saw: boolean;
}

/** Keys that others make begin with this. */
export const THEIRS = "THEIRS";

/** The ring in a resource's outputs. */
export function ringOf(view: View): KeyRecord[] {
  return (view.stored?.outputs.keys ?? []) as KeyRecord[];
}

/** Former keys whose time was over at that moment: they stay over, and do not become current again. */
export function overIn(view: View): string[] {
  return ringOf(view).flatMap(({ accessKey, expiresAt }) =>
    expiresAt !== undefined && Date.parse(expiresAt) <= view.at ? [accessKey] : [],
  );
}

/** What consumers read. */
export function publishedIn({ stored }: View): { accessKey: string; secretKey: string } | undefined {
  const { accessKey, secretKey } = (stored?.outputs ?? {}) as Outputs & { accessKey?: string; secretKey?: string };
  return accessKey === undefined || secretKey === undefined ? undefined : { accessKey, secretKey };
}

/** Whether the published key is there, and state does not call it broken. */
export function publishedWorks(view: View): boolean {
  const published = publishedIn(view);
  return (
    published !== undefined &&
    view.stored?.outputs.keyId !== undefined &&
    view.alive.get(published.accessKey) === published.secretKey
  );
}

/** The user that state names, if it is there. */
export function known({ stored, users }: View): There | undefined {
  return users.find(({ userId }) => userId === stored?.outputs.userId);
}

/** Somebody else acts in the middle of it. */
export function isMeddled(weather: Weather | undefined): boolean {
  return weather !== undefined && "others" in weather;
}

/** Keys that are there afterwards and were not before. */
export function newKeys({ before, after }: Pick<Up, "before" | "after">): string[] {
  return [...after.alive.keys()].filter((key) => !before.alive.has(key) && !key.startsWith(THEIRS));
}
