/**
 * A real Ceph for tests, the demo and the benchmark: monitor, OSD and RADOS gateways on 127.0.0.1, data in memory,
 * up in about a second, gone without a trace.
 *
 * It knows which processes make a cluster and in which order they start. It does not install them: see install.mjs.
 */
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { clusterConf, gatewayConf } from "./conf";
import { type Daemon, startDaemon } from "./daemon";
import { makeDirectory, notePid, removeDirectory, removeStale } from "./directory";
import { freePort } from "./ports";
import { programsOf } from "./programs";

const run = promisify(execFile);

/** How a cluster differs from the default one. */
export interface CephOptions {
  /** Which release of Ceph: 16, 18 or 20. Default: what OBJECT_USERS_CEPH names, else the newest that is there. */
  readonly release?: number;
  /** How many gateways to start on the same data. Default 1. */
  readonly gateways?: number;
  /** Further lines for the `[global]` section of ceph.conf. */
  readonly conf?: readonly string[];
}

/** An access key with its secret. */
export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** A running cluster. Gateways are numbered from 0 in the order they were started. */
export interface RealCeph {
  /** The first gateway: `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  /** All gateways, also those added later. */
  readonly endpoints: readonly string[];
  /** A user who may do everything with users, buckets, metadata and usage. New with every start. */
  readonly admin: Credentials;
  /** The release: the first number of its version. */
  readonly release: number;
  /** The version that the gateway says, such as "16.2.15". */
  readonly version: string;
  /** The ids of the running daemons: monitor, OSD, gateways. */
  readonly processes: readonly number[];
  /** Runs `radosgw-admin` past the HTTP API and answers what it printed, parsed. Never pass a secret here. */
  radosgwAdmin(...args: readonly string[]): Promise<unknown>;
  /**
   * One more gateway on the same data; `conf` are lines of its own section. `nodelay: false` leaves out tcp_nodelay, which
   * gateways do not have as they come. Answers its endpoint.
   */
  addGateway(options?: { readonly conf?: readonly string[]; readonly nodelay?: boolean }): Promise<string>;
  /** Ends a gateway with SIGKILL and starts it again on the same port. */
  restartGateway(index?: number): Promise<void>;
  /** Ends a gateway with SIGKILL. `restartGateway` brings it back. */
  killGateway(index?: number): Promise<void>;
  /** SIGSTOP: connections are accepted by the kernel, requests hang. */
  freezeGateway(index?: number): void;
  thawGateway(index?: number): void;
  /** SIGSTOP for the storage below: writes hang without limit, reads from the gateway's cache still answer. */
  freezeOsd(): void;
  thawOsd(): void;
  /** Ends everything and removes all files. May be called twice. */
  stop(): Promise<void>;
}

interface Gateway {
  readonly name: string;
  readonly port: number;
  daemon: Daemon;
}

/**
 * Starts a cluster. Any number may run at the same time.
 * Throws, with what is missing, when the release is not there, and with the daemon's last log lines when a part of it does
 * not come up; nothing is left running then.
 */
