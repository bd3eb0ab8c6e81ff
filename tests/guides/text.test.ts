// All guides: their blocks have names and so are run by a test, their programs pass the type checker, their links lead
// somewhere, and each is in the list.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { REPOSITORY } from "../real/pulumi";
import { blocksOf, GUIDES, guideNames, RUN, readGuide } from "./blocks";

describe("the reader of blocks", () => {
  it("finds language, name and text, and takes the indentation of a list away", () => {
    const fence = "```";
    const text = `a\n${fence}ts index.ts\nlet a;\n${fence}\n1. b\n\n   ${fence}sh run\n   x \\\n     y\n\n   ${fence}\n`;
    assert.deepEqual(blocksOf(text), [
      { language: "ts", name: "index.ts", text: "let a;\n" },
      { language: "sh", name: "run", text: "x \\\n  y\n\n" },
    ]);
  });

  it("complains of a fence that is left open", () => {
    assert.throws(() => blocksOf("```sh run\nx\n"), /not closed/);
  });
});

const DOCS = path.join(REPOSITORY, "docs");

describe("the guides", function () {
  this.timeout(120_000);
  const names = guideNames().filter((name) => name !== "README");

  it("are all in the list, which lists nothing else", () => {
    const list = readFileSync(path.join(GUIDES, "README.md"), "utf8");
    const listed = [...list.matchAll(/^\| \[([\w-]+)\.md\]/gm)].map(([, name]) => name);
    assert.deepEqual(listed.sort(), [...names].sort());
  });

  for (const name of names) {
    it(`${name}: every block to run has a name, and a test of its own runs it`, () => {
      const { blocks } = readGuide(name);
      const nameless = blocks.filter(({ language, name }) => RUN.includes(language) && name === "");
      assert.deepEqual(nameless, []);
      const suites = [`${name}.test.ts`, `${name}.long.test.ts`];
      assert.ok(suites.some((suite) => existsSync(path.join(__dirname, suite))));
    });
  }

  for (const name of [...names, "README"]) {
    it(`${name}: links lead to files and headings that are there`, () => {
      const { text, file: own } = readGuide(name);
      const links = [...text.matchAll(/\]\(([^)]+)\)/g)]
        .map(([, link = ""]) => link)
        .filter((link) => !/^https?:/.test(link));
      assert.ok(links.length > 0);
      for (const link of links) {
        const [file = "", heading] = link.split("#");
        const target = file ? path.join(GUIDES, file) : own;
        assert.ok(existsSync(target), link);
        if (heading) assert.ok(headings(readFileSync(target, "utf8")).includes(heading), link);
      }
    });
  }

  it("their programs, and the first of every page, pass the type checker", () => {
    const texts = new Map<string, string>();
    for (const name of names) {
      const programs = readGuide(name).blocks.filter(({ language }) => language === "ts");
      for (const block of programs) texts.set(path.join(__dirname, "of", name, block.name), block.text);
      // What `object-users import` writes beside the program.
      texts.set(path.join(__dirname, "of", name, "users.ts"), "export {};\n");
    }
    // The program with which a page begins stands by itself; later ones go on with it.
    for (const page of ["README.md", ...readdirSync(DOCS).filter((file) => file.endsWith(".md"))]) {
      const [first] = blocksOf(readFileSync(path.join(page === "README.md" ? REPOSITORY : DOCS, page), "utf8")).filter(
        ({ language }) => language === "ts",
      );
      if (first) texts.set(path.join(__dirname, "of", page, "index.ts"), first.text);
    }
    const options: ts.CompilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.Node16,
      moduleResolution: ts.ModuleResolutionKind.Node16,
      types: ["node"],
    };
    const host = ts.createCompilerHost(options);
    const { fileExists, readFile } = host;
    const read = (file: string) => texts.get(file) ?? readFile(file);
    host.fileExists = (file) => texts.has(file) || fileExists(file);
    host.directoryExists = (directory) =>
      directory.startsWith(path.join(__dirname, "of")) || ts.sys.directoryExists(directory);
    host.readFile = read;
    host.getSourceFile = (file, version) => {
      const text = read(file);
      return text === undefined ? undefined : ts.createSourceFile(file, text, version);
    };
    const found = ts.getPreEmitDiagnostics(ts.createProgram([...texts.keys()], options, host));
    assert.equal(ts.formatDiagnostics(found, { ...host, getCurrentDirectory: () => REPOSITORY }), "");
  });
});

describe("the folder of guides", () => {
  it("has guides and nothing else", () => {
    assert.deepEqual(
      readdirSync(GUIDES).filter((file) => !file.endsWith(".md")),
      [],
    );
  });
});

/** The headings of a text, as links name them. */
function headings(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\w -]/g, "")
      .replaceAll(" ", "-"),
  );
}
