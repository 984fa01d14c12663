// The write recorder with ioredis; see ../README.md.
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { connectors } from "./client.js";
import { record } from "./recorder.js";

const { values } = parseArgs({
  options: {
    mode: { type: "string", default: "cluster" },
    seeds: { type: "string" },
    "master-name": { type: "string", default: "mymaster" },
    workers: { type: "string", default: "3" },
    interval: { type: "string", default: "0.01" },
    seconds: { type: "string" },
    file: { type: "string" },
  },
});
if (!values.seeds || !values.file || !(values.mode in connectors)) {
  console.error("needed: --seeds HOST:PORT[,HOST:PORT...] --file FILE; --mode is cluster, sentinel or direct");
  process.exit(64);
}

const halt = new AbortController();
for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => halt.abort());
if (values.seconds) setTimeout(() => halt.abort(), Number(values.seconds) * 1000);

const settings = {
  mode: values.mode,
  seeds: values.seeds.split(",").map((seed) => {
    const { hostname, port } = new URL(`redis://${seed}`);
    return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) };
  }),
  masterName: values["master-name"],
  password: process.env.RECORDER_PASSWORD,
  sentinelPassword: process.env.RECORDER_SENTINEL_PASSWORD,
  workers: Number(values.workers),
  interval: Number(values.interval) * 1000,
  run: `n${randomBytes(4).toString("hex")}`,
};
writeFileSync(values.file, JSON.stringify(await record(settings, halt.signal)));
process.exit(0); // a client that is still connecting would go on
