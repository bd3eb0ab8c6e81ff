/** `object-users plugin install`: puts the packaged plugin, which the package has in it, where Pulumi finds it. */
import * as fs from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { type AddCommand, prose } from "../command";
import { EXIT, type ExitCode } from "../exit";
import type { Terminal } from "../terminal";

const NAME = "pulumi-resource-object-users";

const ABOUT = `Puts the packaged plugin, which this package has in it, into Pulumi's folder of plugins: $PULUMI_HOME, or
~/.pulumi. With it programs in YAML and other languages have the same resources, and those in TypeScript have previews
with known outputs. Downloads nothing.`;

export const addPlugin: AddCommand = (program, start) => {
  const command = program.command("plugin").description("The packaged plugin.");
  command
    .command("install")
    .description(prose(ABOUT))
    .action(() => start(async (terminal) => install(terminal)));
};

function install(terminal: Terminal): ExitCode {
  const manifest = require.resolve("pulumi-object-users/package.json");
  const { version } = JSON.parse(fs.readFileSync(manifest, "utf8")) as { version: string };
  const built = path.join(path.dirname(manifest), "dist", "plugin", NAME);
  const { PULUMI_HOME } = terminal.world.environment;
  const plugins = path.join(PULUMI_HOME || path.join(homedir(), ".pulumi"), "plugins");
  const folder = path.join(plugins, `resource-object-users-v${version}`);
  fs.mkdirSync(folder, { recursive: true });
  put(path.join(folder, NAME), fs.readFileSync(built));
  // Windows runs no file for its first line.
  if (process.platform === "win32") put(path.join(folder, `${NAME}.cmd`), `@node "%~dp0${NAME}" %*\r\n`);
  // Pulumi keeps the schemas of plugins by their versions, also of one that was built anew.
  for (const name of fs.readdirSync(plugins))
    if (name.startsWith("schema-object-users-")) fs.rmSync(path.join(plugins, name), { force: true });
  terminal.out(path.join(folder, NAME));
  terminal.say(`object-users ${version} is installed`);
  return EXIT.ok;
}

/** Writes an executable whole or not at all: a run may be about to start it. */
function put(file: string, content: string | Buffer): void {
  const half = `${file}.${process.pid}`;
  fs.writeFileSync(half, content, { mode: 0o755 });
  fs.renameSync(half, file);
}