export async function startCeph(options: CephOptions = {}): Promise<RealCeph> {
  const { cephAvailable } = await import("./install.mjs");
  const found = cephAvailable(options.release);
  if (!found.available) throw new Error(found.reason);
  const programs = await programsOf(found.tree);
  removeStale();
  const directory = makeDirectory();
  const conf = `${directory}/ceph.conf`;
  const daemons = new Set<Daemon>();
  const gateways: Gateway[] = [];

  const start = async (name: string, command: string, args: readonly string[], port?: number): Promise<Daemon> => {
    const full = programs(command, [...args, "-c", conf, "-f"]);
    const daemon = await startDaemon({ name, command: full, directory, ...(port === undefined ? {} : { port }) });
    daemons.add(daemon);
    notePid(directory, daemon.pid);
    return daemon;
  };
  const tool = async (command: string, ...args: readonly string[]): Promise<string> => {
    const done = await run(...programs(command, args), { cwd: directory, maxBuffer: 64 << 20, timeout: 120_000 });
    return done.stdout;
  };
  const radosgwAdmin = async (...args: readonly string[]): Promise<unknown> => {
    const text = await tool("radosgw-admin", ...args, "-c", conf, "-n", "client.rgw");
    return text.trim() === "" ? undefined : JSON.parse(text);
  };
  const gateway = (index: number): Gateway => {
    const found = gateways[index];
    if (found === undefined) throw new Error(`There is no gateway ${index}; there are ${gateways.length}.`);
    return found;
  };
  const startGateway = (name: string, port: number) => start(name, "radosgw", ["-n", name], port);
  const endGateway = async (index: number): Promise<void> => {
    const { daemon } = gateway(index);
    daemons.delete(daemon);
    await daemon.kill();
  };
  const endpoint = ({ port }: Gateway) => `http://127.0.0.1:${port}`;
  const addGateway: RealCeph["addGateway"] = async ({ conf: more = [], nodelay = true } = {}) => {
    const port = await freePort();
    const name = `client.rgw${gateways.length === 0 ? "" : gateways.length}`;
    appendFileSync(conf, gatewayConf(name, port, nodelay, more));
    const made = { name, port, daemon: await startGateway(name, port) };
    gateways.push(made);
    return endpoint(made);
  };
  const stop = async (): Promise<void> => {
    await Promise.all([...daemons].map((daemon) => daemon.kill()));
    daemons.clear();
    removeDirectory(directory);
  };

  try {
    const place = { directory, fsid: randomUUID(), monPort: await freePort() };
    writeFileSync(conf, clusterConf(place, options.conf ?? []), { mode: 0o600 });
    for (const name of ["mon", "osd", "crash"]) mkdirSync(`${directory}/${name}`);

    const monmap = `${directory}/monmap`;
    const monAddress = `[v2:127.0.0.1:${place.monPort}]`;
    await tool("monmaptool", "--create", "--clobber", "--fsid", place.fsid, "--addv", "a", monAddress, monmap);
    await tool("ceph-mon", "-i", "a", "-c", conf, "--mkfs", "--monmap", monmap);
    await start("mon.a", "ceph-mon", ["-i", "a"], place.monPort);

    const osdUuid = randomUUID();
    await Promise.all([
      tool("ceph", "-c", conf, "osd", "new", osdUuid, "0"),
      tool("ceph-osd", "-i", "0", "-c", conf, "--mkfs", "--osd-uuid", osdUuid),
    ]);
    const osd = await start("osd.0", "ceph-osd", ["-i", "0"]);

    // The server makes the keys and we read them back: no secret ever is an argument of a process.
    const caps = "users=*;buckets=*;metadata=*;usage=*";
    const made = await radosgwAdmin("user", "create", "--uid=admin", "--display-name=admin", `--caps=${caps}`);
    const admin = firstKey(made);
    const version = (await tool("radosgw", "--version")).match(/\d+\.\d+\.\d+/)?.[0] ?? "unknown";
    for (let n = 0; n < (options.gateways ?? 1); n++) await addGateway();

    return {
      endpoint: endpoint(gateway(0)),
      get endpoints() {
        return gateways.map(endpoint);
      },
      admin,
      release: found.release,
      version,
      get processes() {
        return [...daemons].map(({ pid }) => pid);
      },
      radosgwAdmin,
      addGateway,
      restartGateway: async (index = 0) => {
        const one = gateway(index);
        await endGateway(index);
        one.daemon = await startGateway(one.name, one.port);
      },
      killGateway: (index = 0) => endGateway(index),
      freezeGateway: (index = 0) => gateway(index).daemon.freeze(),
      thawGateway: (index = 0) => gateway(index).daemon.thaw(),
      freezeOsd: () => osd.freeze(),
      thawOsd: () => osd.thaw(),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function firstKey(user: unknown): Credentials {
  const key = (user as { keys?: { access_key?: string; secret_key?: string }[] } | undefined)?.keys?.[0];
  if (key?.access_key === undefined || key.secret_key === undefined) {
    throw new Error("radosgw-admin made the admin user without a key.");
  }
  return { accessKey: key.access_key, secretKey: key.secret_key };
}
