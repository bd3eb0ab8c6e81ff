// Builds Pulumi's language host for YAML from its Go module, beside a CLI that this project built: releases of Pulumi bring
// it, and Go modules of the CLI do not. The result is renamed into place, whole or not at all.
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { checkGo, cleaningUp, goIn } from "./build.mjs";
import { executable } from "./built.mjs";

const NAME = "pulumi-language-yaml";
export const VERSION = "1.25.0";
/** A command of Pulumi's module for YAML. */
const commandOf = (name) => `github.com/pulumi/pulumi-yaml/cmd/${name}`;
const goModOf = (name) => `module ${name}

go 1.25.11

tool ${commandOf(name)}

require (
	github.com/pulumi/pulumi-yaml v${VERSION}
	github.com/pulumi/pulumi/pkg/v3 v3.206.0
	github.com/pulumi/pulumi/sdk/v3 v3.206.0
)
`;
const BUILD = ["build", "-mod=mod", "-trimpath", "-tags", "osusergo,grpcnotrace", "-v", "-ldflags", "-s -w"];

/** What is built, for people. */
export const YAML_HOST = `${NAME} ${VERSION}`;

/**
 * The path of the host that a CLI in one of these directories finds, or undefined.
 * @param {readonly string[]} directories
 */
export function findYamlHost(directories) {
  return directories.map((directory) => executable(directory, NAME)).find((file) => file !== undefined);
}

/**
 * Builds the host into a directory. Throws an Error whose message says what is missing and what to do.
 * @param {string} directory
 * @param {{ env?: NodeJS.ProcessEnv, log?: (line: string) => void }} [options]
 */
export function buildYamlHost(directory, options = {}) {
  return buildCommand(NAME, directory, options);
}

/**
 * Builds a command of Pulumi's module for YAML into a directory, in which it then has its own name.
 * @param {string} name
 * @param {string} directory
 * @param {{ env?: NodeJS.ProcessEnv, log?: (line: string) => void }} [options]
 */
export async function buildCommand(name, directory, { env = process.env, log = console.error } = {}) {
  const source = mkdtempSync(path.join(tmpdir(), "pulumi-yaml-"));
  const half = path.join(directory, `.${name}-${process.pid}`);
  const undo = cleaningUp([source, half]);
  try {
    const go = goIn(source, { ...env, CGO_ENABLED: "0", GOWORK: "off" });
    writeFileSync(path.join(source, "go.mod"), goModOf(name));
    checkGo(go.options);
    let lines = 0;
    const count = () => {
      lines += 1;
    };
    await go.run([...BUILD, "-o", half, commandOf(name)], count, (seconds) =>
      log(`  building: ${lines} modules and packages, ${seconds} s (1 to 3 minutes on two cores)`),
    );
    if (!existsSync(path.join(directory, name))) renameSync(half, path.join(directory, name));
    rmSync(half, { force: true });
  } finally {
    undo();
  }
}
