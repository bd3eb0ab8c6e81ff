/**
 * What a preview tells of the outputs that will be, against those that then are. A preview looks at nothing: it tells what
 * follows from state. So its word counts as long as nobody else does anything and every run goes well; otherwise after the
 * next refresh, where that sees everything.
 */
import { compareForetold } from "../backends/foretold";
import type { Result } from "./engine";
import type { StackName } from "./program";
import type { State } from "./state";

/** The stacks whose state says what there is. */
export class Foretold {
  private readonly current = new Set<StackName>(["dev", "prod"]);
  private readonly forgotten = new Set<string>();

  /** Something happens that states know nothing of, as far as can be told. */
  somethingHappens(): void {
    this.current.clear();
  }

  /** State forgets a resource whose user stays: what others make of it meanwhile, no preview of a new resource can tell. */
  forgets(urn: string): void {
    this.somethingHappens();
    this.forgotten.add(urn);
  }

  /** A stack's state says everything again. */
  isCurrent(stack: StackName): void {
    this.current.add(stack);
  }

  /** Whether a preview of the stack tells what its next run comes to. */
  counts(stack: StackName): boolean {
    return this.current.has(stack);
  }

  /** How many values were known beforehand. Rejects where something else came. */
  hasCome({ foretold }: Result, { resources }: State): number {
    let count = 0;
    for (const [urn, told] of foretold) {
      if (this.forgotten.delete(urn)) continue;
      const { outputs = {} } = resources.find((one) => one.urn === urn && !one.isReplaced) ?? {};
      // What is not told at all is open.
      const came = Object.fromEntries(Object.keys(told).map((name) => [name, outputs[name]]));
      count += compareForetold(told, came, [urn]);
    }
    return count;
  }
}
