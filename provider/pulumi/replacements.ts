/** Which changes of a resource's inputs make another user of it, and what of the former user stands in its way. */
import { isDeepStrictEqual } from "node:util";
import type { Backend } from "../backends/backend";
import type { Opened } from "../connection";
import type { Inputs, Outputs } from "./state";
import { hasUnknowns } from "./unknowns";

/** The replacements of one connection's users. */
export class Replacements {
  /** Values of inputs that mean the same, though they differ as text. */
  private readonly same = new Set<string>();

  constructor(
    private readonly backend: Backend,
    private readonly open: () => Promise<Opened>,
  ) {}

  /** The inputs whose change makes another user of it. What only looks different is known after `compare`. */
  by(olds: Outputs, news: Inputs): string[] {
    // Every user has its id as an output; it is an input of some, and then in state if it was given.
    const isGiven = (name: string) =>
      name !== "userId" || !Array.isArray(olds.declared) || olds.declared.includes(name);
    const had = (name: string) => (isGiven(name) ? olds[name] : undefined);
    return this.backend.replaceOn.filter(
      (name) => !isDeepStrictEqual(had(name), news[name]) && !this.same.has(pairOf(name, olds, news)),
    );
  }

  /**
   * Asks the system about inputs that would replace a user and have another text now: it may be another name for the same
   * thing. Rejects where the system cannot tell, as nobody is replaced on doubt.
   */
  async compare(olds: Outputs, news: Inputs): Promise<void> {
    const { synonyms } = this.backend;
    for (const name of this.by(olds, news)) {
      const [one, other] = [olds[name], news[name]];
      if (!synonyms.includes(name) || typeof one !== "string" || typeof other !== "string" || hasUnknowns(other))
        continue;
      const { api } = await this.open();
      if (await api.sameValue?.(name, one, other)) this.same.add(pairOf(name, olds, news));
    }
  }

  /** Whether the old user and the new one cannot be there at once. */
  excludesOld(olds: Outputs, news: Inputs): boolean {
    const { unique } = this.backend;
    return unique.some((name) => news[name] !== undefined && news[name] !== "" && news[name] === olds[name]);
  }
}

function pairOf(name: string, olds: Outputs, news: Inputs): string {
  return JSON.stringify([name, olds[name], news[name]]);
}
