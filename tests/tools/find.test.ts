// In which order the Pulumi CLI is found, on made-up machines.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { loadTools, Machine, type Tools } from "./machine";

const PULUMI = "echo v3.300.1";
const OURS = '{"madeBy": "pulumi-object-users"}';

describe("finding the Pulumi CLI", () => {
  let machine: Machine;
  let tools: Tools;
  const find = (...directories: string[]) =>
    tools.findPulumi({ env: machine.env(...directories), repository: path.join(machine.root, "repository") });

  before(async () => {
    tools = await loadTools();
  });
  beforeEach(() => {
    machine = new Machine();
  });
  afterEach(() => machine.remove());

  const npmPackage = (version: string) => {
    machine.file("repository/node_modules/pulumi/run.js", "");
    machine.file("repository/node_modules/pulumi/package.json", JSON.stringify({ name: "pulumi", version }));
  };
  const installed = (version: string) => {
    machine.script(`pulumi/versions/${version}/bin/pulumi`, `echo v${version}`);
    machine.script(`pulumi/versions/${version}/bin/pulumi-language-nodejs`, "");
  };

  it("answers undefined where there is none", () => {
    assert.equal(find("bin"), undefined);
  });

  it("takes pulumi with its language host beside it", () => {
    const command = machine.script("bin/pulumi", PULUMI);
    machine.script("bin/pulumi-language-nodejs", "");
    installed("3.259.0");
    npmPackage("3.259.0");
    assert.deepEqual(find("empty", "bin"), {
      command,
      version: "3.300.1",
      source: "path",
      path: [path.join(machine.root, "bin")],
    });
  });

  it("takes pulumi with its language host elsewhere on PATH", () => {
    machine.script("bin/pulumi", PULUMI);
    machine.script("other/pulumi-language-nodejs", "");
    assert.deepEqual(
      find("bin", "other")?.path,
      ["bin", "other"].map((each) => path.join(machine.root, each)),
    );
  });

  it("takes a link to pulumi with the language host beside its target", () => {
    const target = machine.script("cellar/pulumi", PULUMI);
    machine.script("cellar/pulumi-language-nodejs", "");
    mkdirSync(path.join(machine.root, "bin"));
    symlinkSync(target, path.join(machine.root, "bin", "pulumi"));
    assert.deepEqual(
      find("bin")?.path,
      ["bin", "cellar"].map((each) => path.join(machine.root, each)),
    );
  });

  it("passes over a pulumi without a language host, and one that does not work", () => {
    machine.script("lonely/pulumi", PULUMI);
    assert.equal(find("lonely"), undefined);
    machine.script("broken/pulumi", "exit 1");
    machine.script("broken/pulumi-language-nodejs", "");
    assert.equal(find("broken"), undefined);
  });

  it("takes what npm's package has downloaded before what was built here", () => {
    npmPackage("3.265.0");
    machine.file("pulumi/versions/3.259.0/package.json", OURS);
    installed("3.259.0");
    assert.equal(find("bin")?.source, "built");
    installed("3.265.0");
    const { source, version } = find("bin") ?? {};
    assert.deepEqual({ source, version }, { source: "npm", version: "3.265.0" });
  });

  it("knows npm's package behind the link that npm puts on PATH, and does not run it", () => {
    npmPackage("3.265.0");
    const bin = path.join(machine.root, "repository", "node_modules", ".bin");
    machine.script("repository/node_modules/pulumi/run.js", `touch ${machine.root}/was-run`);
    mkdirSync(bin);
    symlinkSync("../pulumi/run.js", path.join(bin, "pulumi"));
    machine.script("other/pulumi-language-nodejs", "");
    assert.equal(find("repository/node_modules/.bin", "other"), undefined);
    assert.throws(() => readFileSync(path.join(machine.root, "was-run")));
  });

  it("takes our version first, else the newest of Pulumi's versions folder", () => {
    installed("3.99.0");
    installed("3.270.0");
    assert.equal(find("bin")?.version, "3.270.0");
    installed("3.259.0");
    assert.equal(find("bin")?.version, "3.259.0");
  });

  it("writes into a folder that was made here only, what is missing there", () => {
    machine.script("repository/node_modules/@pulumi/pulumi/pulumi-resource-pulumi-nodejs", "echo launcher");
    machine.script("pulumi/versions/3.259.0/bin/pulumi", "");
    assert.equal(find("bin"), undefined);
    machine.file("pulumi/versions/3.259.0/package.json", OURS);
    const found = find("bin");
    const bin = path.join(machine.versions, "3.259.0", "bin");
    assert.deepEqual(found?.path, [bin]);
    assert.match(readFileSync(path.join(bin, "pulumi-language-nodejs"), "utf8"), /Stands in for/);
    assert.match(readFileSync(path.join(bin, "pulumi-resource-pulumi-nodejs"), "utf8"), /echo launcher/);
  });

  it("adds npm's launcher of dynamic providers where the CLI came without one", () => {
    const launcher = machine.script("repository/node_modules/@pulumi/pulumi/pulumi-resource-pulumi-nodejs", "");
    installed("3.259.0");
    assert.deepEqual(find("bin")?.path, [path.join(machine.versions, "3.259.0", "bin"), path.dirname(launcher)]);
    machine.script("pulumi/versions/3.259.0/bin/pulumi-resource-pulumi-nodejs", "");
    assert.deepEqual(find("bin")?.path, [path.join(machine.versions, "3.259.0", "bin")]);
  });
});
