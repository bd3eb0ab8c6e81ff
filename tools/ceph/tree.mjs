/**
 * A release of Ceph that the machine's own packages are not: Debian's packages of another suite, unpacked into a directory
 * of the user's cache. Nothing is installed, and nothing needs root that user namespaces can do.
 *
 * Plain Node without dependencies, because it may run before `npm install`. Which releases there are is in install.mjs, how a
 * program of a tree is started in programs.ts.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const SELF = fileURLToPath(import.meta.url);
/** Essential packages are no dependencies of the others, and one of them makes the links from /lib to /usr/lib. */
const PACKAGES = ["base-files", "radosgw", "ceph-mon", "ceph-osd", "ceph-common"];
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
/** A sixth of the space, and nobody reads it there. */
const LEFT_OUT = ["doc", "man", "locale"].map((name) => `--exclude=./usr/share/${name}`);
/** Another run that unpacks the same takes some minutes at most, on a slow network. */
const PATIENCE_SECONDS = "1800";

/**
 * The directory of a release's tree, whether or not it is there. What is there is whole.
 * @param {number} release
 */
export function treeOf(release) {
  const cache = process.env.XDG_CACHE_HOME || path.join(process.env.HOME || homedir(), ".cache");
  return path.join(cache, "pulumi-object-users", "ceph", String(release));
}

/** What starts a program with mounts of its own, which are gone when it is; undefined where the kernel does not let us. */
export function privateMounts() {
  mounts ??=
    [["--mount"], ["--user", "--map-root-user", "--mount"]]
      .slice(process.getuid?.() === 0 ? 0 : 1)
      .find((flags) => spawnSync("unshare", [...flags, "true"], { stdio: "ignore" }).status === 0) ?? [];
  return mounts.length === 0 ? undefined : ["unshare", ...mounts];
}
let mounts;

/**
 * Unpacks a release. Two runs concurrently make it once: the second waits for the first.
 * @param {number} release
 * @param {string} suite Debian's suite that has this release.
 * @returns {string | undefined} Why it could not be done.
 */
export function unpack(release, suite) {
  const tree = treeOf(release);
  mkdirSync(path.dirname(tree), { recursive: true });
  const call = ["-w", PATIENCE_SECONDS, `${tree}.lock`, process.execPath, SELF, String(release), suite];
  const { status, error, stdout, stderr } = spawnSync("flock", call, { encoding: "utf8", maxBuffer: 64 << 20 });
  if (status === 0) return undefined;
  return error ? `flock: ${error.message}` : lastLines(`${stdout}${stderr}`);
}

/** The work itself, while the lock is held: beside the tree, which appears when it is whole. */
function make(release, suite) {
  const tree = treeOf(release);
  const part = `${tree}.part`;
  if (existsSync(tree)) return;
  rmSync(part, { recursive: true, force: true });
  try {
    download(release, suite, path.join(part, "apt"));
    const archives = path.join(part, "apt", "cache", "archives");
    const root = path.join(part, "tree");
    mkdirSync(root);
    const one = 'dpkg-deb --fsys-tarfile "$0" | tar -x --no-same-owner --keep-directory-symlink "$@"';
    for (const name of readdirSync(archives).filter((each) => each.endsWith(".deb"))) {
      run("bash", ["-o", "pipefail", "-c", one, path.join(archives, name), "-C", root, ...LEFT_OUT]);
    }
    renameSync(root, tree);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

/** Has apt download the packages, with directories of its own: the machine's lists and packages stay as they are. */
function download(release, suite, directory) {
  const at = (name) => path.join(directory, name);
  for (const name of ["state/lists/partial", "cache/archives/partial"]) mkdirSync(at(name), { recursive: true });
  const signed = existsSync(KEYRING) ? `[signed-by=${KEYRING}] ` : "";
  writeFileSync(
    at("sources.list"),
    mirrors()
      .map((uri) => `deb ${signed}${uri} ${suite} main\n`)
      .join(""),
  );
  writeFileSync(at("status"), "");
  const options = {
    "Dir::State": at("state"),
    "Dir::State::status": at("status"),
    "Dir::Cache": at("cache"),
    "Dir::Etc::SourceList": at("sources.list"),
    "Dir::Etc::SourceParts": "-",
    "Dir::Etc::Preferences": "-",
    "Dir::Etc::PreferencesParts": "-",
    "APT::Install-Recommends": "false",
    "APT::Sandbox::User": "root",
  };
  const given = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  run("apt-get", [...given, "-q", "--error-on=any", "update"]);
  const version = /^ {2}Candidate: (\S+)/m.exec(run("apt-cache", [...given, "policy", "radosgw"]))?.[1] ?? "none";
  if (Number.parseInt(version, 10) !== release) throw new Error(`${suite} has Ceph ${version} by now.`);
  run("apt-get", [...given, "-q", "-y", "--download-only", "install", ...PACKAGES]);
}

/** Where this machine gets Debian's packages. */
function mirrors() {
  const format = "$(ORIGIN) $(COMPONENT) $(RELEASE) $(REPO_URI)";
  const lines = run("apt-get", ["indextargets", "--format", format, "Created-By: Packages"]).trim().split("\n");
  const isDebian = /^ID=debian$/m.test(readFileSync("/etc/os-release", "utf8"));
  const found = lines.flatMap((line) => {
    const [origin, component, release = "", uri] = line.split(" ");
    // Before the first `apt-get update` nobody has said whose packages they are.
    const isTheirs = origin === "Debian" || (origin === "$(ORIGIN)" && isDebian);
    return isTheirs && component === "main" && !release.includes("-") ? [uri] : [];
  });
  if (found.length === 0) throw new Error("The sources of this machine's apt are not Debian's.");
  return [...new Set(found)];
}

/** Runs a command and answers what it printed; throws with what it said last. */
function run(command, args) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 64 << 20 });
  if (status === 0) return stdout;
  throw new Error(
    error ? error.message : `${command} ended with status ${status}:\n${lastLines(`${stdout}${stderr}`)}`,
  );
}

function lastLines(text) {
  return text.trim().split("\n").slice(-5).join("\n");
}

if (process.argv[1] === SELF) {
  try {
    make(Number(process.argv[2]), process.argv[3]);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
