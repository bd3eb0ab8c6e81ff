/**
 * `pulumi convert` takes the example in YAML into other languages: the real CLI reads it with the plugin's schema, and
 * Pulumi's generators write it, as the CLI's language hosts do where Pulumi's releases bring them.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as ts from "typescript";
import { cliAvailable, skipWithout } from "../../real/needs";
import { openStack, REPOSITORY, type Stack } from "../../real/pulumi";

const SCHEMA = path.join(REPOSITORY, "dist", "plugin", "schema.json");
const PULUMI = path.join(REPOSITORY, "node_modules", "@pulumi", "pulumi");

describe("pulumi convert of the example in YAML", function () {
  this.timeout(300_000);
  const work = mkdtempSync(path.join(tmpdir(), "object-users-convert-"));
  const made = path.join(work, "made");
  let tools: Awaited<ReturnType<typeof load>>;
  let stack: Stack | undefined;

  before(async function () {
    tools = await load();
    skipWithout(this, await cliAvailable(), tools.languagesAvailable());
    const PATH = [tools.converter(), process.env.PATH].join(path.delimiter);
    stack = await openStack({ program: path.join(REPOSITORY, "examples/yaml"), env: { PATH } });
    const env = { ...process.env, PULUMI_HOME: path.join(path.dirname(stack.directory), "pulumi") };
    const command = path.join(REPOSITORY, "dist", "cli", "main.js");
    execFileSync(process.execPath, [command, "plugin", "install"], { env, stdio: "pipe" });
    const source = path.join(work, "source");
    await stack.run(["convert", "--from", "yaml", "--language", "pcl", "--out", source], { expect: 0 });
    tools.generatePrograms(SCHEMA, source, made);
    tools.generateSdks(SCHEMA, path.join(work, "sdks"));
  });
  after(async () => {
    await stack?.dispose();
    rmSync(work, { recursive: true, force: true });
  });

  for (const [what, name, where] of [
    [
      "the SDK that Pulumi generates",
      "pulumi-object-users-generated",
      () => path.join(work, "sdks", "nodejs", "index.ts"),
    ],
    ["this package", "pulumi-object-users", () => path.join(REPOSITORY, "dist", "sdk", "index.d.ts")],
  ] as const)
    it(`TypeScript has the right types with ${what}`, () => {
      const file = path.join(made, "nodejs", "index.ts");
      const text = readFileSync(file, "utf8").replace("pulumi-object-users-generated", name);
      assert.match(text, /new object_users\.rgw\.User\("alice"/);
      assert.deepEqual(problemsOf(path.join(made, "nodejs", "index.ts"), text, { [name]: [where()] }), []);
    });

  it("Python compiles", () => {
    const file = path.join(made, "python", "__main__.py");
    execFileSync(path.join(tools.environment(), "bin", "python"), ["-m", "py_compile", file], { stdio: "pipe" });
    assert.match(readFileSync(file, "utf8"), /object_users\.rgw\.get_user_output\(uid=alice\.id\)/);
  });

  it("Go imports the SDK from where it is, and has whole numbers where they are", () => {
    const text = readFileSync(path.join(made, "go", "main.go"), "utf8");
    const [, module = "", folder = ""] = /"(example\.com\/[^"]+\/go)\/([^"]+\/rgw)"/.exec(text) ?? [];
    assert.match(readFileSync(path.join(work, "sdks", "go", "go.mod"), "utf8"), new RegExp(`^module ${module}$`, "m"));
    assert.ok(existsSync(path.join(work, "sdks", "go", folder, "user.go")), folder);
    assert.match(text, /MaxBuckets: pulumi\.Int\(10\)/);
  });

  /** What TypeScript says of a program. */
  function problemsOf(file: string, text: string, paths: Record<string, string[]>): string[] {
    const options: ts.CompilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      esModuleInterop: true,
      resolveJsonModule: true,
      module: ts.ModuleKind.CommonJS,
      moduleResolution: ts.ModuleResolutionKind.Node10,
      target: ts.ScriptTarget.ES2022,
      types: ["node"],
      typeRoots: [path.join(REPOSITORY, "node_modules", "@types")],
      paths: { ...paths, "@pulumi/pulumi": [PULUMI], "@pulumi/pulumi/*": [`${PULUMI}/*`] },
    };
    const host = ts.createCompilerHost(options);
    const { readFile } = host;
    host.readFile = (name) => (name === file ? text : readFile(name));
    const program = ts.createProgram([file], options, host);
    return ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  }
});

function load() {
  return import("../../../tools/plugin/languages.mjs");
}
