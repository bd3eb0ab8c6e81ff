// Ids by the calendar: their texts, that each name gets each of them once and in turn, and that names are spread.

import assert from "node:assert/strict";
import * as fc from "fast-check";
import { type CalendarOptions, nextRotation, type Period, rotationId } from "../../sdk/calendar";

const DAY = 86_400_000;
const PERIODS: readonly Period[] = [
  "day",
  "week",
  "month",
  "quarter",
  "year",
  { days: 1 },
  { days: 45 },
  { days: 3660 },
];

const at = (date: string, every: Period, more: Partial<CalendarOptions> = {}) => ({
  every,
  now: new Date(date),
  ...more,
});

describe("the ids of a calendar", () => {
  const texts: readonly [Period, string, string][] = [
    ["day", "2026-11-22T23:59:59.999Z", "2026-11-22"],
    ["week", "2026-11-22T23:59:59.999Z", "2026-w47"],
    ["week", "2026-11-23T00:00:00Z", "2026-w48"],
    ["week", "2021-01-03T12:00:00Z", "2020-w53"],
    ["week", "2021-01-04T00:00:00Z", "2021-w01"],
    ["week", "2018-12-31T00:00:00Z", "2019-w01"],
    ["week", "1970-01-01T00:00:00Z", "1970-w01"],
    ["month", "2026-11-22T00:00:00Z", "2026-11"],
    ["month", "2024-02-29T23:59:59Z", "2024-02"],
    ["quarter", "2026-09-30T23:59:59.999Z", "2026-q3"],
    ["quarter", "2026-10-01T00:00:00.000Z", "2026-q4"],
    ["year", "2026-12-31T23:59:59.999Z", "2026"],
    [{ days: 45 }, "1970-02-14T23:59:59.999Z", "1970-01-01+45d"],
    [{ days: 45 }, "1970-02-15T00:00:00.000Z", "1970-02-15+45d"],
  ];
  for (const [every, now, id] of texts) {
    it(`for ${JSON.stringify(every)} at ${now} is ${id}`, () =>
      assert.equal(rotationId("alice", at(now, every, { spread: false })), id));
  }

  /** Written down once. A release that gives other ids would rotate the keys of everybody who upgrades. */
  const golden: readonly [string, Period, string, string][] = [
    ["alice", "day", "2026-11-22", "2026-11-23T04:06:37.300Z"],
    ["alice", "week", "2026-w47", "2026-11-24T04:46:21.104Z"],
    ["alice", "month", "2026-11", "2026-12-06T07:25:16.317Z"],
    ["alice", "quarter", "2026-q4", "2027-01-16T09:55:57.051Z"],
    ["alice", "year", "2026", "2027-03-04T12:16:54.710Z"],
    ["alice", { days: 45 }, "2026-10-19+45d", "2026-12-10T16:57:58.525Z"],
    ["tenant$user", "month", "2026-10", "2026-11-28T00:05:43.218Z"],
    ["tenant$user", "quarter", "2026-q3", "2026-12-22T19:29:32.535Z"],
    ["tenant$user", "year", "2025", "2026-11-25T13:09:35.822Z"],
    ["\u00fc\u{1F511}", "week", "2026-w47", "2026-11-28T20:49:02.483Z"],
    ["\u00fc\u{1F511}", { days: 3660 }, "2010-01-31+3660d", "2028-07-02T19:21:38.311Z"],
  ];
  for (const [name, every, id, next] of golden) {
    it(`are for ever the same: ${name}, ${JSON.stringify(every)}`, () => {
      const options = at("2026-11-22T12:00:00Z", every);
      assert.deepEqual([rotationId(name, options), nextRotation(name, options).toISOString()], [id, next]);
    });
  }
});

const name = fc.string({ minLength: 1, maxLength: 20, unit: "binary" });
const every = fc.oneof(fc.constantFrom(...PERIODS), fc.record({ days: fc.integer({ min: 1, max: 3660 }) }));
const spread = fc.boolean();
const now = fc.date({ min: new Date("1970-01-01"), max: new Date("9900-01-01"), noInvalidDate: true });

