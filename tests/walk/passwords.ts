/** Passwords, of systems that have them: the one in state logs in, and it changes when the program says so, and only then. */
import assert from "node:assert/strict";
import type { Part } from "./promises";

/** Fails where a run that did all that was to be done has left another password, or one that does not log in. */
export async function passwordIsRight(
  { ledger, item, was, is, after, run, logsIn }: Part,
  where: string,
): Promise<void> {
  const { password } = is.outputs;
  if (logsIn === undefined || item === undefined) return;
  const { password: own, passwordRotationId = "" } = item.wish;
  const asked = JSON.stringify(own === undefined ? { passwordRotationId } : { own });
  const isSame = password === was?.outputs.password;
  if (own !== undefined && password !== undefined) assert.equal(password, own, `(13) the own password ${where}`);
  // One that is taken over keeps its password where it can, whatever the rotation.
  if (item.adopt) ledger.isPasswordSure = false;
  // The program's own is the program's, also after a run that failed with another one.
  if (was && own === undefined && ledger.isPasswordSure && ledger.askedPassword === asked && run.saw)
    assert.ok(isSame, `(13) the password ${where} changes, and nobody asked for that`);
  ledger.askedPassword = asked;
  if (!isSame) ledger.isPasswordSure = !item.adopt;
  if (ledger.isPasswordSure && typeof password === "string" && !after?.isLocked)
    assert.ok(await logsIn(password), `(13) the password ${where} does not log in`);
}
