/** Users of object storage as Pulumi resources: a namespace for each system. */
export * as rgw from "./rgw";
