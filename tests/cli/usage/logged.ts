// Lines of an ops log as a gateway of Ceph 20.2.4 wrote them, with other values.

/** What differs from line to line. */
export interface Logged {
  readonly time: string;
  readonly accessKey?: string;
  readonly user?: string;
  readonly from?: string;
  readonly client?: string;
  readonly operation?: string;
  readonly status?: string;
}

/** A line without its end. */
export function logged({ time, accessKey, user = "ann", from = "10.0.0.7", ...more }: Logged): string {
  const { client = "aws-cli/2.17", operation = "list_buckets", status = "200" } = more;
  return JSON.stringify({
    ...{ bucket: "", object: "", time, time_local: time.replace(/Z$/, "+0000"), remote_addr: from, user, operation },
    ...{ uri: "GET / HTTP/1.1", http_status: status, error_code: "", bytes_sent: 234, bytes_received: 0 },
    ...{ object_size: 0, total_time: 4, user_agent: client, referrer: "", trans_id: "tx00000bfc720495517c3a6-default" },
    ...(accessKey === undefined ? {} : { authentication_type: "Local", access_key_id: accessKey }),
    temp_url: false,
  });
}
