// The client of each mode: addresses, passwords, time-outs, and what docs/clients.md explains.
import { Cluster, Redis } from "ioredis";

function cluster(s) {
  // docs: ioredis cluster
  const client = new Cluster(
    s.seeds, // [{ host: "bowline", port: 6379 }]
    { redisOptions: { password: s.password, connectTimeout: 500, commandTimeout: 1000 } },
  );
  // docs: end
  return client;
}

function sentinel(s) {
  // docs: ioredis sentinel
  const client = new Redis({
    sentinels: s.seeds, // [{ host: "bowline-sentinel", port: 26379 }]
    name: s.masterName, // "mymaster"
    sentinelPassword: s.sentinelPassword,
    password: s.password,
    connectTimeout: 500,
    commandTimeout: 1000,
    sentinelCommandTimeout: 1000,
    failoverDetector: true, // leave the old primary as soon as a sentinel tells of a new one
    retryStrategy: (times) => Math.min(times * 50, 500), // default: up to 5 s between two attempts
  });
  // docs: end
  return client;
}

function direct(s) {
  // docs: ioredis direct
  const client = new Redis({
    ...s.seeds[0], // host: "bowline-primary", port: 6379
    password: s.password,
    connectTimeout: 500,
    commandTimeout: 1000,
    reconnectOnError: (error) => error.message.startsWith("READONLY"), // the Service leads elsewhere now
    retryStrategy: (times) => Math.min(times * 50, 500), // default: up to 5 s between two attempts
  });
  // docs: end
  return client;
}

export const connectors = { cluster, sentinel, direct };
