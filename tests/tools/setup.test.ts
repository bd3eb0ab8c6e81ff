// What the set-up does on machines that lack something, with a made-up `go`. The real build is not repeated here.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { processesWith } from "../real/processes";
import { Machine } from "./machine";

/** A `go` that builds at once, into the file behind `-o`. */
const GO = `
case "$1" in
  version) echo "go version go1.26.8 linux/amd64";;
  list) printf 'a\\nb\\n';;
  build) while [ "$1" != -o ]; do shift; done; echo '#!/bin/sh' > "$2"; chmod 755 "$2";;
esac`;

describe("setup", function () {
  this.timeout(20_000);
  let machine: Machine;
  beforeEach(() => {
    machine = new Machine();
  });
  afterEach(() => machine.remove());

  it("says what it can set up when asked for something else", async () => {
    const { code, said } = await machine.setUp(["pulmi"], machine.env("bin"));
    assert.equal(code, 1);
    assert.match(said, /pulmi\? It sets up: deps, build, pulumi, yaml, languages\./);
  });

  it("installs nothing where OBJECT_USERS_NO_INSTALL forbids it, and says what and why", async () => {
    machine.script("bin/go", GO);
    const { code, said } = await machine.setUp(["pulumi"], { ...machine.env("bin"), OBJECT_USERS_NO_INSTALL: "1" });
    assert.equal(code, 1);
    assert.match(said, /OBJECT_USERS_NO_INSTALL=1 forbids/);
    assert.match(said, /Not installed: Pulumi 3\.259\.0, built from its Go modules into .*versions\/3\.259\.0/);
    assert.match(said, /pulumi\.com\/docs\/install/);
    assert.deepEqual(machine.leftovers(), []);
  });

  const refusals: readonly [string, string | undefined, RegExp][] = [
    ["there is no Go", undefined, /needs Go 1\.25\.11 or newer, and there is no `go` on PATH/],
    [
      "Go is too old",
      'echo "go version go1.19.8 linux/amd64"',
      /needs Go 1\.25\.11 or newer; the one on PATH is 1\.19\.8/,
    ],
    [
      "Go may not fetch a newer one",
      'echo "go.mod requires go >= 1.25.11 (running go 1.24; GOTOOLCHAIN=local)" >&2; exit 1',
      /GOTOOLCHAIN=local/,
    ],
    [
      "there is no network",
      `[ "$1" = version ] && echo go1.26.8 || { echo "dial tcp: lookup modules: no such host" >&2; exit 1; }`,
      /could not be downloaded; is there a network\? Go said:\n.*no such host/,
    ],
    [
      "the build fails",
      `${GO}\n[ "$1" != build ] || { echo "undefined: x" >&2; exit 2; }`.replace("build) while", "no) while"),
      /`go build` of the Pulumi CLI failed\. Go said:\nundefined: x/,
    ],
  ];
  for (const [what, go, sentence] of refusals) {
    it(`says what to install instead when ${what}, and leaves nothing`, async () => {
      if (go) machine.script("bin/go", go);
      const { code, said } = await machine.setUp(["pulumi"], withShell(machine.env("bin")));
      assert.equal(code, 1, said);
      assert.match(said, sentence);
      assert.match(said, /install Pulumi from/);
      assert.deepEqual(machine.leftovers(), []);
    });
  }

  it("builds the CLI into Pulumi's versions folder, says so first, and finds it the next time", async () => {
    machine.script("bin/go", GO);
    const env = withShell(machine.env("bin"));
    const first = await machine.setUp(["pulumi"], env);
    assert.equal(first.code, 0, first.said);
    assert.match(first.said, /installing on this machine: Pulumi 3\.259\.0.*done in/s);
    assert.deepEqual(machine.leftovers(), ["3.259.0"]);
    const files = readdirSync(path.join(machine.versions, "3.259.0", "bin"));
    assert.deepEqual(files, [
      "pulumi",
      ...["go", "nodejs", "python"].map((language) => `pulumi-language-${language}`),
      "pulumi-resource-pulumi-nodejs",
    ]);
    assert.deepEqual(await machine.setUp(["pulumi"], { ...env, OBJECT_USERS_NO_INSTALL: "1" }), { code: 0, said: "" });
  });

  it("makes one installation when two set-ups run at once", async () => {
    machine.script("bin/go", GO);
    const env = withShell(machine.env("bin"));
    const both = await Promise.all([machine.setUp(["pulumi"], env), machine.setUp(["pulumi"], env)]);
    assert.deepEqual(
      both.map(({ code }) => code),
      [0, 0],
      both.map(({ said }) => said).join(),
    );
    assert.deepEqual(machine.leftovers(), ["3.259.0"]);
  });

  it("leaves nothing half-made when it is interrupted, and removes what a killed one left", async () => {
    machine.script("bin/go", GO.replace("list)", "list) exec sleep 30;;\n  never)"));
    const env = withShell(machine.env("bin"));
    const interrupted = await machine.setUp(["pulumi"], env, () =>
      processesWith("PULUMI_HOME", path.dirname(machine.versions)).some(({ command }) => command === "sleep 30"),
    );
    assert.equal(interrupted.code, 130, interrupted.said);
    assert.deepEqual(machine.leftovers(), []);
    assert.deepEqual(processesWith("PULUMI_HOME", path.dirname(machine.versions)), []);

    machine.script("bin/go", GO);
    machine.file("pulumi/versions/.building-99999999-3.259.0/bin/pulumi", "half");
    assert.equal((await machine.setUp(["pulumi"], env)).code, 0);
    assert.deepEqual(machine.leftovers(), ["3.259.0"]);
  });

  it("does not touch a folder of that name that somebody else made", async () => {
    machine.script("bin/go", GO);
    machine.file("pulumi/versions/3.259.0/bin/mine", "mine");
    const { code, said } = await machine.setUp(["pulumi"], withShell(machine.env("bin")));
    assert.equal(code, 1);
    assert.match(said, /versions\/3\.259\.0 exists, without a Pulumi CLI that can run Node programs/);
    assert.deepEqual(readdirSync(path.join(machine.versions, "3.259.0", "bin")), ["mine"]);
  });
});

/** The made-up `go` is a shell script and needs the usual commands. */
function withShell(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, PATH: `${env.PATH}:/usr/bin:/bin` };
}
