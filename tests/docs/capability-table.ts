/** The README's table of systems and what they can do, from the backends' own data. */
import { backends } from "../../provider/backends";
import type { Capabilities } from "../../provider/lifecycle/model";

const ROWS: readonly (readonly [string, (capabilities: Capabilities) => string])[] = [
  ["a rotation makes", ({ rotates }) => (rotates === "secrets" ? "a new secret" : "a new key")],
  ["a grace is ended by", ({ rotates }) => (rotates === "secrets" ? "the system" : "`up` or `sweep`")],
  [
    "a running grace can be",
    ({ deadline }) => ({ free: "extended, ended", earlier: "ended", fixed: "neither" })[deadline],
  ],
  ["going back within the grace", ({ rotates }) => (rotates === "keys" ? "yes" : "no")],
  ["most keys alive", ({ maxKeys }) => (maxKeys > 1000 ? "any number" : String(maxKeys))],
  ["secrets can be read later", ({ secretsReadable }) => (secretsReadable ? "yes" : "no")],
  ["a new key works", ({ propagationSeconds }) => seen(propagationSeconds)],
  [
    "a revoked key is refused",
    ({ revocationSeconds, propagationSeconds }) => seen(revocationSeconds ?? propagationSeconds),
  ],
];

function seen(seconds: number): string {
  return seconds === 0 ? "immediately" : `within ${minutes(seconds)}`;
}

function minutes(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}

/** The table in Markdown. */
export function capabilityTable(): string {
  const kinds = Object.values(backends).sort((a, b) =>
    a.kind === "rgw" ? -1 : b.kind === "rgw" ? 1 : a.kind < b.kind ? -1 : 1,
  );
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(["", ...kinds.map(({ resource }) => `\`${resource}\``)]),
    line(["---", ...kinds.map(() => "---")]),
    ...ROWS.map(([title, cell]) => line([title, ...kinds.map(({ capabilities }) => cell(capabilities))])),
  ].join("\n");
}
