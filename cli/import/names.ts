/** Names of resources for users that were found: valid, unique, and as near to the user's own as can be. */

/** Gives names; the same label twice gets two names. */
export function namer(): (label: string) => string {
  const given = new Set<string>();
  return (label) => {
    const plain = label.replace(/[^A-Za-z0-9_.-]+/g, "-").replace(/^-+|-+$/g, "") || "user";
    let name = plain;
    for (let number = 2; given.has(name); number++) name = `${plain}-${number}`;
    given.add(name);
    return name;
  };
}
