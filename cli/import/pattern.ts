/** Shell patterns for names of users: `*` any text, `?` one character, `[abc]` and `[!a-z]` one of some. */

/** A test for names that match one of the patterns; without patterns, for every name. */
export function matcher(patterns: readonly string[]): (name: string) => boolean {
  const tests = patterns.map(toRegExp);
  return (name) => tests.length === 0 || tests.some((test) => test.test(name));
}

function toRegExp(pattern: string): RegExp {
  const parts = pattern.match(/\[!?\]?[^\]]*\]|[\s\S]/g) ?? [];
  const source = parts.map((part) => {
    if (part === "*") return "[\\s\\S]*";
    if (part === "?") return "[\\s\\S]";
    if (part.length === 1) return part.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
    const inside = part.slice(1, -1).replace(/[\\\]^]/g, "\\$&");
    return inside.startsWith("!") ? `[^${inside.slice(1)}]` : `[${inside}]`;
  });
  return new RegExp(`^${source.join("")}$`, "u");
}
