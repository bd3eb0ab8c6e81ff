// A fleet whose keys rotate once a quarter, each on a day of its own. The id changes with the calendar, and the first
// `pulumi up` after that rotates the key: let CI run `pulumi up` once a day. Old keys stay valid for a week.
import * as pulumi from "@pulumi/pulumi";
import { rgw } from "pulumi-object-users";
import * as calendar from "pulumi-object-users/calendar";

// `pulumi config set now 2027-02-15` shows in a preview what happens on that day.
const now = new Date(new pulumi.Config().get("now") ?? Date.now());
const every = "quarter";

const names = ["red", "green", "blue"];
const member = (name: string) => ({
  uid: name,
  displayName: `Team ${name}`,
  rotationId: calendar.rotationId(name, { every, now }), // "2026-q4"
});

const teams = new rgw.Users("teams", {
  defaults: { gracePeriodSeconds: 7 * 24 * 3600 },
  users: Object.fromEntries(names.map((name) => [name, member(name)])),
});

export const { endpoint, credentials } = teams;
export const nextRotations = Object.fromEntries(
  names.map((name) => [name, calendar.nextRotation(name, { every, now }).toISOString()]),
);
