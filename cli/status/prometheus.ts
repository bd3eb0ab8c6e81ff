/**
 * A report as metrics in Prometheus' text format, for the textfile collector of node_exporter. Names follow
 * https://prometheus.io/docs/practices/naming/ and are documented in docs/cli.md.
 */
import { PHASES } from "./phase";
import { type KeyStatus, keysOf, type Report, type UserStatus } from "./report";

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [Labels, number];

/** The metrics of a report. */
export function prometheusText(report: Report): string {
  const keyTimes = (pick: (key: KeyStatus) => string | undefined) =>
    report.users.flatMap((user) => keysOf(user).flatMap((key) => sampleOf(user, key, pick(key))));
  const current = (name: "issuedAt" | "provenAt") =>
    keyTimes((key) => (key.phase === "current" ? key[name] : undefined));
  return [
    metric("key_issued_timestamp_seconds", "When the published key was issued.", current("issuedAt")),
    metric("key_proven_timestamp_seconds", "When S3 last accepted the published key in a proof.", current("provenAt")),
    metric(
      "key_expires_timestamp_seconds",
      "Deadline of a retired key that we revoke; one in the past is overdue.",
      keyTimes(({ phase, expiresAt }) => (["grace", "quarantine", "overdue"].includes(phase) ? expiresAt : undefined)),
    ),
    metric("users", "Users by the phase that object-users status shows.", counts(report)),
    metric(
      "stack_up",
      "1 if the stack could be read, 0 if not.",
      report.stacks.map(({ stack, problem }) => [{ stack }, problem === undefined ? 1 : 0]),
    ),
    metric(
      "unreadable_resources",
      "Resources that this release of object-users cannot read.",
      report.stacks
        .filter(({ problem }) => problem === undefined)
        .map(({ stack }) => [{ stack }, report.unreadable.filter((each) => each.stack === stack).length]),
    ),
    metric(
      "status_timestamp_seconds",
      "When the stacks were read.",
      report.stacks.map(({ stack }) => [{ stack }, seconds(report.at)]),
    ),
  ].join("");
}

function sampleOf(
  { stack, kind, resource, user }: UserStatus,
  { accessKey }: KeyStatus,
  at: string | undefined,
): Sample[] {
  return at === undefined ? [] : [[{ stack, kind, resource, user, access_key: accessKey }, seconds(at)]];
}

/** Every phase of every kind that a stack has, also those with nobody in them, so that a series does not come and go. */
function counts({ users, stacks }: Report): Sample[] {
  const numbers = new Map<string, number>();
  const kinds = new Map<string, Set<string>>(stacks.map(({ stack }) => [stack, new Set<string>()]));
  for (const { stack, kind, phase } of users) {
    const labels = JSON.stringify([stack, kind, phase]);
    numbers.set(labels, (numbers.get(labels) ?? 0) + 1);
    kinds.get(stack)?.add(kind);
  }
  return [...kinds].flatMap(([stack, some]) =>
    [...some].flatMap((kind) =>
      Object.keys(PHASES).map(
        (phase): Sample => [{ stack, kind, phase }, numbers.get(JSON.stringify([stack, kind, phase])) ?? 0],
      ),
    ),
  );
}

/**
 * A metric with its samples. Two keys may have the same labels (two secrets of one access key; a user and the one that it
 * replaces); a collector refuses the whole file then, so the earlier time stands for both: it is the one to worry about.
 */
function metric(name: string, help: string, samples: readonly Sample[]): string {
  const full = `object_users_${name}`;
  const least = new Map<string, number>();
  for (const [labels, value] of samples) {
    const text = Object.entries(labels).map(([label, of]) => `${label}="${escaped(of)}"`);
    const series = `${full}{${text.join(",")}}`;
    least.set(series, Math.min(value, least.get(series) ?? value));
  }
  const lines = [...least].map(([series, value]) => `${series} ${value}\n`);
  return `# HELP ${full} ${help}\n# TYPE ${full} gauge\n${lines.join("")}`;
}

function escaped(value: string): string {
  return value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
}

function seconds(moment: string): number {
  return Date.parse(moment) / 1000;
}
