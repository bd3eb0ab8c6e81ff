// What a person looks at in the output of the Pulumi CLI: what becomes of each resource of ours, why, the outputs, and the
// sum. Left out are the running progress, the stack's own line and everything that is said twice.

/** Resource types as people write them: "rgw:User" for "pulumi-nodejs:dynamic/object-users/rgw:User". */
const RESOURCE =
  /^ *(\S{1,3}) +pulumi-nodejs:dynamic\/object-users\/(\S+) (\S+) (created?|updated?|deleted?|refresh(?:ed)?)\b[^[]*(\[diff: .*\])?/;
const TIME = /\d{4}-\d{2}-\d{2}T[\d:.]+Z/g;
const SECTIONS = ["Diagnostics:", "Outputs:", "Resources:"] as const;

/** The interesting lines, each once, in the order in which the CLI said them. */
export function interesting(output: string): string[] {
  const seen = new Set<string>();
  const shown: string[] = [];
  const show = (line: string) => {
    const known = line.replace(TIME, "TIME");
    if (!seen.has(known)) shown.push(line);
    seen.add(known);
  };
  let section: string | undefined;
  for (const line of output.split("\n")) {
    const resource = RESOURCE.exec(line);
    if (SECTIONS.some((name) => name === line)) section = line;
    else if (/^\S/.test(line)) section = undefined;
    if (resource) show([resource[1], resource[2], resource[3], resource[4], resource[5]].filter(Boolean).join(" "));
    else if (line.startsWith("error: ")) show(line);
    else if (section !== undefined && line !== section && line.trim() !== "") {
      const isHeading = section === "Diagnostics:" && /^ {2}\S/.test(line);
      if (!isHeading) show(line.trim());
    }
  }
  return shown;
}
