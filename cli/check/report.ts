/** What a check found, connection by connection, as lines for people and as data for scripts. */
import type { Backend, Finding } from "../../provider/backends/backend";
import type { Config } from "../../provider/connection";
import { type PlacedFinding, preflight } from "../../provider/operator/preflight";
import type { Terminal } from "../terminal";

/** A connection with what was found. */
export interface Checked {
  readonly connection: string;
  readonly findings: PlacedFinding[];
}

const SIGNS = { ok: "ok     ", warning: "warning", failed: "FAILED " };

/** A check under way. */
export class Report {
  readonly connections: Checked[] = [];
  /** Stacks that could not be read. */
  readonly stacks: { readonly stack: string; readonly problem: string }[] = [];

  constructor(
    private readonly out: (line: string) => void,
    private readonly terminal: Terminal,
  ) {}

  /** Looks at a connection, a line for each finding. */
  async look(connection: string, backend: Backend, config: Config): Promise<void> {
    const findings: PlacedFinding[] = [];
    this.connections.push({ connection, findings });
    this.out(`${connection}:`);
    for await (const finding of preflight(backend, config, this.terminal.world)) {
      findings.push(finding);
      this.out(line(finding));
      if (this.terminal.interrupted.aborted) return;
    }
  }

  unread(stack: string, problem: string): void {
    this.stacks.push({ stack, problem });
    this.terminal.say(`failed: ${stack}: ${problem}`);
  }

  count(verdict: Finding["verdict"]): number {
    return this.connections.flatMap(({ findings }) => findings).filter((one) => one.verdict === verdict).length;
  }
}

/** Says the sum. */
export function tell(report: Report, { say }: Terminal): void {
  const [failed, warnings] = [report.count("failed"), report.count("warning")];
  say(failed + warnings === 0 ? "all is well" : `${failed} failed, ${warnings} warnings`);
}

function line({ address, what, verdict, says, advice }: PlacedFinding): string {
  const about = address === undefined ? what : `${address} ${what}`;
  return `  ${SIGNS[verdict]} ${about}: ${says}${advice ? `. ${advice}` : ""}`;
}
