// The story: what the demo tells, step by step, as a list. A step says why it is there, does it on the stage, and answers
// what it has shown, for the table at the end. Of the system a step knows what is said of it, and nothing of how it or the
// terminal works, or how anything is started.

import type { Stage } from "./stage";
import { type System, secretsIn } from "./system";

/** One step. */
export interface Step {
  readonly title: string;
  /** Why, in a sentence for somebody who sees it for the first time. */
  readonly purpose: string;
  /** Plays it, and answers what it has shown. */
  play(stage: Stage): Promise<string>;
}

/** Passed by people too, when they need no preview first. */
const YES = ["--yes", "--skip-preview"];

/** The life of a user and its keys, from creation to the last trace. */
export function story(system: System): readonly Step[] {
  const { rotates: thing, meddlings } = system;
  const isKey = thing === "key";
  const changed = meddlings.map((meddling) => meddling.thing).join(" and ");
  return [
    {
      title: "Preview",
      purpose: "What would be made? Nothing is sent to the object store yet.",
      async play(stage) {
        await stage.pulumi(["config", "set", "rotationId", "2026-q4"]);
        const said = await stage.pulumi(["preview"]);
        stage.claim("the preview shows one user to create, besides the stack itself", /User \S+ create\b/.test(said));
        const users = await stage.deed(() => system.users());
        stage.claim(`there is no user "${system.userId}" yet`, !users.includes(system.userId));
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
      title: `Rotate the ${thing}`,
      purpose: isKey
        ? "Another rotationId: a second key is made and proven, the first one is retired and lives on for its grace."
        : "Another rotationId: the access key gets a second secret, which is proven; the first one lives on for its grace.",
      async play(stage) {
        await stage.pulumi(["config", "set", "rotationId", "2027-q1"]);
        const said = await stage.pulumi(["up", ...YES]);
        stage.claim("pulumi says why", said.includes('rotationId changed from "2026-q4" to "2027-q1"'));
        const outputs = await stage.outputs();
        const first = stage.key("first");
        stage.keep("second", outputs);
        const isOther = outputs.accessKey !== first.accessKey;
        if (isKey) stage.claim("the outputs hold another key", isOther);
        else stage.claim("another secret, of the same access key", !isOther && outputs.secretKey !== first.secretKey);
        stage.claim("the outputs say when the grace ends", !Number.isNaN(Date.parse(outputs.graceEnds)));
        return `a second ${thing}${isKey ? "," : " of"} ${outputs.accessKey}`;
      },
    },
    {
      title: `Both ${thing}s are accepted`,
      purpose: "In the grace each application changes over when it suits it. Ours takes the new outputs now.",
      async play(stage) {
        await stage.s3("first", "accepted");
        await stage.s3("second", "accepted");
        stage.client().use(stage.key("second"));
        return `no moment without a ${thing} that works`;
      },
    },
    {
      title: "No secret in clear",
      purpose: "What Pulumi stores holds both secrets, encrypted.",
      async play(stage) {
        const state = await stage.pulumi(["stack", "export"]);
        const holds = (text: string) => state.includes(text);
        const keys = ["first", "second"].map(stage.key);
        const names = isKey ? "both keys" : "the access key";
        stage.claim(
          `the state names ${names}`,
          keys.every(({ accessKey }) => holds(accessKey)),
        );
        const secrets = [...keys.map(({ secretKey }) => secretKey), ...secretsIn(system.environment)];
        stage.claim("the state holds no secret in clear, nor the admin's at all", !secrets.some(holds));
        return "state encrypted";
      },
    },
    {
      title: "The grace ends",
      purpose: isKey
        ? "Pulumi has no timer: the first `pulumi up` after the end of the grace revokes the retired key."
        : "The object store ends the first secret by itself; the next `pulumi up` takes note of it.",
      async play(stage) {
        const { graceEnds } = await stage.outputs();
        await endGrace(stage, new Date(graceEnds));
        if (!isKey) await stage.s3("first", "refused");
        const said = await stage.pulumi(["up", ...(system.advance ? ["--refresh"] : []), ...YES]);
        if (isKey) stage.claim("pulumi says why", said.includes(`grace of key ${stage.key("first").accessKey} ended`));
        else stage.claim("no grace is running", Number.isNaN(Date.parse((await stage.outputs()).graceEnds)));
        if (isKey) await stage.s3("first", "refused");
        await stage.s3("second", "accepted");
        const { accepted, refused, byKey, firstRefusal } = await stage.client().stop();
        const used = ["first", "second"].map((name) => byKey.get(stage.key(name)) ?? 0);
        stage.claim(
          `the S3 client: ${accepted} requests accepted (${used[0]} with the first ${thing}, ${used[1]} with the second), ` +
            `${refused} refused${firstRefusal === undefined ? "" : ` (${firstRefusal})`}`,
          refused === 0 && used.every((number) => number > 0),
        );
        return `the old ${thing} is refused`;
      },
    },
    {
      title: "Somebody changes things behind Pulumi's back",
      purpose: sentence(meddlings.map(({ change }) => change).join(", and ")),
      async play(stage) {
        for (const { make } of meddlings) await stage.deed(() => make(stage.key("second")));
        await stage.s3("second", "refused");
        return `${changed} changed`;
      },
    },
    {
      title: "The preview tells",
      purpose: "In a nightly job this fails, and names what was changed.",
      async play(stage) {
        const said = await stage.pulumi(["preview", "--refresh", "--expect-no-changes"], { code: "not 0" });
        stage.claim("it fails because of changes", said.includes("no changes were expected"));
        for (const meddling of meddlings)
          stage.claim(`it names ${meddling.thing}`, meddling.isNamed(said, stage.key("second")));
        return "all changes named";
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
        return `${changed} restored`;
      },
    },
    {
      title: "Destroy",
      purpose: "The user goes, with every key.",
      async play(stage) {
        await stage.pulumi(["destroy", ...YES]);
        const users = await stage.deed(() => system.users());
        stage.claim(`the object store has no user "${system.userId}"`, !users.includes(system.userId));
        await stage.s3("restored", "refused");
        return "nothing left";
      },
    },
  ];
}

/** Waits for the end of the grace, or brings it about. */
async function endGrace(stage: Stage, ends: Date): Promise<void> {
  const { advance } = stage.system;
  if (advance === undefined) return stage.waitUntil(ends, "the grace ends");
  await stage.deed(() => advance(Math.ceil((ends.getTime() - Date.now()) / 1000) + 1));
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
