/**
 * The S3 and OpenStack clients that read what sdk/config writes: are they there, and if not, can they be installed?
 *
 * Plain Node without dependencies, because it may run before `npm install`. Running the clients is not done here.
 */
import { available, install, runAsScript } from "../apt.mjs";

/** Debian's modules belong to Debian's Python; another one that stands earlier on PATH does not see them. */
const MODULES = "/usr/lib/python3/dist-packages";

const CLIENTS = {
  what: "A set of S3 and OpenStack clients",
  packages: ["rclone", "s3cmd", "python3-boto3", "python3-dotenv", "python3-openstacksdk"],
  needs: [
    "/usr/bin/python3",
    "rclone",
    "s3cmd",
    ...["boto3", "dotenv", "openstack", "keystoneauth1"].map((module) => `${MODULES}/${module}`),
  ],
  where: "Debian 12",
  effort: "about 25 MB to download and 150 MB on disk.",
};

/** Whether all the clients are there; else which are missing and how to get them. */
export const clientsAvailable = () => available(CLIENTS);

/** Installs the clients' packages where that can be done without asking, and says so first. */
export const installClients = (options) => install(CLIENTS, options);

runAsScript(import.meta.url, CLIENTS);
