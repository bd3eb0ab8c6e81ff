/** The part of the lifecycle's port that what has no keys refuses. The lifecycle never asks for it. */
import { ObjectUserError } from "../errors";

/** The methods about keys, of what `noun` names: "account". */
export function keyless(noun: string) {
  const refuse = ({ name }: { readonly name: string }): never => {
    throw new ObjectUserError({
      code: "unsupported",
      operation: "making a key of",
      subject: `${noun} "${name}"`,
      problem: `${noun}s have no keys`,
      advice: "Give its users keys.",
    });
  };
  return { issueKey: refuse, revokeKey: refuse, probe: refuse };
}
