/**
 * A real OpenStack Keystone for tests: on 127.0.0.1, with SQLite in a directory of its own, up in two seconds, gone
 * without a trace. It does not install anything: see install.mjs.
 */
import { type Daemon, startDaemon } from "../ceph/daemon";
import { makeDirectory, notePid, removeDirectory, removeStale } from "../ceph/directory";
import { freePort } from "../ceph/ports";
import { onPath } from "../ceph/programs";
import { type Admin, copyTemplate } from "./template";

export { PASSWORD_RULE } from "./files";
export type { Admin };

/** A running Keystone. */
export interface RealKeystone {
  /** `http://127.0.0.1:PORT`; the API is below /v3. */
  readonly endpoint: string;
  /** `http://127.0.0.1:PORT/v3`, what OpenStack clients call the auth URL. */
  readonly authUrl: string;
  readonly admin: Admin;
  /** SIGSTOP: connections are accepted by the kernel, requests hang. */
  freeze(): void;
  thaw(): void;
  /** Ends it and leaves its data, for `restart`. */
  kill(): Promise<void>;
  /** Starts it again on the same port with the same data. */
  restart(): Promise<void>;
  /** Ends it and removes all files. May be called twice. */
  stop(): Promise<void>;
}

/** Starts a Keystone. Any number may run at the same time. Throws, with the last log lines, when it does not come up. */
export async function startKeystone(): Promise<RealKeystone> {
  removeStale();
  const directory = makeDirectory();
  try {
    const admin = await copyTemplate(directory);
    const port = await freePort();
    let daemon: Daemon | undefined = await start(directory, port);
    const kill = async () => {
      // The whole group: a worker would keep the socket for a moment after its master.
      if (daemon) endGroup(daemon.pid);
      await daemon?.kill();
      daemon = undefined;
    };
    const signal = (name: "SIGSTOP" | "SIGCONT") => {
      if (daemon) process.kill(-daemon.pid, name);
    };
    return {
      endpoint: `http://127.0.0.1:${port}`,
      authUrl: `http://127.0.0.1:${port}/v3`,
      admin,
      freeze: () => signal("SIGSTOP"),
      thaw: () => signal("SIGCONT"),
      kill,
      restart: async () => {
        await kill();
        daemon = await start(directory, port);
      },
      stop: async () => {
        await kill();
        removeDirectory(directory);
      },
    };
  } catch (error) {
    removeDirectory(directory);
    throw error;
  }
}

/** One worker without threads, because SQLite's objects belong to their thread. Timeout 0: a frozen worker is left alone. */
async function start(directory: string, port: number): Promise<Daemon> {
  const environment = [`OS_KEYSTONE_CONFIG_DIR=${directory}`, `OS_KEYSTONE_CONFIG_FILES=${directory}/keystone.conf`];
  const gunicorn = ["/usr/bin/python3", "/usr/bin/gunicorn", "--workers", "1", "--timeout", "0", "--keep-alive", "5"];
  const place = ["--bind", `127.0.0.1:${port}`, "--chdir", directory, "--worker-tmp-dir", directory];
  const daemon = await startDaemon({
    name: "keystone",
    command: onPath("/usr/bin/env", [...environment, ...gunicorn, ...place, "application:application"]),
    directory,
    port,
  });
  notePid(directory, daemon.pid);
  const deadline = Date.now() + 60_000;
  while (!(await answers(port))) {
    if (Date.now() > deadline) throw new Error(`Keystone does not answer; see ${directory}/keystone.out`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return daemon;
}

/** The socket accepts before the application is loaded. */
async function answers(port: number): Promise<boolean> {
  const signal = AbortSignal.timeout(30_000);
  const response = await fetch(`http://127.0.0.1:${port}/v3`, { signal }).catch(() => undefined);
  return response?.status === 200;
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}