describe("a name's turn", () => {
  it("ends at its next rotation: the same id up to then, another one from then on", () =>
    fc.assert(
      fc.property(name, every, spread, now, (name, every, spread, now) => {
        const id = rotationId(name, { every, spread, now });
        const next = nextRotation(name, { every, spread, now });
        assert.ok(next > now);
        assert.equal(rotationId(name, { every, spread, now: new Date(next.getTime() - 1) }), id);
        assert.notEqual(rotationId(name, { every, spread, now: next }), id);
      }),
    ));

  it("comes once a period, in the order in which ids sort, and none comes back", () =>
    fc.assert(
      fc.property(name, every, spread, now, (name, every, spread, start) => {
        const ids: string[] = [];
        const moments: Date[] = [];
        for (let now = start; ids.length < 30 && now.getTime() < Date.UTC(9990, 0); ) {
          ids.push(rotationId(name, { every, spread, now }));
          now = nextRotation(name, { every, spread, now });
          moments.push(now);
        }
        assert.deepEqual(ids, [...new Set(ids)].sort());
        // No period is left out: without spread the same ids follow each other.
        const plain = moments.slice(0, -1).map((now) => rotationId(name, { every, spread: false, now }));
        assert.deepEqual(plain, ids.slice(1));
      }),
      { numRuns: 50 },
    ));

  it("never goes back while time goes on", () =>
    fc.assert(
      fc.property(name, every, spread, fc.array(now, { minLength: 2, maxLength: 20 }), (name, every, spread, times) => {
        const sorted = [...times].sort((a, b) => a.getTime() - b.getTime());
        const ids = sorted.map((now) => rotationId(name, { every, spread, now }));
        assert.deepEqual(ids, [...ids].sort());
      }),
    ));

  it("is the name's own, the same in each period of the same length", () => {
    const share = (now: string) => {
      const next = nextRotation("alice", { every: { days: 10 }, now: new Date(now) }).getTime();
      return next % (10 * DAY);
    };
    assert.equal(share("2026-01-01T00:00:00Z"), share("2031-07-09T11:00:00Z"));
  });
});

describe("the moments of many names", () => {
  const names = Array.from({ length: 2_000 }, (_, index) => `user-${index}`);
  for (const every of ["day", "week", "month", "quarter", "year", { days: 45 }] as const) {
    it(`are spread over ${JSON.stringify(every)}`, () => {
      const now = new Date("2026-05-05T00:00:00Z");
      const beginning = nextRotation("any", { every, now, spread: false });
      const length = nextRotation("any", { every, now: beginning, spread: false }).getTime() - beginning.getTime();
      const parts = new Array<number>(20).fill(0);
      for (const each of names) {
        const moment = nextRotation(each, { every, now: new Date(beginning.getTime() - 1) });
        const next = moment < beginning ? nextRotation(each, { every, now: moment }) : moment;
        const part = Math.floor((20 * (next.getTime() - beginning.getTime())) / length);
        assert.ok(part >= 0 && part < 20);
        parts[part] = (parts[part] ?? 0) + 1;
      }
      const expected = names.length / 20;
      const chiSquare = parts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      // With 19 degrees of freedom, 43.8 is passed by chance once in a thousand; the names are always the same.
      assert.ok(chiSquare < 43.8, `${chiSquare}: ${parts}`);
    });
  }

  it("are one moment without spread", () => {
    const options = at("2026-11-22T12:00:00Z", "quarter", { spread: false });
    const moments = new Set(names.map((each) => nextRotation(each, options).toISOString()));
    assert.deepEqual([...moments], ["2027-01-01T00:00:00.000Z"]);
  });
});

describe("a calendar refuses", () => {
  const wrong: readonly [string, string, unknown, RegExp][] = [
    [
      "an unknown period",
      "alice",
      { every: "fortnight" },
      /every must be day, week, month, quarter, year or \{ days \}, not "fortnight"/,
    ],
    ["a name of every object", "alice", { every: "constructor" }, /not "constructor"/],
    ["no period", "alice", {}, /every must be/],
    ["null", "alice", { every: null }, /not null/],
    ["half a day", "alice", { every: { days: 0.5 } }, /days must be a whole number from 1 to 3660, not 0.5/],
    ["no days", "alice", { every: { days: 0 } }, /not 0/],
    ["too many days", "alice", { every: { days: 3661 } }, /not 3661/],
    ["days that are none", "alice", { every: { days: Number.NaN } }, /not NaN/],
    [
      "a date that is none",
      "alice",
      { every: "day", now: new Date("nonsense") },
      /now must be a date within the years 1970 to 9999/,
    ],
    ["a time before 1970", "alice", { every: "day", now: new Date(-1) }, /now must be a date/],
    ["the last day of the last year", "alice", { every: "year", now: new Date("9999-12-31") }, /now must be a date/],
    ["an empty name", "", { every: "day" }, /the name is empty/],
  ];
  for (const [what, name, options, sentence] of wrong) {
    it(what, () => {
      // As a program without types would give it.
      assert.throws(() => Reflect.apply(rotationId, undefined, [name, options]), sentence);
    });
  }
});

describe("the time zone of the machine", () => {
  const { TZ } = process.env;
  afterEach(() => {
    if (TZ === undefined) delete process.env.TZ;
    else process.env.TZ = TZ;
  });
  const at = (zone: string) => {
    process.env.TZ = zone;
    const turns = ["day", "week", "month", "quarter", "year", { days: 45 }] as const;
    const times = ["2026-01-01T00:30:00Z", "2026-03-29T01:30:00Z", "2026-06-30T23:30:00Z"];
    const all = turns.flatMap((every) =>
      times.flatMap((time) => [true, false].map((spread) => ({ every, spread, now: new Date(time) }))),
    );
    return all.map((options) => [rotationId("alice", options), nextRotation("alice", options).toISOString()]);
  };
  for (const zone of ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Zurich"])
    it(`does not matter: ${zone}`, () => {
      const there = at(zone);
      assert.notEqual(new Date(0).getTimezoneOffset(), 0);
      assert.deepEqual(there, at("UTC"));
    });
});
