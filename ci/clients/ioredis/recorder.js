// The writing side: one loop per worker, each with its own client.
import { setTimeout as sleep } from "node:timers/promises";

import keySlot from "cluster-key-slot";

import { connectors } from "./client.js";

const SLOTS = 16384;
const REGISTER_EVERY = 20;
const PAUSE_AFTER_ERROR = 50; // ms

const now = () => Date.now() / 1000;

// The first word of a server's reply, or the error's code or text.
function describe(error) {
  const word = error.message.split(" ")[0];
  return /^[A-Z]+$/.test(word) ? word : (error.code ?? error.message);
}

// As `redis-cli --cluster create` splits them; without a cluster every worker has all slots.
function slotRange(s, worker) {
  if (s.mode !== "cluster") return [0, SLOTS - 1];
  const border = (n) => Math.round((SLOTS / s.workers) * n);
  return [border(worker), border(worker + 1) - 1];
}

class Worker {
  constructor(s, number) {
    this.s = s;
    const [first, last] = slotRange(s, number);
    this.notes = {
      number,
      first_slot: first,
      last_slot: last,
      register: "",
      acks: [],
      register_acked: 0,
      register_failed: [],
      errors: [],
    };
    let i = 0;
    do this.notes.register = `${s.run}:${number}:register:${i++}`;
    while (!this.owns(this.notes.register));
  }

  owns(key) {
    const slot = keySlot(key);
    return this.notes.first_slot <= slot && slot <= this.notes.last_slot;
  }

  failed(error) {
    this.notes.errors.push([now(), describe(error)]);
  }

  async write(halt, acknowledged) {
    const client = connectors[this.s.mode](this.s);
    client.on("error", (error) => this.failed(error)); // of connections; commands have their own
    for (let sequence = 1, count = 0; !halt.aborted; sequence++) {
      const key = `${this.s.run}:${this.notes.number}:${sequence}`;
      if (!this.owns(key)) continue;
      const began = performance.now();
      let pause = this.s.interval;
      try {
        await this.set(client, key, sequence, count++ % REGISTER_EVERY === 0, acknowledged);
        pause -= performance.now() - began;
      } catch (error) {
        this.failed(error);
        pause = PAUSE_AFTER_ERROR;
      }
      await sleep(Math.max(0, pause), undefined, { signal: halt }).catch(() => {});
    }
    client.disconnect();
  }

  async set(client, key, sequence, register, acknowledged) {
    await client.set(key, sequence);
    this.notes.acks.push([now(), sequence]);
    acknowledged(this.notes.number);
    if (!register) return;
    try {
      await client.set(this.notes.register, sequence);
    } catch (error) {
      this.notes.register_failed.push(sequence);
      throw error;
    }
    this.notes.register_acked = sequence;
  }
}

// Writes until `halt` is aborted and gives the recording, as ci/recorder/recording.py reads it. Prints "serving" when every
// worker has its first acknowledgement.
export async function record(s, halt) {
  const silent = new Set(Array(s.workers).keys());
  const acknowledged = (number) => {
    if (silent.delete(number) && silent.size === 0) console.log("serving");
  };
  const started = now();
  let ended = started;
  halt.addEventListener("abort", () => (ended = now()));
  const workers = Array.from({ length: s.workers }, (_, number) => new Worker(s, number));
  await Promise.all(workers.map((worker) => worker.write(halt, acknowledged)));
  return { run: s.run, started, ended, workers: workers.map((worker) => worker.notes) };
}
