/** A whole user, as every release of the gateway shows it. */
export const USER = {
  tenant: "",
  user_id: "ann",
  display_name: "Ann",
  email: "ann@x.org",
  suspended: 0,
  max_buckets: 1000,
  keys: [{ user: "ann", access_key: "A", secret_key: "s" }],
  subusers: [] as object[],
  swift_keys: [] as object[],
  caps: [{ type: "users", perm: "read, write" }],
  op_mask: "read, write, delete",
  default_placement: "",
  default_storage_class: "",
  placement_tags: [],
  user_quota: { enabled: true, check_on_raw: false, max_size: 1024, max_size_kb: 1, max_objects: 5 },
  bucket_quota: { enabled: false, check_on_raw: false, max_size: -1, max_size_kb: 0, max_objects: -1 },
};
