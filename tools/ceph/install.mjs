/**
 * A real Ceph on this machine: is it there, and if not, can it be installed?
 *
 * Plain Node without dependencies, because it may run before `npm install`. Starting a cluster is not done here.
 */
import { available, install, runAsScript } from "../apt.mjs";

const CEPH = {
  what: "A real Ceph",
  packages: ["radosgw", "ceph-mon", "ceph-osd", "ceph-common"],
  needs: ["radosgw", "radosgw-admin", "ceph-mon", "ceph-osd", "ceph", "monmaptool"],
  where: "Debian 12 or Ubuntu",
  effort: "about 60 MB to download and 270 MB on disk. No daemon is started.",
};

/** Whether everything that startCeph needs is on PATH; else what is missing and how to get it. */
export const cephAvailable = () => available(CEPH);

/** Installs Ceph's packages where that can be done without asking, and says so first. */
export const installCeph = (options) => install(CEPH, options);

runAsScript(import.meta.url, CEPH);
