/** Values of inputs that the program gives as secrets: no message shows them. Pure. */
import type { Json, Spec } from "./model";

/** Whether an input's value is a secret. */
export function isHidden(name: string, hidden: readonly string[]): boolean {
  return hidden.includes(name) || hidden.includes("*");
}

/** A value as messages show it. */
export function shown(name: string, value: Json | undefined, { hidden }: Pick<Spec, "hidden">): string {
  return isHidden(name, hidden) ? "[secret]" : JSON.stringify(value);
}
