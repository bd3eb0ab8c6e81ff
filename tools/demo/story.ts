// The story: what the demo tells, step by step, as a list. A step says why it is there, does it on the stage, and answers
// what it has shown, for the table at the end. No step knows the system, the terminal or how anything is started.

import type { Stage } from "./stage";

/** One step. */
export interface Step {
  readonly title: string;
  /** Why, in a sentence for somebody who sees it for the first time. */
  readonly purpose: string;
  /** Plays it, and answers what it has shown. */
  play(stage: Stage): Promise<string>;
}

/** The grace that the program asks for: long enough to see, short enough to wait for. */
export const GRACE_SECONDS = 8;

/** Passed by people too, when they need no preview first. */
const YES = ["--yes", "--skip-preview"];

/** The life of a user and its keys, from creation to the last trace. */
export const story: readonly Step[] = [
  {
    title: "Preview",
    purpose: "What would be made? Nothing is sent to the object store yet.",
    async play(stage) {
      await stage.pulumi(["config", "set", "rotationId", "2026-q4"]);
      const said = await stage.pulumi(["preview"]);
      stage.claim("the preview shows one user to create, besides the stack itself", /User \S+ create\b/.test(said));
      const users = await stage.deed((system) => system.users());
      stage.claim(`there is no user "${stage.system.userId}" yet`, !users.includes(stage.system.userId));
      return "one user to create, nothing done yet";
    },
  },
  {
    title: "Create the user",
    purpose: "The key becomes an output only after an S3 request signed with it was accepted.",
    async play(stage) {
      await stage.pulumi(["up", ...YES]);
      const outputs = await stage.outputs();
      stage.keep("first", outputs);
      stage.claim(`the stack has an access key and its secret`, outputs.accessKey !== "" && outputs.secretKey !== "");
      return `user and key ${outputs.accessKey}`;
    },
  },
  {
    title: "Use the key",
    purpose: "An application takes the outputs. From here on it writes and reads an object without a pause.",
    async play(stage) {
      await stage.s3("first", "accepted");
      stage.startClient("first");
      return "S3 accepts the stack's outputs";
    },
  },
  {
    title: "Rotate the key",
    purpose:
      "Another rotationId: a second key is made and proven, the first one is retired and lives on for its grace.",
    async play(stage) {
      await stage.pulumi(["config", "set", "rotationId", "2027-q1"]);
      const said = await stage.pulumi(["up", ...YES]);
      stage.claim("pulumi says why", said.includes('rotationId changed from "2026-q4" to "2027-q1"'));
      const outputs = await stage.outputs();
      stage.keep("second", outputs);
      stage.claim("the outputs hold another key", outputs.accessKey !== stage.key("first").accessKey);
      stage.claim("the outputs say when the grace ends", !Number.isNaN(Date.parse(outputs.graceEnds)));
      return `a second key, ${outputs.accessKey}`;
    },
  },
  {
    title: "Both keys are accepted",
    purpose: "In the grace each application changes over when it suits it. Ours takes the new outputs now.",
    async play(stage) {
      await stage.s3("first", "accepted");
      await stage.s3("second", "accepted");
      stage.client().use(stage.key("second"));
      return "no moment without a key that works";
    },
  },
  {
    title: "No secret in clear",
    purpose: "What Pulumi stores holds both secrets, encrypted.",
    async play(stage) {
      const state = await stage.pulumi(["stack", "export"]);
      const holds = (text: string) => state.includes(text);
      const names = ["first", "second"];
      stage.claim(
        "the state names both keys",
        names.every((name) => holds(stage.key(name).accessKey)),
      );
      const secrets = [...names.map((name) => stage.key(name).secretKey), ...stage.system.secrets];
      stage.claim("the state holds no secret in clear, nor the admin's at all", !secrets.some(holds));
      return "state encrypted";
    },
  },
  {
    title: "The grace ends",
    purpose: "Pulumi has no timer: the first `pulumi up` after the end of the grace revokes the retired key.",
    async play(stage) {
      const { graceEnds } = await stage.outputs();
      await stage.waitUntil(new Date(graceEnds), "the grace ends");
      const said = await stage.pulumi(["up", ...YES]);
      stage.claim("pulumi says why", said.includes(`grace of key ${stage.key("first").accessKey} ended`));
      await stage.s3("first", "refused");
      await stage.s3("second", "accepted");
      const { accepted, refused, byKey, firstRefusal } = await stage.client().stop();
      const used = ["first", "second"].map((name) => byKey.get(stage.key(name).accessKey) ?? 0);
      stage.claim(
        `the S3 client: ${accepted} requests accepted (${used[0]} with the first key, ${used[1]} with the second), ` +
          `${refused} refused${firstRefusal === undefined ? "" : ` (${firstRefusal})`}`,
        refused === 0 && used.every((number) => number > 0),
      );
      return "the old key is refused";
    },
  },
  {
    title: "Somebody changes things behind Pulumi's back",
    purpose: "Another display name, and the key that applications use is taken away.",
    async play(stage) {
      await stage.deed((system) => system.rename("Mallory"));
      await stage.deed((system) => system.removeKey(stage.key("second")));
      await stage.s3("second", "refused");
      return "renamed, key removed";
    },
  },
  {
    title: "The preview tells",
    purpose: "In a nightly job this fails, and names what was changed.",
    async play(stage) {
      const said = await stage.pulumi(["preview", "--refresh", "--expect-no-changes"], { code: "not 0" });
      stage.claim("it fails because of changes", said.includes("no changes were expected"));
      stage.claim("it names the display name", /~displayName\b/.test(said) && said.includes('"Mallory"'));
      stage.claim("it names the key", said.includes(`published key ${stage.key("second").accessKey} was removed`));
      return "both changes named";
    },
  },
  {
    title: "Put right",
    purpose: "The next `pulumi up` brings back what the program says.",
    async play(stage) {
      await stage.pulumi(["up", "--refresh", ...YES]);
      stage.keep("restored", await stage.outputs());
      await stage.s3("restored", "accepted");
      await stage.pulumi(["preview", "--refresh", "--expect-no-changes"]);
      stage.claim("everything is as the program says", true);
      return "name and key restored";
    },
  },
  {
    title: "Destroy",
    purpose: "The user goes, with every key.",
    async play(stage) {
      await stage.pulumi(["destroy", ...YES]);
      const users = await stage.deed((system) => system.users());
      stage.claim(`the object store has no user "${stage.system.userId}"`, !users.includes(stage.system.userId));
      await stage.s3("restored", "refused");
      return "nothing left";
    },
  },
];
