// How Debian's packages come to a machine, with a made-up `apt-get`: installed, or unpacked into a directory for a release of
// Ceph. The real installations are not repeated here.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { commandAvailable, skipWithout } from "../real/needs";
import { REPOSITORY } from "../real/pulumi";
import { Machine } from "./machine";

const TOOLS = path.join(REPOSITORY, "tools");

describe("Debian's packages", function () {
  this.timeout(30_000);
  let machine: Machine;
  beforeEach(() => {
    machine = new Machine();
  });
  afterEach(() => machine.remove());

  const calls = () => readFileSync(path.join(machine.root, "calls"), "utf8").trim().split("\n");
  const note = () => `echo "$*" >> ${machine.root}/calls`;

  describe("that are to be installed", () => {
    /** An apt-get that notes its calls; what "install" does is up to the test. A sudo that lets everything through. */
    function aptGet(install: string): void {
      machine.script("bin/apt-get", `${note()}\ncase "$*" in *install*) ${install};; esac`);
      machine.script("bin/sudo", "shift; [ $1 = true ] || exec /usr/bin/env $@");
    }
    /** Runs a script that wishes for two programs. */
    function install(more: NodeJS.ProcessEnv = {}) {
      const wish = { what: "A fiddle", packages: ["fiddle", "bow"], needs: ["fiddle", "bow"], where: "Debian 12" };
      const script = machine.file(
        "install.mjs",
        `import { runAsScript } from ${JSON.stringify(pathToFileURL(path.join(TOOLS, "apt.mjs")).href)};
        runAsScript(import.meta.url, ${JSON.stringify({ ...wish, effort: "60 MB." })});`,
      );
      const env = { ...machine.env("bin"), ...more };
      const { status, stdout } = spawnSync(process.execPath, [script], { env, encoding: "utf8" });
      return { status, said: stdout };
    }
    const MISSING =
      /A fiddle is not installed \(fiddle, bow not found\)\. On Debian 12: apt-get .*recommends fiddle bow/;

    it("are not, where OBJECT_USERS_NO_INSTALL forbids it", () => {
      aptGet("exit 0");
      const { status, said } = install({ OBJECT_USERS_NO_INSTALL: "1" });
      assert.equal(status, 1);
      assert.match(said, MISSING);
      assert.match(said, /not done by itself: OBJECT_USERS_NO_INSTALL=1 is set/);
      assert.throws(calls);
    });

    it("are not, where there is no apt-get", () => {
      const { status, said } = install();
      assert.equal(status, 1);
      assert.match(said, MISSING);
      assert.match(said, /there is no apt-get here/);
    });

    it("are announced, and not installed twice", () => {
      aptGet(`for each in fiddle bow; do : > ${machine.root}/bin/$each; done`);
      const { status, said } = install();
      assert.equal(status, 0, said);
      assert.match(
        said,
        /^Installing for the tests.*60 MB.*OBJECT_USERS_NO_INSTALL=1 forbids it\.\nA fiddle is installed\.\n$/s,
      );
      assert.equal(install().said, "A fiddle is installed.\n");
      assert.deepEqual(calls(), ["-o DPkg::Lock::Timeout=300 install -y --no-install-recommends fiddle bow"]);
    });

    it("are tried once more with fresh lists; then the output says what apt-get said", () => {
      aptGet("echo E: Unable to locate package bow; exit 100");
      const { status, said } = install();
      assert.equal(status, 1);
      assert.deepEqual(
        calls().map((call) => / (install|update)/.exec(call)?.[1]),
        ["install", "update", "install"],
      );
      assert.match(said, /apt-get ended with status 100:\nE: Unable to locate package bow/);
    });
  });

  describe("of a release of Ceph", () => {
    const tree = () => path.join(machine.root, "cache", "pulumi-object-users", "ceph", "20");
    const env = () => ({
      ...machine.env("bin"),
      PATH: `${machine.root}/bin:/usr/bin:/bin`,
      XDG_CACHE_HOME: `${machine.root}/cache`,
    });
    const script = [path.join(TOOLS, "ceph", "install.mjs"), "20"];
    const bring = (more: NodeJS.ProcessEnv = {}) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, script, {
        env: { ...env(), ...more },
        encoding: "utf8",
      });
      return { status, said: `${stdout}${stderr}` };
    };

    before(function () {
      const reason = "`unshare --mount` and Debian's `dpkg-deb` are needed to unpack packages; on Debian: be root";
      skipWithout(
        this,
        commandAvailable("unshare", ["--mount", "true"], reason),
        commandAvailable("dpkg-deb", ["--version"], reason),
      );
    });

    /** An apt that has one small package, and does `first` before it answers a download. */
    function apt(version: string, first = ""): void {
      machine.script("package/usr/bin/radosgw", "echo a gateway");
      machine.file(
        "package/DEBIAN/control",
        `Package: radosgw\nVersion: ${version}\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n`,
      );
      const build = `${first}\ndpkg-deb --build ${machine.root}/package "$archives" > ${machine.root}/said`;
      machine.script(
        "bin/apt-get",
        `${note()}
        for each; do case $each in Dir::Cache=*) archives=\${each#*=}/archives;; esac; done
        case "$*" in
          *indextargets*) echo "Debian main bookworm http://mirror.example.invalid/debian/";;
          *download-only*) ${build};;
        esac`,
      );
      machine.script("bin/apt-cache", `printf 'radosgw:\\n  Candidate: ${version}\\n'`);
    }

    it("are not fetched where OBJECT_USERS_NO_INSTALL forbids it", () => {
      apt("20.2.4-1");
      const { status, said } = bring({ OBJECT_USERS_NO_INSTALL: "1" });
      assert.equal(status, 1);
      assert.match(
        said,
        /^A real Ceph 20 is not here \(no .*\/ceph\/20\)\. On Debian: node tools\/ceph\/install\.mjs 20/,
      );
      assert.match(said, /not done by itself: OBJECT_USERS_NO_INSTALL=1 is set/);
      assert.throws(calls);
    });

    it("are unpacked by an apt with directories of its own, from the machine's own mirror", () => {
      apt("20.2.4-1");
      const { status, said } = bring();
      assert.equal(status, 0, said);
      assert.match(
        said,
        /^Bringing Ceph 20 .*Nothing is installed\. OBJECT_USERS_NO_INSTALL=1 forbids it\.\nCeph 20 is there\.\n$/s,
      );
      assert.ok(existsSync(path.join(tree(), "usr", "bin", "radosgw")));
      for (const call of calls().slice(1)) assert.match(call, /Dir::State=\S+\/20\.part\/.*Dir::Etc::SourceParts=- /);
      const before = calls().length;
      assert.equal(bring().said, "Ceph 20 is there.\n");
      assert.equal(calls().length, before);
    });

    it("are refused where the suite has another release by now", () => {
      apt("21.2.0-1");
      const { status, said } = bring();
      assert.equal(status, 1);
      assert.match(said, /forky has Ceph 21\.2\.0-1 by now\.$/m);
      assert.ok(!existsSync(tree()));
    });

    it("are fetched once by two runs, and a run that was killed leaves nothing that is taken for whole", async () => {
      apt("20.2.4-1", `: > ${machine.root}/began; while [ ! -e ${machine.root}/go ]; do sleep 0.02; done`);
      const killed = spawn(process.execPath, script, { env: env(), detached: true, stdio: "ignore" });
      while (!existsSync(path.join(machine.root, "began"))) await new Promise(setImmediate);
      process.kill(-(killed.pid ?? 0), "SIGKILL");
      await once(killed, "exit");
      assert.deepEqual(readdirSync(path.dirname(tree())).sort(), ["20.lock", "20.part"]);

      machine.file("go", "");
      const runs = [0, 1].map(() => spawn(process.execPath, script, { env: env(), stdio: "ignore" }));
      const ends = await Promise.all(runs.map((run) => once(run, "exit")));
      assert.deepEqual(
        ends.map(([code]) => code),
        [0, 0],
      );
      assert.equal(
        calls().filter((call) => call.includes("download-only")).length,
        2,
        "one by the killed run, one by these",
      );
      assert.deepEqual(readdirSync(path.dirname(tree())).sort(), ["20", "20.lock"]);
    });
  });
});
