/**
 * The text of ceph.conf for a throw-away cluster: one monitor, one memory-backed OSD, any number of gateways.
 *
 * Only settings live here, each with its reason where it is not obvious. Starting anything does not.
 */

/** Where a cluster keeps its files and which ports it listens on, all of them on 127.0.0.1. */
export interface ClusterPlace {
  readonly directory: string;
  readonly fsid: string;
  readonly monPort: number;
}

/** The `[global]` section. `extra` are further lines, taken as they are. */
export function clusterConf(place: ClusterPlace, extra: readonly string[]): string {
  const { directory, fsid, monPort } = place;
  return lines([
    "[global]",
    `fsid = ${fsid}`,
    `mon_host = [v2:127.0.0.1:${monPort}]`,
    "public_addr = 127.0.0.1",
    "cluster_addr = 127.0.0.1",
    "ms_bind_ipv6 = false",
    "ms_bind_msgr1 = false",

    // Nobody else can reach loopback ports of a cluster that lives for minutes. Without authentication the
    // messenger must not ask for its encrypted mode: radosgw would then wait for the monitor for ever.
    "auth_cluster_required = none",
    "auth_service_required = none",
    "auth_client_required = none",
    "ms_mon_client_mode = crc",
    "ms_cluster_mode = crc",
    "ms_service_mode = crc",
    "ms_client_mode = crc",
    "keyring = /dev/null",
    // An empty path: no socket, hence no 107-character limit on the directory's name.
    "admin_socket =",

    `mon_data = ${directory}/mon`,
    `osd_data = ${directory}/osd`,
    `rgw_data = ${directory}/$name`,
    `run_dir = ${directory}`,
    `crash_dir = ${directory}/crash`,
    `log_file = ${directory}/$name.log`,
    "mon_cluster_log_to_file = false",
    // A disk that is nearly full on a laptop is no reason to stop a cluster that stores nothing on it.
    "mon_data_avail_crit = 1",

    // Every pool creation waits for a proposal: these two make the start ten times faster.
    "paxos_propose_interval = 0.05",
    "paxos_min_wait = 0.01",
    "mon_allow_pool_size_one = true",
    "osd_pool_default_size = 1",
    "osd_pool_default_min_size = 1",
    "osd_pool_default_pg_num = 4",
    "osd_pool_default_pg_autoscale_mode = off",
    "osd_crush_chooseleaf_type = 0",
    "osd_objectstore = memstore",
    "memstore_device_bytes = 1073741824",
    // Short logs keep a memory-backed OSD small over many thousand changes.
    "osd_min_pg_log_entries = 10",
    "osd_max_pg_log_entries = 10",
    "osd_pg_log_dups_tracked = 10",
    "osd_pg_log_trim_min = 10",

    // How soon a client notices that the OSD which it waits for is up: else one start in ten takes five seconds more.
    "objecter_tick_interval = 0.2",
    "rgw_rados_pool_pg_num_min = 4",
    "rgw_thread_pool_size = 64",
    "rgw_enable_lc_threads = false",
    "rgw_dynamic_resharding = false",
    "rgw_crypt_require_ssl = false",
    ...extra,
  ]);
}

/**
 * The section of one gateway. Without `tcp_nodelay` each request on a kept-alive connection takes 40 ms
 * (Nagle's algorithm against delayed acknowledgements).
 */
export function gatewayConf(name: string, port: number, nodelay: boolean, extra: readonly string[]): string {
  const option = nodelay ? "tcp_nodelay=1 " : "";
  return lines([`[${name}]`, `rgw_frontends = beast ${option}endpoint=127.0.0.1:${port}`, ...extra]);
}

function lines(text: readonly string[]): string {
  return `${text.join("\n")}\n`;
}
