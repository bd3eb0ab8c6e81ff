// Builds Pulumi's language host for YAML from its Go module, beside a CLI that this project built: releases of Pulumi bring
// it, and Go modules of the CLI do not. The result is renamed into place, whole or not at all.
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { checkGo, cleaningUp, goIn } from "./build.mjs";
import { executable } from "./built.mjs";

const NAME = "pulumi-language-yaml";
const VERSION = "1.25.0";
const PACKAGE = `github.com/pulumi/pulumi-yaml/cmd/${NAME}`;
const GO_MOD = `module ${NAME}

go 1.25.11

tool ${PACKAGE}

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
export async function buildYamlHost(directory, { env = process.env, log = console.error } = {}) {
  const source = mkdtempSync(path.join(tmpdir(), "pulumi-yaml-"));
  const half = path.join(directory, `.${NAME}-${process.pid}`);
  const undo = cleaningUp([source, half]);
  try {
    const go = goIn(source, { ...env, CGO_ENABLED: "0", GOWORK: "off" });
    writeFileSync(path.join(source, "go.mod"), GO_MOD);
    checkGo(go.options);
    let lines = 0;
    const count = () => {
      lines += 1;
    };
    await go.run([...BUILD, "-o", half, PACKAGE], count, (seconds) =>
      log(`  building: ${lines} modules and packages, ${seconds} s (1 to 3 minutes on two cores)`),
    );
    if (!existsSync(path.join(directory, NAME))) renameSync(half, path.join(directory, NAME));
    rmSync(half, { force: true });
  } finally {
    undo();
  }
}
