/** The README says what the code does: the table of systems, every input, the commands. */
import { match, ok } from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { backends } from "../../provider/backends";
import { lifecycleArgs } from "../../provider/backends/rows";
import { capabilityTable } from "./capability-table";

const REPOSITORY = path.resolve(__dirname, "../..");
const readme = readFileSync(path.join(REPOSITORY, "README.md"), "utf8");
const manifest = JSON.parse(readFileSync(path.join(REPOSITORY, "package.json"), "utf8"));

describe("README", () => {
  it("has the table of systems as the backends' data say it", () => {
    const table = capabilityTable();
    ok(readme.includes(table), `The table should read:\n\n${table}\n`);
  });

  for (const { kind, resource, argNames } of Object.values(backends)) {
    it(`names every input of ${resource}`, () => {
      const section = readme.split(/^### /m).find((text) => text.startsWith(resource)) ?? "";
      const missing = argNames.filter((name) => !(name in lifecycleArgs) && !section.includes(`\`${name}\``));
      ok(missing.length === 0, `The section "### ${resource}: …" lacks ${missing.join(", ")}.`);
    });

    it(`has a door for ${kind}`, () => ok(`./${kind}` in manifest.exports));
  }

  it("names the inputs that every user has", () => {
    for (const name of Object.keys(lifecycleArgs)) match(readme, new RegExp(`\\| \`${name}\` \\|`));
  });

  it("names commands that there are, and links to files that there are", () => {
    for (const [, script = ""] of readme.matchAll(/npm run ([\w:]+)/g))
      ok(script in manifest.scripts, `npm run ${script}`);
    for (const [, file = ""] of readme.matchAll(/\]\(([^)#:]+)\)/g)) ok(existsSync(path.join(REPOSITORY, file)), file);
  });
});
