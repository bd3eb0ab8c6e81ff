/**
 * Builds the packaged plugin into dist/plugin: one file with all that it needs but Node, and the schema that it has in it,
 * which the SDKs of other languages are made of.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build, type Plugin } from "esbuild";
import { packageSchema } from "./schema";

export const REPOSITORY = path.join(__dirname, "..", "..");
export const NAME = "pulumi-resource-object-users";
const OUT = path.join(REPOSITORY, "dist", "plugin");

/** zod's messages in all languages are half of it; this project has its own in one. */
const oneLanguage: Plugin = {
  name: "one-language",
  setup({ onLoad }) {
    const filter = /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/;
    onLoad({ filter }, () => ({ contents: 'export { default as en } from "./en.js";', loader: "js" }));
  },
};

/** The plugin in one file. */
export interface Bundle {
  readonly version: string;
  readonly schema: string;
  readonly script: string;
  /** The packages that are in it, as directories. */
  readonly packages: readonly string[];
}

/** Bundles the plugin; with `downloadUrl` its schema tells Pulumi where the releases lie. */
export async function bundle(downloadUrl?: string): Promise<Bundle> {
  const { version } = JSON.parse(readFileSync(path.join(REPOSITORY, "package.json"), "utf8"));
  const schema = { ...packageSchema(version), ...(downloadUrl ? { pluginDownloadURL: downloadUrl } : {}) };
  const { outputFiles, metafile } = await build({
    entryPoints: [path.join(REPOSITORY, "provider", "packaged", "main.ts")],
    absWorkingDir: REPOSITORY,
    write: false,
    metafile: true,
    bundle: true,
    minify: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    legalComments: "none",
    define: { RELEASE: JSON.stringify({ version, schema: JSON.stringify(schema) }) },
    plugins: [oneLanguage],
    // Its size is nobody's mistake.
    logOverride: { "large-output": "silent" },
  });
  const inputs = Object.keys(metafile.inputs).map((file) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0]);
  const packages = [...new Set(inputs.filter((one) => one !== undefined))].sort();
  return {
    version,
    schema: `${JSON.stringify(schema, null, 2)}\n`,
    script: outputFiles[0]?.text ?? "",
    packages: packages.map((one) => path.join(REPOSITORY, one)),
  };
}

async function main(): Promise<void> {
  const { schema, script } = await bundle();
  mkdirSync(OUT, { recursive: true });
  writeFileSync(path.join(OUT, "schema.json"), schema);
  writeFileSync(path.join(OUT, NAME), `#!/usr/bin/env node\n${script}`);
  chmodSync(path.join(OUT, NAME), 0o755);
}

if (require.main === module)
  main().catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
