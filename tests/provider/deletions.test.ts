/** Deletions with others about: other resources of the same run, strangers, and other addresses. */
import assert from "node:assert/strict";
import { Gateway } from "../../devserver/rgw/gateway";
import { rgw } from "../../provider/backends/rgw";
import { IDENTITY } from "../../provider/protocol";
import type { ResourceProvider } from "../../provider/pulumi/engine";
import { openFleet } from "../../provider/pulumi/fleet/fleet";
import { openResource } from "../../provider/pulumi/resource";
import type { Inputs, Outputs } from "../../provider/pulumi/state";
import { admin } from "../devserver/request";
import { inClear } from "./engine";
import { chance, configOf, type FakeWorld, fakeWorld, inProcess, START } from "./world";

const ANN = { uid: "ann", displayName: "Ann" };
const BEN = { uid: "ben", displayName: "Ben" };
const PROGRAM = { [IDENTITY]: "me", __provider: "…" };
const OTHER = { ...ANN, [IDENTITY]: "another", __provider: "…" };

type Place = "one" | "two";

describe("a deletion", () => {
  let clusters: Record<Place, Gateway>;
  let world: FakeWorld;
  /** Happens when somebody sleeps so long. */
  let whileAsleep: ((ms: number) => Promise<void>) | undefined;

  beforeEach(() => {
    whileAsleep = undefined;
    const gateway = (seed: number) =>
      new Gateway({
        now: () => new Date(START),
        random: chance(seed),
        admin: { accessKey: "ADMINADMINADMINADMIN", secretKey: "the-admins-own-secret-key" },
      });
    clusters = { one: gateway(11), two: gateway(13) };
    const send = { one: inProcess(clusters.one), two: inProcess(clusters.two) };
    world = fakeWorld((request, ms) => send[request.url.hostname.startsWith("two") ? "two" : "one"](request, ms), {
      sleep: async (ms) => whileAsleep?.(ms),
    });
  });

  /** A process of its own, connected to a cluster. */
  function opened(open: typeof openResource, place: Place = "one"): ResourceProvider {
    const provider = open(rgw, world);
    void provider.configure({ config: configOf(clusters[place], { "rgw:endpoint": `https://${place}.test` }) });
    return provider;
  }

  async function checked(provider: ResourceProvider, news: Inputs, olds: Inputs = {}): Promise<Inputs> {
    const { inputs, failures } = await provider.check(olds, news);
    assert.deepEqual(failures, []);
    return inClear({ ...inputs, __provider: news.__provider });
  }

  /** Made in a run that has ended. */
  async function made(open: typeof openResource, news: Inputs): Promise<{ id: string; inputs: Inputs; outs: Outputs }> {
    const provider = opened(open);
    const inputs = await checked(provider, news);
    const { id, outs } = await provider.create(inputs);
    world.begin();
    return { id, inputs, outs: inClear(outs) };
  }

  function strangerMakes(place: Place, uid: string): void {
    const cluster = clusters[place];
    const user = `uid=${uid}&display-name=Theirs&access-key=THEIRS&secret-key=their-own-secret`;
    cluster.handle(admin(cluster, `PUT user?${user}`, world.now()));
    assert.ok(cluster.user(uid));
  }

  it("at another address leaves the user of that name alone, and says where ours was made", async () => {
    const { id, outs } = await made(openResource, { ...ANN, ...PROGRAM });
    strangerMakes("two", "ann");
    await assert.rejects(
      opened(openResource, "two").delete(id, outs),
      /made at https:\/\/one\.test.*Nothing was deleted/s,
    );
    assert.ok(clusters.one.user("ann") && clusters.two.user("ann"));
  });

  it("at another address takes nobody for gone", async () => {
    const { id, outs } = await made(openResource, { ...ANN, ...PROGRAM });
    await assert.rejects(opened(openResource, "two").delete(id, outs), /no such user.*state delete URN/s);
  });

  it("is refused of a user that bears keys of others only", async () => {
    const { id, outs } = await made(openResource, { ...ANN, ...PROGRAM });
    clusters.one.handle(admin(clusters.one, "DELETE user?uid=ann", world.now()));
    strangerMakes("one", "ann");
    await assert.rejects(opened(openResource).delete(id, outs), /Nothing was deleted/);
    assert.ok(clusters.one.user("ann"));
  });

  it("of a user that another resource of the program comes to have is a release", async () => {
    const { id, outs } = await made(openResource, { ...ANN, ...PROGRAM });
    await checked(opened(openResource), OTHER);
    await opened(openResource).delete(id, outs);
    assert.ok(clusters.one.user("ann"));
    assert.match(world.lines.join("\n"), /ann: is released, not deleted/);
  });

  it("of a member waits, until Pulumi has asked for another resource that comes to have its user", async () => {
    const { id, inputs, outs } = await made(openFleet, { users: { ann: ANN, ben: BEN }, ...PROGRAM });
    const fleet = opened(openFleet);
    const news = await checked(fleet, { users: { ben: BEN }, ...PROGRAM }, inputs);
    whileAsleep = async () => void (await checked(opened(openResource), OTHER));
    await fleet.update(id, outs, news);
    assert.ok(clusters.one.user("ann"));
    assert.match(world.lines.join("\n"), /ann: user "ann" is released, not deleted/);
  });

  it("of a replaced fleet is a release of all, also of protected members", async () => {
    const users = { ann: { ...ANN, protect: true } };
    const { id, inputs, outs } = await made(openFleet, { users, ...PROGRAM });
    await assert.rejects(opened(openFleet).delete(id, outs), /state has protect: true/);
    const fleet = opened(openFleet);
    const adopted = { users: { ann: { ...users.ann, adopt: true } }, ...PROGRAM };
    await checked(fleet, adopted, inputs);
    await fleet.create(await checked(fleet, adopted));
    await fleet.delete(id, outs);
    assert.ok(clusters.one.user("ann"));
    assert.match(world.lines.join("\n"), /ann: user "ann" is released, not deleted/);
  });

  it("of a member that was made elsewhere is refused, and retainOnDelete is a way out", async () => {
    const { id, inputs, outs } = await made(openFleet, { users: { ann: ANN, ben: BEN }, ...PROGRAM });
    const fleet = opened(openFleet, "two");
    const adopted = { ...BEN, adopt: true };
    const up = async (users: Inputs, before: Outputs) => {
      const news = await checked(fleet, { users, ...PROGRAM }, inputs);
      return fleet.update(id, before, news).then(
        ({ outs: after }) => ({ after: inClear(after), message: "" }),
        (error: Error & { properties: Outputs }) => ({ after: inClear(error.properties), message: error.message }),
      );
    };
    const refused = await up({ ben: adopted }, outs);
    assert.match(refused.message, /deleting user "ann".*made at https:\/\/one\.test.*retainOnDelete: true/s);
    const retained = await up({ ben: adopted, ann: { ...ANN, retainOnDelete: true } }, refused.after);
    assert.match(retained.message, /updating user "ann"/);
    const done = await up({ ben: adopted }, retained.after);
    assert.equal(done.message, "");
    assert.ok(clusters.one.user("ann"));
    assert.equal(clusters.two.user("ann"), undefined);
  });
});
