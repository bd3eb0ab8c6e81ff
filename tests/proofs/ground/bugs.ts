/**
 * Bugs to plant: for each rule of the lifecycle a small change of the source that breaks it. Data only; planted-bugs.ts
 * puts them in and sees who notices.
 */

/** One bug. */
export interface Bug {
  readonly name: string;
  readonly file: string;
  /** Text that stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** Proofs on a real Ceph that are run for it, besides the quick ones that are run for every bug. */
  readonly real: readonly ("races" | "load" | "kill" | "faults")[];
}

/** The bugs, in the order of the rules that they break. */
export const BUGS: readonly Bug[] = [
  {
    name: "a key is revoked before the next one is proven",
    file: "provider/lifecycle/plan.ts",
    find: `    ...(wanted ? publish(wanted, spec, known, capabilities) : withdraw(known)),
    ...others.flatMap((key) => retire(key, wanted?.id, spec, known, capabilities, now)),
`,
    replace: `    ...others.flatMap((key) => retire(key, wanted?.id, spec, known, capabilities, now)),
    ...(wanted ? publish(wanted, spec, known, capabilities) : withdraw(known)),
`,
    real: [],
  },
  {
    name: "a write is repeated blindly",
    file: "provider/http/exchange.ts",
    find: "!isFinal(error.cause) && (safe || !error.cause.sent) : safe;",
    replace: "!isFinal(error.cause) : true || safe;",
    real: [],
  },
  {
    name: "half-made state forgets its __provider",
    file: "provider/pulumi/resource.ts",
    find: "throw initFailed(error.known.userId, error.message, { ...outputs, __provider });",
    replace: "throw initFailed(error.known.userId, error.message, { ...outputs });",
    real: ["faults"],
  },
  {
    name: "the key's id is not derived",
    file: "provider/lifecycle/keys.ts",
    find: "accessKey: deriveAccessKey(whose, rotationId, identity) }",
    replace: "accessKey: deriveAccessKey(userId, String(Math.random()), identity) }",
    real: ["kill"],
  },
  {
    name: "unfinished work is recognised by user and rotation alone, whosever it is",
    file: "provider/lifecycle/keys.ts",
    find: 'return identity === "" ? [] : [identity];',
    replace: "return [];",
    real: [],
  },
  {
    name: "a user is deleted without asking whose it is",
    file: "provider/pulumi/deletion.ts",
    find: `  if (problem !== undefined) throw deletionElsewhere(spec, problem, capabilities);
  if (capabilities.keysOnly) {
    await revokeAll(user, backend, opened, claims);
  } else {
    const doubt = notToDelete(known, live);
    if (doubt !== undefined) throw deletionRefused(spec, doubt);
`,
    replace: `  if (capabilities.keysOnly) {
    await revokeAll(user, backend, opened, claims);
  } else {
`,
    real: [],
  },
  {
    name: "a user is deleted although the run knows of another resource that has it",
    file: "provider/pulumi/run.ts",
    find: "return this.standing(user).some((one) => one.holds || (one.isDeclared && !isItself(one)));",
    replace: "return false;",
    real: [],
  },
  {
    name: "an error quotes the answer, secrets and all",
    file: "provider/http/dialect.ts",
    find: "return failure(act, { ...meaning, answer, uncertain });",
    replace: "return failure(act, { ...meaning, answer: answer + response.body, uncertain });",
    real: [],
  },
  {
    name: "foreign keys are revoked without exclusiveKeys",
    file: "provider/lifecycle/retirement.ts",
    find: "  if (!spec.exclusiveKeys) return [];\n",
    replace: "",
    real: ["races"],
  },
  {
    name: "what a write answered is published without a proof",
    file: "provider/lifecycle/apply.ts",
    find: "  const key = spec.prove ? await provenOrRevived(listed, act) : listed;\n",
    replace: "  const key = listed;\n",
    real: ["races"],
  },
  {
    name: "a new key is proven at once, before a racing writer's request has come",
    file: "provider/lifecycle/reconcile.ts",
    find: "if (makesKey && spec.prove) await context.sleep(SETTLING_MS[step.do]);",
    replace: "",
    real: ["races"],
  },
  {
    name: "a failed request is read as gone",
    file: "provider/http/api.ts",
    find: `if (isObjectUserError(error, "not-found")) return undefined;
    throw error;`,
    replace: `if (isObjectUserError(error)) return undefined;
    throw error;`,
    real: [],
  },
  {
    name: "a retired key has no grace",
    file: "provider/lifecycle/retirement.ts",
    find: "return { retiredAt: since, expiresAt: after(since, grace) };",
    replace: "return { retiredAt: since, expiresAt: after(since, 0) };",
    real: ["load"],
  },
  {
    name: "a key whose grace is over becomes current again",
    file: "provider/lifecycle/wanted-key.ts",
    find: " || !hasEnded(key, spec, now))",
    replace: " || true)",
    real: [],
  },
  {
    name: "a longer grace brings a key back whose grace is over",
    file: "provider/lifecycle/retirement.ts",
    find: "  if (isDue(key, spec, now)) return [end(key, spec)];\n",
    replace: "",
    real: [],
  },
  {
    name: "a key that was never published takes the place of the former one",
    file: "provider/lifecycle/retirement.ts",
    find: 'return rotates === "keys" && !wasPublished;',
    replace: 'return rotates === "keys" && !wasPublished && false;',
    real: [],
  },
  {
    name: "a key that a dying gateway left half-made is not made again",
    file: "provider/lifecycle/apply.ts",
    find: "if (!canRevive || ",
    replace: "if (canRevive || ",
    real: ["faults"],
  },
  {
    name: "a fleet forgets what is known of a member that failed",
    file: "provider/pulumi/fleet/fleet.ts",
    find: "if (known) members.set(name, { known, inputs: withOptions(before?.inputs ?? inputs, inputs) });",
    replace: "members.delete(name);",
    real: [],
  },
  {
    name: "a fleet's half-made state forgets its __provider",
    file: "provider/pulumi/fleet/fleet.ts",
    find: "failed(failures, total), { ...written(members), __provider: asGiven.__provider }",
    replace: "failed(failures, total), { ...written(members) }",
    real: [],
  },
  {
    name: "a fleet's member that fails stops the others",
    file: "provider/pulumi/fleet/at-once.ts",
    find: "await task(name).catch((error) =>",
    replace: "if (failures.size === 0) await task(name).catch((error) =>",
    real: [],
  },
  {
    name: "a fleet's state drops the previous secret",
    file: "provider/pulumi/fleet/state.ts",
    find: "const [credentials, all] = split(outputs);",
    replace: "const [{ previousSecretKey: _dropped, ...credentials }, all] = split(outputs);",
    real: [],
  },
  {
    name: "a fleet's state has the previous secret in clear",
    file: "provider/pulumi/fleet/state.ts",
    find: '  "previousSecretKey",\n',
    replace: "",
    real: [],
  },
  {
    name: "a fleet deletes a user that it should leave",
    file: "provider/pulumi/fleet/fleet.ts",
    find: "if (isRetained(member)) return say(",
    replace: "if (isRetained(member) && false) return say(",
    real: [],
  },
  {
    name: "a fleet takes a member's new name for a new user",
    file: "provider/pulumi/fleet/members.ts",
    find: "? name : formers.get(user));",
    replace: "? name : undefined);",
    real: [],
  },
  {
    name: "a fleet asks about members that have nothing to do",
    file: "provider/pulumi/fleet/fleet.ts",
    find: "if (!isLookedAt && users.plan(inputs, before, s3Endpoint, internals).length === 0) {",
    replace: "if (before && false) {",
    real: [],
  },
];
