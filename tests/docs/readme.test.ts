/** README and docs say what the code does: the tables of systems, every input, the commands. They are easy to read as text, too. */
import { deepEqual, match, ok } from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { backends } from "../../provider/backends";
import { lifecycleArgs } from "../../provider/backends/backend";
import { blocksOf } from "../guides/blocks";
import { capabilityTable } from "./capability-table";

const REPOSITORY = path.resolve(__dirname, "../..");
const LONGEST_LINE = 120;
const LONGEST_README = 200;

const read = (file: string) => readFileSync(path.join(REPOSITORY, file), "utf8");
const manifest = JSON.parse(read("package.json"));
const readme = read("README.md");
const pages = ["docs", "docs/guides", "."].flatMap((folder) =>
  readdirSync(path.join(REPOSITORY, folder))
    .filter((file) => file.endsWith(".md"))
    .map((file) => path.posix.join(folder, file)),
);

describe("README", () => {
  it("has the table of systems as the backends' data say it", () => {
    const table = capabilityTable();
    ok(readme.includes(table), `The table should read:\n\n${table}\n`);
  });

  for (const { kind, resource, argNames, sources } of Object.values(backends)) {
    it(`leads to the page of ${resource}`, () => ok(readme.includes(`| [\`${resource}\`](docs/${kind}.md) |`)));

    it(`leaves every input of ${resource} to its page`, () => {
      const inputs = sections(read(`docs/${kind}.md`)).Inputs ?? "";
      const missing = argNames.filter((name) => !(name in lifecycleArgs) && !inputs.includes(`\`${name}\``));
      deepEqual(missing, [], `docs/${kind}.md lacks inputs`);
    });

    it(`leaves every setting of ${kind}'s connection to its page`, () => {
      const inputs = sections(read(`docs/${kind}.md`)).Inputs ?? "";
      const environment = Object.values(sources).flatMap((one) => one.environment ?? []);
      const missing = [...Object.keys(sources), ...environment].filter((name) => !inputs.includes(`\`${name}\``));
      deepEqual(missing, [], `docs/${kind}.md lacks settings`);
    });

    it(`has pages of one form: ${kind}`, () =>
      deepEqual(Object.keys(sections(read(`docs/${kind}.md`))), ["Inputs", "Limits", "Behaviour", "Assumptions"]));

    it(`has an entry point for ${kind}`, () => ok(`./${kind}` in manifest.exports));
  }

  it("names the inputs that every user has", () => {
    for (const name of Object.keys(lifecycleArgs)) match(readme, new RegExp(`\\| \`${name}\` \\|`));
  });

  it("names commands that there are", () => {
    for (const [, script = ""] of readme.matchAll(/npm run ([\w:]+)/g))
      ok(script in manifest.scripts, `npm run ${script}`);
  });

  it(`has at most ${LONGEST_README} lines`, () => ok(readme.trimEnd().split("\n").length <= LONGEST_README));
});

describe("every page", () => {
  for (const page of pages) {
    it(`${page} has lines of at most ${LONGEST_LINE} characters outside of its blocks`, () => {
      const inBlocks = new Set(blocksOf(read(page)).flatMap(({ text }) => text.split("\n")));
      const long = read(page)
        .split("\n")
        .filter((line) => line.length > LONGEST_LINE && !inBlocks.has(line.trimStart()) && !inBlocks.has(line));
      deepEqual(long, []);
    });

    it(`${page} links to files that there are`, () => {
      for (const [, file = ""] of read(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g))
        ok(existsSync(path.join(REPOSITORY, path.dirname(page), file)), file);
    });
  }
});

/** The sections of a page by their headings of the second level. */
function sections(text: string): Record<string, string> {
  const [, ...found] = text.split(/^## /m);
  return Object.fromEntries(found.map((section) => section.split(/\n([\s\S]*)/, 2) as [string, string]));
}
