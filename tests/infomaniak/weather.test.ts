// infomaniak.User in bad weather: refusals, faults, lost answers, tasks that fail or never end. Each is a sentence, and each
// leaves a state from which the next `up` finishes.

import assert from "node:assert/strict";
import { marked } from "../../provider/backends/infomaniak/description";
import { nodeSend } from "../../provider/http/send";
import { deriveMark } from "../../provider/lifecycle/keys";
import type { Inputs } from "../../provider/pulumi/state";
import type { Program } from "../openstack/program";
import { ME } from "../provider/engine";
import { CLOUD, openAccount, PROJECT, type Setting, TOKEN } from "./account";

const AT = { publicCloudId: CLOUD, projectId: PROJECT };
const MAKES = /^POST \/1\/public_clouds\/\d+\/projects\/\d+\/users$/;
/** What Keystone answers to the token of a user that it has just deleted, before it takes the token itself for dead. */
const NO_USER = JSON.stringify({ error: { code: 404, title: "Not Found", message: "Could not find user." } });
const LOOKS = /^GET \/1\/async\/tasks\//;

describe("infomaniak.User in bad weather", function () {
  this.timeout(60_000);
  let setting: Setting;
  let count = 0;

  before(async function () {
    setting = await openAccount(this);
  });
  after(() => setting?.served.close());
  afterEach(() => {
    const { behaviour } = setting.served.account;
    Object.assign(behaviour, {
      answers: "asynchronous",
      stuck: false,
      failure: undefined,
      forbidden: false,
      delayMs: 10,
    });
    setting.served.heal();
  });

  const another = () => ({ ...AT, description: `User ${++count}`, rotationId: "1" });
  const usersLike = (description: string) =>
    [...setting.users.users.values()].filter((user) => user.description.startsWith(description));

  /** A process that goes on with what another one left in state. */
  async function next({ engine }: Program, config = {}): Promise<Program> {
    const program = await setting.open(config);
    program.engine.stored = engine.stored;
    return program;
  }

  /** The next `up` of another process ends with a user that works, and with one only. */
  async function finishes(program: Program, inputs: ReturnType<typeof another>): Promise<void> {
    const again = await next(program);
    await again.up(inputs);
    assert.equal(await setting.store.s3(again.keys().current), "200");
    assert.equal(usersLike(inputs.description).length, 1);
    await again.engine.destroy();
    assert.equal(usersLike(inputs.description).length, 0);
  }

  const REFUSALS: readonly { what: string; config?: object; inputs?: object; prepare?: () => void; says: RegExp }[] = [
    {
      what: "a wrong token",
      config: { "infomaniak:token": "wrong" },
      says: /Infomaniak does not accept the token \(401 not_authorized\).*INFOMANIAK_TOKEN/,
    },
    {
      what: "an account without rights",
      prepare: () => {
        setting.served.account.behaviour.forbidden = true;
      },
      says: /the token may not do this \(403 forbidden\)/,
    },
    {
      what: "a project of another account",
      inputs: { projectId: 99 },
      says: /no such public cloud, project or user in the token's account \(404 object_not_found\)/,
    },
    {
      what: "a password that the policy refuses",
      inputs: { password: "weak" },
      says: /the password does not meet the Public Cloud password policy/,
    },
    {
      what: "a task that fails",
      prepare: () => {
        setting.served.account.behaviour.failure = "no";
      },
      says: /Infomaniak did not do it \(task_failed\)/,
    },
  ];

  for (const { what, config = {}, inputs: more = {}, prepare, says } of REFUSALS) {
    it(`says it: ${what}; nothing is left behind`, async () => {
      const inputs = { ...another(), ...more };
      prepare?.();
      const program = await setting.open({ ...config });
      assert.match(await program.fails(inputs), says);
      assert.equal(program.engine.stored, undefined);
      assert.equal(usersLike(inputs.description).length, 0);
    });
  }

  it("refuses before anything is sent: a forbidden character, a description that is too long", async () => {
    const program = await setting.open();
    const before = setting.served.requests.length;
    assert.match(
      await program.fails({ ...AT, description: "Zoë" }),
      /letters A-Z and a-z, digits, spaces and - _ \. only/,
    );
    assert.match(await program.fails({ ...AT, description: "x".repeat(251) }), /at most 250 characters/);
    assert.equal(setting.served.requests.length, before);
  });

  it("takes the longest description", async () => {
    const program = await setting.open();
    const inputs = { ...AT, description: "long.".repeat(50) };
    await program.up(inputs);
    await program.engine.refresh();
    assert.deepEqual(await program.preview(inputs), []);
    await program.engine.destroy();
  });

  it("keeps the task in state when it is not done in time, and goes on with it", async () => {
    const inputs = another();
    setting.served.account.behaviour.delayMs = 1_500;
    const program = await setting.open({ "infomaniak:waitSeconds": 1 });
    assert.match(await program.fails(inputs), /its task [\w-]+ is still (spooled|running) after \d+ s.*Run again/);
    assert.match(String(program.outputs().userId), /^task:/);
    await finishes(program, inputs);
  });

  it("says again and again that a task never ends, and makes no second user", async () => {
    const inputs = another();
    const made = () => setting.served.requests.filter((line) => MAKES.test(line.replace(/ \w+$/, ""))).length;
    const before = made();
    setting.served.account.behaviour.stuck = true;
    const program = await setting.open({ "infomaniak:waitSeconds": 1 });
    assert.match(await program.fails(inputs), /still spooled/);
    const again = await next(program, { "infomaniak:waitSeconds": 1 });
    assert.match(await again.fails(inputs), /still spooled/);
    assert.equal(made() - before, 1);
    assert.equal(usersLike(inputs.description).length, 0);
  });

  it("finds the user whose making was answered into the void, in the same run", async () => {
    const inputs = another();
    setting.served.fault({ fits: MAKES, times: 1, what: "deaf" });
    const program = await setting.open();
    await program.up(inputs);
    assert.equal(await setting.store.s3(program.keys().current), "200");
    assert.equal(usersLike(inputs.description).length, 1);
    await program.engine.destroy();
  });

  it("does not send it twice when the request was cut and no user appears; the next up makes it", async () => {
    const inputs = another();
    setting.served.fault({ fits: MAKES, times: 1, what: "cut" });
    const program = await setting.open({ "infomaniak:waitSeconds": 1 });
    assert.match(await program.fails(inputs), /no answer from .*Run again in some minutes/);
    assert.equal(program.engine.stored, undefined);
    await finishes(program, inputs);
  });

  it("leaves one user when a killed run had asked for one that was not there yet, and tells which it deletes", async () => {
    const inputs = another();
    const { description } = inputs;
    const mark = deriveMark({ name: `${CLOUD}/${PROJECT}/${description}`, identity: ME });
    setting.served.account.behaviour.delayMs = 50;
    const { status } = await fetch(`${setting.served.endpoint}/1/public_clouds/${CLOUD}/projects/${PROJECT}/users`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify({ password: "Unkn0wn-to-all", description: marked(description, mark) }),
    });
    assert.equal(status, 202);
    const program = await setting.open();
    await program.up(inputs);
    await setting.served.account.idle();
    assert.deepEqual(
      usersLike(description).map((user) => [user.description, String(user.public_cloud_user_id)]),
      [[description, program.outputs().userId]],
    );
    assert.match(program.lines.join("\n"), /deleting user \d+, which an interrupted run made/);
    assert.equal(await setting.store.s3(program.keys().current), "200");
    await program.engine.destroy();
  });

  it("takes a user for gone whom the region forgets while it is read, because a killed run had deleted it", async () => {
    const inputs = another();
    const program = await setting.open();
    await program.up(inputs);
    const again = await setting.open(
      {},
      {
        openTransport: (options) => {
          const send = nodeSend(options);
          return async (request, timeoutMs) => {
            const [user] = usersLike(inputs.description);
            const isReadInRegion = request.url.pathname.endsWith("/auth/projects");
            if (isReadInRegion && user) await setting.users.remove(user);
            return isReadInRegion ? { status: 404, headers: {}, body: NO_USER } : send(request, timeoutMs);
          };
        },
      },
    );
    again.engine.stored = program.engine.stored;
    await again.engine.destroy();
    assert.deepEqual(usersLike(inputs.description), []);
  });

  it("does not finish the user of another resource's process; with adopt it takes it over, without its mark", async () => {
    const inputs = another();
    const { description } = inputs;
    const program = await setting.open();
    const mark = deriveMark({ name: `${CLOUD}/${PROJECT}/${description}`, identity: "another resource" });
    await setting.users.create({ password: "Unkn0wn-to-all", description: marked(description, mark) });
    assert.match(await program.fails(inputs), /exists already .* Set adopt: true/);
    assert.deepEqual(
      usersLike(description).map((user) => user.description),
      [marked(description, mark)],
    );
    await program.up({ ...inputs, adopt: true });
    assert.equal(setting.user(description)?.public_cloud_user_id, Number(program.outputs().userId));
    assert.equal(await setting.store.s3(program.keys().current), "200");
    await program.engine.destroy();
  });

  const STATES: readonly {
    what: string;
    config?: object;
    leave: (program: Program, inputs: Inputs) => Promise<unknown>;
  }[] = [
    { what: "a user", leave: (program, inputs) => program.up(inputs) },
    {
      what: "a half-made user",
      leave: (program, inputs) => {
        // Its mark cannot be taken off, so that its key is not published.
        setting.served.fault({ fits: /^PATCH /, times: 100, what: 503, headers: { "retry-after": "0" } });
        return program.fails(inputs);
      },
    },
    {
      what: "a task",
      config: { "infomaniak:waitSeconds": 1 },
      leave: (program, inputs) => {
        setting.served.account.behaviour.delayMs = 1_500;
        return program.fails(inputs);
      },
    },
  ];

  for (const { what, config = {}, leave } of STATES) {
    it(`where state names ${what} and others have another in its place, adopt does what the advice says`, async () => {
      const inputs = another();
      const program = await setting.open({ ...config });
      await leave(program, inputs);
      setting.served.heal();
      setting.served.account.behaviour.delayMs = 10;
      await setting.served.account.idle();
      const [mine] = usersLike(inputs.description);
      assert.ok(mine && program.engine.stored);
      await setting.users.remove(mine);
      await setting.users.create({ password: "Somebody-e1se", description: inputs.description });
      const again = await next(program);
      const rotated = { ...inputs, rotationId: "2" };
      assert.match(await again.fails(rotated), /exists already .* Set adopt: true/);
      await again.up({ ...rotated, adopt: true });
      assert.equal(again.outputs().userId, String(setting.user(inputs.description)?.public_cloud_user_id));
      assert.equal(await setting.store.s3(again.keys().current), "200");
      await again.engine.destroy();
      assert.equal(usersLike(inputs.description).length, 0);
    });
  }

  for (const what of [500, 502, "cut"] as const) {
    it(`goes on through single faults of the account API while it waits: ${what}`, async () => {
      const inputs = another();
      setting.served.fault({ fits: LOOKS, times: 2, what });
      const program = await setting.open();
      await program.up(inputs);
      assert.equal(await setting.store.s3(program.keys().current), "200");
      await program.engine.destroy();
    });
  }

  // Without Retry-After it waits a minute by the clock: see the limiter's own tests, whose clock is not real.
  it("waits after 429 with Retry-After", async () => {
    const inputs = another();
    setting.served.fault({ fits: /GET .*\/users$/, times: 2, what: 429, headers: { "retry-after": "1" } });
    const program = await setting.open();
    await program.up(inputs);
    await program.engine.destroy();
  });

  it("keeps the user in state while Keystone is down, and makes the key with the next up", async () => {
    const inputs = another();
    const program = await setting.open();
    await setting.users.create({ password: "Warm-up-1", description: "makes the region's project" });
    const { keystone } = setting.store;
    const watch = setInterval(() => {
      if (usersLike(inputs.description).some(({ status }) => status === "ok")) void keystone.freeze();
    }, 1);
    setting.served.account.behaviour.delayMs = 30;
    const slow = { "infomaniak:timeoutSeconds": 1 };
    const down = await next(program, slow);
    const message = await down.fails(inputs).finally(() => {
      clearInterval(watch);
      keystone.thaw();
    });
    assert.match(message, /no answer from http:\/\/127\.0\.0\.1:\d+: no answer within 1 s/);
    assert.equal(down.engine.stored?.halfMade, true);
    assert.equal(typeof down.outputs().password, "string");
    await finishes(down, inputs);
  });

  it("keeps everything while the account API is down and Keystone is up: nothing is taken for gone", async () => {
    const inputs = another();
    const program = await setting.open();
    await program.up(inputs);
    setting.served.fault({ fits: /./, times: 1000, what: 503, headers: { "retry-after": "0" } });
    const again = await next(program);
    await assert.rejects(again.engine.refresh(), /Infomaniak asks to come back later \(503\)/);
    assert.ok(again.engine.stored);
    await assert.rejects(again.engine.destroy(), /Infomaniak asks to come back later/);
    setting.served.heal();
    await finishes(again, inputs);
  });

  it("does not take a project that disappeared from the account for a user that is gone", async () => {
    const inputs = another();
    const program = await setting.open();
    await program.up(inputs);
    const putBack = setting.served.account.projects.hide(PROJECT);
    const again = await next(program);
    await assert.rejects(again.engine.refresh(), /no such public cloud, project or user/);
    putBack();
    await finishes(again, inputs);
  });
});
