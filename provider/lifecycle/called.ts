/** What messages call what a resource manages. Every text about one takes its words from here. */
import type { Capabilities } from "./model";

/** Something with a name; what it is, where it is no user: "account". */
export interface Called {
  readonly name: string;
  readonly noun?: string;
}

/** `user "alice"`, `subuser "alice:sync"`: whose keys they are. */
export function called({ name, noun = "user" }: Called): string {
  return `${noun} "${name}"`;
}

/** "a user", "an account". */
export function oneOf({ noun = "user" }: Pick<Called, "noun">): string {
  return `${noun === "account" ? "an" : "a"} ${noun}`;
}

/** What the resource has of it: all, or where only keys are its own, `the key of user "alice"`. `noun` is for what is said of it then. */
export function managed(one: Called, { keysOnly }: Pick<Capabilities, "keysOnly">) {
  return keysOnly
    ? { subject: `the key of ${called(one)}`, noun: "key" }
    : { subject: called(one), noun: one.noun ?? "user" };
}
