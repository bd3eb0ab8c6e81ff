// The same user on two clusters, each with a provider of its own. For each cluster:
//
//   pulumi config set east:endpoint https://rgw.east.example.com
//   pulumi config set east:accessKey …
//   pulumi config set --secret east:secretKey
import * as pulumi from "@pulumi/pulumi";
import { rgw } from "pulumi-object-users";

const places = ["east", "west"];

const users = places.map((place) => {
  const config = new pulumi.Config(place);
  const provider = new rgw.Provider(place, {
    endpoint: config.require("endpoint"),
    accessKey: config.require("accessKey"),
    secretKey: config.requireSecret("secretKey"),
  });
  const args = { uid: "backup", displayName: "Nightly backup", rotationId: "2026-q4" };
  return new rgw.User(`backup-${place}`, args, { provider });
});

// When one cluster is down, `pulumi up --continue-on-error` updates the other.
export const credentials = Object.fromEntries(
  users.map(({ endpoint, accessKey, secretKey }, index) => [places[index], { endpoint, accessKey, secretKey }]),
);
