/**
 * Builds the packaged plugin into dist/plugin: one file with all that it needs but Node, and the schema that it has in it,
 * which the SDKs of other languages are made of.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build, type Plugin } from "esbuild";
import { packageSchema } from "./schema";

const REPOSITORY = path.join(__dirname, "..", "..");
const OUT = path.join(REPOSITORY, "dist", "plugin");

/** zod's messages in all languages are half of it; this project has its own in one. */
const oneLanguage: Plugin = {
  name: "one-language",
  setup({ onLoad }) {
    const filter = /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/;
    onLoad({ filter }, () => ({ contents: 'export { default as en } from "./en.js";', loader: "js" }));
  },
};

async function main(): Promise<void> {
  const { version } = JSON.parse(readFileSync(path.join(REPOSITORY, "package.json"), "utf8"));
  const schema = packageSchema(version);
  mkdirSync(OUT, { recursive: true });
  writeFileSync(path.join(OUT, "schema.json"), `${JSON.stringify(schema, null, 2)}\n`);
  const plugin = path.join(OUT, "pulumi-resource-object-users");
  await build({
    entryPoints: [path.join(REPOSITORY, "provider", "packaged", "main.ts")],
    outfile: plugin,
    bundle: true,
    minify: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    legalComments: "none",
    banner: { js: "#!/usr/bin/env node" },
    define: { RELEASE: JSON.stringify({ version, schema: JSON.stringify(schema) }) },
    plugins: [oneLanguage],
    // Its size is nobody's mistake.
    logOverride: { "large-output": "silent" },
  });
  chmodSync(plugin, 0o755);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
