/**
 * `npm run release`: the archives of the packaged plugin by which Pulumi installs it, one for each platform, into
 * dist/release with their checksums.
 *
 *   npm run release -- [--platform NAME …] [--directory DIRECTORY] [--download-url URL]
 *
 * `URL` is where the archives will lie: Pulumi reads it in the schema of the plugin and in the SDKs made of it. The same
 * commit gives the same bytes on the same kind of machine.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { create } from "tar";
import { type Bundle, bundle, NAME, REPOSITORY } from "../build";
import { makeExecutable } from "./executable";
import { NODE, namesOf, nodeOf, PLATFORMS, type Platform, thisPlatform } from "./platforms";

/** The compressor is that of the Node in the archive, whichever runs this. */
const GZIP = "process.stdout.write(zlib.gzipSync(fs.readFileSync(0), { level: 9 }))";
/** The time of every file in an archive: it says nothing, and is the same in all. */
const TIME = new Date("2000-01-01T00:00:00Z");
const SUMS = "SHA256SUMS";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      platform: { type: "string", multiple: true },
      directory: { type: "string", default: path.join(REPOSITORY, "dist", "release") },
      "download-url": { type: "string" },
    },
  });
  const wanted = values.platform ?? PLATFORMS.map(({ name }) => name);
  const platforms = wanted.map((name) => {
    const found = PLATFORMS.find((one) => one.name === (name === "this" ? thisPlatform().name : name));
    if (!found) throw new Error(`--platform ${name}? There are ${namesOf(PLATFORMS)}, and "this".`);
    return found;
  });
  const url = values["download-url"];
  if (!url) console.error("release: without --download-url the schema does not say where the archives lie");
  const built = await bundle(url);
  mkdirSync(values.directory, { recursive: true });
  for (const platform of platforms) {
    const file = path.join(values.directory, `${NAME}-v${built.version}-${platform.name}.tar.gz`);
    writeFileSync(file, await archiveOf(built, platform));
    console.log(`${file} ${(statSync(file).size / 1e6).toFixed(1)} MB`);
  }
  writeFileSync(path.join(values.directory, SUMS), sumsOf(values.directory));
}

/** An archive as Pulumi unpacks it: the executable at the top. A PulumiPlugin.yaml would ask for a language's runtime. */
async function archiveOf({ script, packages }: Bundle, platform: Platform): Promise<Buffer> {
  const work = mkdtempSync(path.join(tmpdir(), "object-users-release-"));
  try {
    const content = path.join(work, "content");
    mkdirSync(content);
    const executable = await makeExecutable(script, platform, content);
    writeFileSync(path.join(content, "LICENSE"), readFileSync(path.join(REPOSITORY, "LICENSE")), { mode: 0o644 });
    writeFileSync(path.join(content, "NOTICES"), notices(packages), { mode: 0o644 });
    const file = path.join(work, "tar");
    const made = { file, cwd: content, sync: true, portable: true, noPax: true, mtime: TIME } as const;
    create(made, [executable, "LICENSE", "NOTICES"]);
    const node = path.join(nodeOf(thisPlatform()), "bin", process.platform === "win32" ? "node.exe" : "node");
    return execFileSync(node, ["-e", GZIP], { input: readFileSync(file), maxBuffer: 2 ** 30 });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The licenses of all that is in an executable besides this project. */
function notices(packages: readonly string[]): string {
  const of = (name: string, directory: string) => {
    const file = readdirSync(directory).find((one) => /^licen[cs]e/i.test(one));
    if (!file) throw new Error(`${directory} has no license`);
    return `${"=".repeat(80)}\n${name}\n${"=".repeat(80)}\n\n${readFileSync(path.join(directory, file), "utf8").trim()}\n`;
  };
  const all = packages.map((directory) => {
    const { name, version } = JSON.parse(readFileSync(path.join(directory, "package.json"), "utf8"));
    return of(`${name} ${version}`, directory);
  });
  return [...all, of(`Node.js ${NODE}`, nodeOf(withLicense()))].join("\n");
}

/** The packages for Windows have no license in them; it is the same text. */
function withLicense(): Platform {
  return PLATFORMS.find(({ name }) => name === "linux-amd64") ?? thisPlatform();
}

/** The checksums of all archives in a directory, as `sha256sum --check` reads them. */
function sumsOf(directory: string): string {
  const archives = readdirSync(directory).filter((name) => name.endsWith(".tar.gz"));
  const sum = (name: string) =>
    createHash("sha256")
      .update(readFileSync(path.join(directory, name)))
      .digest("hex");
  return archives
    .sort()
    .map((name) => `${sum(name)}  ${name}\n`)
    .join("");
}

main().catch((error) => {
  console.error(`release: ${error.message}`);
  process.exitCode = 1;
});
