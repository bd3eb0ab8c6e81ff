/**
 * A real OpenStack Keystone on this machine: is it there, and if not, can it be installed?
 *
 * Plain Node without dependencies, because it may run before `npm install`. Starting a Keystone is not done here.
 */
import { available, install, runAsScript } from "../apt.mjs";

const KEYSTONE = {
  what: "A real Keystone",
  /** Not the package `keystone`: that one brings an init script and a database of the system's own. */
  packages: ["python3-keystone", "gunicorn"],
  /** Debian's modules belong to Debian's Python; another one that stands earlier on PATH does not see them. */
  needs: ["/usr/bin/python3", "/usr/bin/keystone-manage", "/usr/bin/gunicorn"],
  where: "Debian 12",
  effort: "about 160 packages, 26 MB to download, a minute. No daemon is started.",
};

/** Whether everything that startKeystone needs is there; else what is missing and how to get it. */
export const keystoneAvailable = () => available(KEYSTONE);

/** Installs Keystone's packages where that can be done without asking, and says so first. */
export const installKeystone = (options) => install(KEYSTONE, options);

runAsScript(import.meta.url, KEYSTONE);
