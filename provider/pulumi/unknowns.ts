/**
 * Values that Pulumi does not know yet during a preview. It sends them as strings of its own in place of a value of any
 * type; they must pass validation at any depth.
 */

/** The mark of a value, of whatever type, that is not known yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const MARKS = new Set([
  UNKNOWN,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Whether a value is, or contains, one that is not known yet. */
export function hasUnknowns(value: unknown): boolean {
  return unknownPaths(value).length > 0;
}

/** Where the values are that are not known yet. */
export function unknownPaths(value: unknown, path: readonly PropertyKey[] = []): (readonly PropertyKey[])[] {
  if (typeof value === "string") return MARKS.has(value) ? [path] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    unknownPaths(inner, [...path, Array.isArray(value) ? Number(name) : name]),
  );
}

/** Whether a finding at `path` concerns one of the unknown values: it is about it or a part of it. */
export function concerns(path: readonly PropertyKey[], unknown: readonly (readonly PropertyKey[])[]): boolean {
  return unknown.some((other) => other.every((name, i) => path[i] === name));
}
