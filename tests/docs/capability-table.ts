/** The README's table of systems and what they can do, from the backends' own data. */
import { backends } from "../../provider/backends";
import type { Capabilities } from "../../provider/lifecycle/model";

const ROWS: readonly (readonly [string, (capabilities: Capabilities) => string])[] = [
  [
    "a rotation makes",
    ({ oneAccessKey }) => (oneAccessKey ? "another secret for the same access key" : "another access key"),
  ],
  [
    "a grace is ended by",
    ({ overlap }) => (overlap === "server" ? "the system, at a time fixed at the rotation" : "the first `up` after it"),
  ],
  [
    "a running grace can be",
    ({ overlap, endsEarly }) =>
      overlap === "client" ? "extended and ended" : endsEarly ? "ended" : "neither extended nor ended",
  ],
  ["going back to a former `rotationId`", ({ overlap }) => (overlap === "client" ? "within the grace" : "refused")],
  ["keys at once", ({ maxKeys }) => (maxKeys > 1000 ? "any number" : String(maxKeys))],
  ["secrets can be read later", ({ secretsReadable }) => (secretsReadable ? "yes" : "no: state is the only copy")],
  ["a new key works at S3", ({ propagationSeconds }) => seen(propagationSeconds)],
  [
    "a revoked key is refused by S3",
    ({ revocationSeconds, propagationSeconds }) => seen(revocationSeconds ?? propagationSeconds),
  ],
];

function seen(seconds: number): string {
  return seconds === 0 ? "at once" : `within ${minutes(seconds)}`;
}

function minutes(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} minutes`;
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
