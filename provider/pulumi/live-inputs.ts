/**
 * The inputs that a refresh stores: those that would describe the system as it is, so that a preview shows by name what
 * somebody changed. What no input can say is said in words, a finding, in the property that it concerns.
 *
 * With `ignoreChanges` Pulumi checks what a refresh stored as if the program had said it. So everything but the findings
 * passes check, and check takes the findings out.
 */
import { isDeepStrictEqual } from "node:util";
import type { Backend } from "../backends/backend";
import type { Known } from "../lifecycle/model";
import { definedOnly, type Inputs } from "./state";

const REPLACED = "(replaced on the system)";
/** What can be wrong with the published access key. */
const WRONGS = ["gone from the system", "disabled on the system"];
/** Behind an access key of the resource's own making. */
const ENDINGS = WRONGS.map((wrong) => ` (${wrong})`);
/** Behind an access key that the program gives: taken out, it leaves the key as it was given. */
const OWN_ENDINGS = WRONGS.map((wrong) => ` (declared, and ${wrong})`);

/** The inputs that would describe the system as it is, with findings. `inputs` are those in force. */
export function liveInputs(known: Known, inputs: Inputs, backend: Backend): Inputs {
  const { fields, baseline } = known;
  const live: Inputs = { ...inputs };
  for (const [name, value] of Object.entries(fields)) {
    const isWatched = name in baseline && !isDeepStrictEqual(value, baseline[name]);
    if (inputs[name] !== undefined || isWatched) live[name] = value;
  }
  return definedOnly({ ...passing(live, inputs, backend), ...findings(known, inputs) });
}

function findings({ published, keys, foreign, inactive = [] }: Known, inputs: Inputs): Inputs {
  const others =
    inputs.exclusiveKeys === true && foreign.length > 0 ? { foreignKeys: foreign.map(({ id }) => id) } : {};
  if (published === undefined || published.id !== undefined) return others;
  const listed = [...keys, ...foreign].find((key) => key.accessKey === published.accessKey);
  const isInactive = listed !== undefined && inactive.includes(listed.id);
  if (listed && !isInactive) return { ...others, secretKey: REPLACED };
  const own = inputs.accessKey;
  const [key, endings] = typeof own === "string" ? [own, OWN_ENDINGS] : [published.accessKey, ENDINGS];
  return { ...others, accessKey: `${key}${endings[isInactive ? 1 : 0]}` };
}

/** What of inputs passes check. A value of the system's that no program could give goes back to what is declared. */
function passing(live: Inputs, declared: Inputs, { args, argNames }: Backend): Inputs {
  const others = Object.entries(live).filter(([name]) => !argNames.includes(name));
  const own = Object.fromEntries(Object.entries(live).filter(([name]) => argNames.includes(name)));
  for (;;) {
    const parsed = args.safeParse(own);
    if (parsed.success) return { ...(parsed.data as Inputs), ...Object.fromEntries(others) };
    const named = new Set(parsed.error.issues.map(({ path }) => String(path[0])));
    const wrong = [...named].filter((name) => own[name] !== undefined);
    if (wrong.length === 0) return live;
    for (const name of wrong) {
      if (isDeepStrictEqual(own[name], declared[name])) delete own[name];
      else own[name] = declared[name];
    }
  }
}

/**
 * Inputs that a refresh stored, without its findings. A list of foreign keys is one where it is what `stored` has too: as an
 * input of a program it is none.
 */
export function withoutFindings({ accessKey, secretKey, foreignKeys, ...inputs }: Inputs, stored: Inputs = {}): Inputs {
  return definedOnly({
    ...inputs,
    accessKey: typeof accessKey === "string" ? withoutFinding(accessKey) : accessKey,
    secretKey: secretKey === REPLACED ? undefined : secretKey,
    foreignKeys: isDeepStrictEqual(foreignKeys, stored.foreignKeys) ? undefined : foreignKeys,
  });
}

/** The program's own access key; undefined where it gives none. */
function withoutFinding(accessKey: string): string | undefined {
  const own = OWN_ENDINGS.find((ending) => accessKey.endsWith(ending));
  if (own !== undefined) return accessKey.slice(0, -own.length);
  return ENDINGS.some((ending) => accessKey.endsWith(ending)) ? undefined : accessKey;
}
