/** The CPU time of a call of the CLI with all that it starts: program, language host and plug-in. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** A way to call the CLI that notes its CPU time. */
export interface CpuMeter {
  /** The executable to call instead of the CLI. */
  readonly wrapper: string;
  readonly env: Readonly<Record<string, string>>;
  /** User and system time of the last call, in milliseconds. */
  read(): number;
  close(): void;
}

const WRAPPER = `#!/bin/bash
"$PULUMI_CLI" "$@"
code=$?
times > "$OBJECT_USERS_CPU_FILE"
exit $code
`;

/** Makes a meter. It takes bash, whose \`times\` counts every process that was waited for. */
export function cpuMeter(): CpuMeter {
  const directory = mkdtempSync(path.join(tmpdir(), "object-users-cpu-"));
  const wrapper = path.join(directory, "pulumi");
  const file = path.join(directory, "times");
  writeFileSync(wrapper, WRAPPER);
  chmodSync(wrapper, 0o755);
  return {
    wrapper,
    env: { OBJECT_USERS_CPU_FILE: file },
    read: () => {
      const [, children = ""] = readFileSync(file, "utf8").split("\n");
      const spent = [...children.matchAll(/(\d+)m([\d.]+)s/g)];
      return spent.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000, 0);
    },
    close: () => rmSync(directory, { recursive: true, force: true }),
  };
}
